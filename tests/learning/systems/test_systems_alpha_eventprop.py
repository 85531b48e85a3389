"""The gradient that is derived from the alpha synapse's strings is that of its closed form."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms

from brainsnn.learning.equations.eventprop import SpikeTimes, derive_events
from brainsnn.learning.systems import AlphaNetwork


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 0.05 * ms
    yield
    brian2.defaultclock.dt = 0.1 * ms


def alpha_strings(weights: list[Any], decay: float, threshold: float) -> tuple[Any, dict[str, str]]:
    """The network in Brian2, 1 ms for the unit of time; a neuron spikes once at most."""
    space = {"K": decay / ms, "theta": threshold}
    given = brian2.SpikeGeneratorGroup(weights[0].shape[1], [], [] * ms, name="given")
    parts, before = [given], given
    for k, w in enumerate(weights):
        cells = brian2.NeuronGroup(
            len(w),
            """
            dv/dt = x/ms - K*v : 1
            dx/dt = -K*x : 1
            fired : boolean
            """,
            threshold="v > theta and not fired",
            reset="fired = True",
            method="exact",
            namespace=space,
            name=f"cells{k}",
        )
        path = brian2.Synapses(before, cells, "w : 1", on_pre="x_post += w", name=f"w{k}")
        path.connect()
        path.w = w.T.ravel()
        parts += [cells, path]
        before = cells
    return brian2.Network(parts), {f"w{k}": "w" for k in range(len(weights))}


def test_derived_gradient_is_the_closed_form() -> None:
    rng = np.random.default_rng(0)
    weights = [rng.normal(0.8, 0.4, (4, 5)), rng.normal(0.9, 0.4, (2, 4))]
    network = AlphaNetwork(weights, [np.zeros(0)] * 2, 1.0, 0.4)
    x = rng.uniform(0, 1, (3, 5))
    times, labels = network.times(x), np.array([0, 1, 1])
    assert np.isfinite(times[-1]).all()
    events = derive_events(*alpha_strings(weights, 1.0, 0.4))
    trials = [(np.argsort(row), np.sort(row) * 1e-3) for row in x]
    trace = events.run({"given": SpikeTimes.of(trials)}, 0.02)
    by_time = {}
    for k, name in enumerate(("cells0", "cells1")):
        spikes, wanted = trace.spikes[name], times[k]
        found = np.full(wanted.shape, np.inf)
        found[spikes.trial, spikes.neuron] = spikes.time * 1e3
        np.testing.assert_allclose(found, wanted, rtol=1e-9)
        by_time[name] = np.zeros(spikes.time.shape)
    share = np.exp(-times[-1])
    slope = -share / share.sum(axis=1, keepdims=True)
    slope[np.arange(3), labels] += 1
    last = trace.spikes["cells1"]
    by_time["cells1"] = slope[last.trial, last.neuron] * 1e3  # a second is 1000 units
    gradient = events.gradient(trace, by_time)
    closed = network.gradients(x, labels).weights
    for k, wanted in enumerate(closed):
        found = gradient[f"w{k}", "w"].reshape(wanted.T.shape).T
        assert np.abs(found - wanted).max() < 1e-9 * np.abs(wanted).max()
