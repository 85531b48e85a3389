"""Derived gradients of recurrent networks, against finite differences; forward, against Brian2."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms
from learning.equations.neurons_to_derive import NEURONS

from brainsnn.learning.equations import check_gradient, derive

N_STEPS, N_IN, N = 120, 5, 4
FIRST = ["start", "synapses", "groups", "thresholds", "resets", "end"]


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 0.1 * ms


def recurrent(name: str, seed: int, first: bool = False) -> tuple[brian2.Network, Any]:
    """Inputs and a recurrent group with delays of their own, not all of its pairs connected."""
    rng, neuron = np.random.default_rng(seed), NEURONS[name]
    times = np.sort(rng.integers(0, N_STEPS, 40))
    senders = rng.integers(0, N_IN, 40)
    senders, times = np.unique(np.stack([senders, times]), axis=1)
    given = brian2.SpikeGeneratorGroup(N_IN, senders, times * 0.1 * ms, name="given")
    cells = neuron.group(N, "cells")
    into, among = neuron.synapses(given, cells, "into"), neuron.synapses(cells, cells, "among")
    into.connect()
    among.connect(condition="i != j")
    into.w = brian2.Quantity(neuron.weight * rng.uniform(0.1, 1, N_IN * N), dim=into.w.dim)
    among.w = brian2.Quantity(neuron.weight * rng.normal(0, 0.3, len(among)), dim=into.w.dim)
    among.delay = rng.integers(0, 8, len(among)) * 0.1 * ms
    network = brian2.Network(given, cells, into, among)
    if first:
        network.schedule = FIRST
    spikes = np.zeros((N_STEPS, 1, N_IN))
    spikes[times, 0, senders] = 1
    return network, {"given": spikes}


@pytest.mark.parametrize("name", NEURONS)
def test_gradient_is_that_of_finite_differences(name: str) -> None:
    neuron = NEURONS[name]
    network, inputs = recurrent(name, 3, first=name in list(NEURONS)[::2])
    trainable = {"cells": neuron.trained, "into": "w", "among": "w"}
    table = check_gradient(network, trainable, inputs, N_STEPS, neuron.scale, most=3)
    assert len(table) == len(neuron.trained) + 2
    assert (table["largest"] > 0).all()
    assert table["error"].max() < 1e-7, table


@pytest.mark.parametrize("first", [False, True], ids=["Brian2's order", "arrivals first"])
@pytest.mark.parametrize("name", [n for n in NEURONS if "nois" not in n])
def test_forward_is_brian2s_own_run(name: str, first: bool) -> None:
    network, inputs = recurrent(name, 4, first)
    monitor = brian2.SpikeMonitor(network["cells"])
    derived = derive(network, {"into": "w"})
    trace = derived.run(inputs, N_STEPS)
    network.add(monitor)
    network.run(N_STEPS * 0.1 * ms)
    step, _, neuron = np.nonzero(trace.spikes["cells"])
    order = np.lexsort((monitor.i, np.rint(monitor.t / (0.1 * ms))))
    assert len(step) > 2
    np.testing.assert_array_equal(neuron, np.asarray(monitor.i)[order])
    np.testing.assert_array_equal(step, np.rint(monitor.t / (0.1 * ms))[order])
