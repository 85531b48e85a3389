"""EventProp of current-based leaky neurons, from the network written as Brian2 strings.

The oracle is a simulation from event to event in closed form, its adjoint the paper's (Wunderlich
and Pehle 2021). Times of the files are milliseconds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms
from numpy.typing import NDArray

from brainsnn.learning.equations.eventprop import (
    EventNetwork,
    EventTrace,
    SpikeTimes,
    derive_events,
)

DATA = Path(__file__).parent / "data" / "eventprop"
Numbers = dict[str, NDArray[Any]]
EQUATIONS = "dv/dt = (current - v)/tau_mem : 1\ndcurrent/dt = -current/tau_syn : 1"


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 1 * ms
    yield
    brian2.defaultclock.dt = 0.1 * ms


def numbers_of(name: str) -> Numbers:
    with np.load(DATA / f"eventprop_{name}.npz", allow_pickle=False) as file:
        return dict(file)


def network(numbers: Numbers) -> EventNetwork:
    """Neurons that spike and neurons that never do, joined where weights are not 0."""
    spiking = numbers["spiking"].astype(bool)
    constants = {k: float(numbers[k]) * ms for k in ("tau_mem", "tau_syn")}
    constants["theta"] = float(numbers["threshold"])
    given = brian2.SpikeGeneratorGroup(len(numbers["w_in"]), [], [] * ms, name="given")
    groups = {"cells": np.flatnonzero(spiking), "out": np.flatnonzero(~spiking)}
    parts, trained = [given], {}
    made = {}
    for name, members in groups.items():
        if members.size:
            how = {"threshold": "v > theta", "reset": "v = 0"} if name == "cells" else {}
            made[name] = brian2.NeuronGroup(
                members.size, EQUATIONS, method="exact", namespace=constants, name=name, **how
            )
            parts.append(made[name])
    for source in ("given", "cells"):
        for target, group in made.items():
            pairs = numbers["w_in"] if source == "given" else numbers["w_rec"][groups["cells"]]
            i, j = np.nonzero(pairs[:, groups[target]])
            if not i.size:
                continue
            path = brian2.Synapses(
                given if source == "given" else made["cells"],
                group,
                "w : 1",
                on_pre="current_post += w",
                name=f"{source}_{target}",
            )
            path.connect(i=i, j=j)
            path.w = pairs[:, groups[target]][i, j]
            parts.append(path)
            trained[path.name] = "w"
    return derive_events(brian2.Network(parts), trained)


def run(numbers: Numbers, net: EventNetwork, **more: Any) -> EventTrace:
    rows = zip(numbers["input_index"], numbers["input_times"], strict=True)
    trials = [(i[~np.isnan(t)], t[~np.isnan(t)] * 1e-3) for i, t in rows]
    return net.run({"given": SpikeTimes.of(trials)}, float(numbers["T"]) * 1e-3, **more)


def assert_spikes(numbers: Numbers, trace: EventTrace) -> None:
    spikes = trace.spikes["cells"]
    neurons, times = numbers["event_neuron"], numbers["event_times"]
    for trial in range(len(times)):
        here = spikes.trial == trial
        there = ~np.isnan(times[trial])
        assert here.sum() == there.sum() > 0
        np.testing.assert_array_equal(spikes.neuron[here], neurons[trial][there])
        np.testing.assert_allclose(spikes.time[here] * 1e3, times[trial][there], rtol=1e-12)


def assert_gradients(numbers: Numbers, net: EventNetwork, found: dict[Any, Any]) -> None:
    spiking = numbers["spiking"].astype(bool)
    columns = {"cells": np.flatnonzero(spiking), "out": np.flatnonzero(~spiking)}
    whole = {"given": np.zeros_like(numbers["dw_in"]), "cells": np.zeros_like(numbers["dw_rec"])}
    for name, c in net.connections.items():
        rows = c.i if c.source == "given" else columns["cells"][c.i]
        whole[c.source][rows, columns[c.target][c.j]] = found[name, "w"]
    for mine, theirs in ((whole["given"], numbers["dw_in"]), (whole["cells"], numbers["dw_rec"])):
        assert np.abs(theirs).max() > 0
        assert np.abs(mine - theirs).max() < 1e-9 * np.abs(theirs).max()


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    share = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(share / share.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("name", ["ttfs_feedforward", "ttfs_recurrent"])
def test_times_of_first_spikes(name: str) -> None:
    numbers = numbers_of(name)
    net = network(numbers)
    trace = run(numbers, net)
    assert_spikes(numbers, trace)
    spikes, outputs = trace.spikes["cells"], numbers["outputs"].astype(int)
    times, index = spikes.first(len(numbers["spiking"]), silent=float(numbers["T"]) * 1e-3)
    first = times[:, outputs] * 1e3
    np.testing.assert_allclose(first, numbers["first_spike"], rtol=1e-12)
    batch, target = np.arange(len(first)), numbers["target"].astype(int)
    share = softmax(-first / numbers["tau0"])
    late = np.exp(first[batch, target] / numbers["tau1"])
    losses = -np.log(share[batch, target]) + numbers["alpha"] * (late - 1)
    np.testing.assert_allclose(losses, numbers["loss_each"], rtol=1e-11)
    by_first = np.zeros_like(times)
    wanted = -share / numbers["tau0"]
    wanted[batch, target] += 1 / numbers["tau0"] + numbers["alpha"] * late / numbers["tau1"]
    by_first[:, outputs] = wanted * 1e3 / len(first)
    found = net.gradient(trace, {"cells": spikes.spread(by_first, index)})
    assert_gradients(numbers, net, found)


@pytest.mark.parametrize("name", ["voltage_feedforward", "voltage_recurrent"])
def test_integrals_of_potentials(name: str) -> None:
    numbers = numbers_of(name)
    net = network(numbers)
    key, seconds = ("out", "v"), float(numbers["T"]) * 1e-3
    trace = run(numbers, net, integrals=[key])
    assert_spikes(numbers, trace)
    mean = trace.integrals[key] / seconds
    np.testing.assert_allclose(mean, numbers["mean_voltage"], rtol=1e-11, atol=1e-13)
    batch, target = np.arange(len(mean)), numbers["target"].astype(int)
    share = softmax(mean)
    np.testing.assert_allclose(-np.log(share[batch, target]).mean(), numbers["loss"], rtol=1e-12)
    share[batch, target] -= 1
    found = net.gradient(trace, by_integral={key: share / (len(mean) * seconds)})
    assert_gradients(numbers, net, found)
