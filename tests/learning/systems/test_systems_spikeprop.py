"""SpikeProp: potentials at spikes, differences, the derived gradient, and what is refused."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms

from brainsnn.errors import LearningError
from brainsnn.learning.equations.eventprop import SpikeTimes, derive_events
from brainsnn.learning.systems import SpikeProp

DELAYS = np.array([1.0, 3.0, 6.0])


def drawn(seed: int, *sizes: int) -> SpikeProp:
    rng = np.random.default_rng(seed)
    weights = [rng.normal(0.4, 0.2, (n, m, DELAYS.size)) for m, n in pairwise(sizes)]
    return SpikeProp(weights, DELAYS, 5.0, 0.9)


def potential(network: SpikeProp, inputs: Any, w: Any, when: float) -> float:
    s = np.maximum(when - inputs[:, None] - network.delays, 0) / network.tau
    return float((w * s * np.exp(1 - s)).sum())


@pytest.mark.parametrize("seed", range(3))
def test_a_spike_is_the_first_rise_to_the_threshold(seed: int) -> None:
    network = drawn(seed, 4, 3, 2)
    x = known = np.random.default_rng(seed).uniform(0, 6, (5, 4))
    for w, times in zip(network.weights, network.times(x), strict=True):
        for inputs, row in zip(known, times, strict=True):
            for j, when in enumerate(row):
                grid = np.linspace(0, min(when, 60), 200)[:-1]
                assert max(potential(network, inputs, w[j], t) for t in grid) < 0.9 + 1e-9
                assert potential(network, inputs, w[j], when) == pytest.approx(0.9, abs=1e-12)
        known = times


def test_gradients_are_differences() -> None:
    network, rng = drawn(1, 4, 3, 2), np.random.default_rng(2)
    x, wanted = rng.uniform(0, 6, (5, 4)), rng.uniform(8, 16, (5, 2))
    error, found = network.gradients(x, wanted)
    assert error == pytest.approx(0.5 * ((network.times(x)[-1] - wanted) ** 2).sum(axis=1))
    for w, gradient in zip(network.weights, found, strict=True):
        for where in np.ndindex(w.shape):
            own, sides = w[where], []
            for step in (1e-6, -1e-6):
                w[where] = own + step
                sides.append(network.gradients(x, wanted)[0].sum())
            w[where] = own
            difference = (sides[0] - sides[1]) / 2e-6
            assert gradient[where] == pytest.approx(difference, rel=1e-6, abs=1e-6)


def strings(network: SpikeProp) -> tuple[Any, dict[str, str]]:
    """The network in Brian2: a Synapses object a terminal."""
    space = {"tau": network.tau * ms, "theta": network.threshold / np.e}
    given = before = brian2.SpikeGeneratorGroup(network.weights[0].shape[1], [], [] * ms, name="x")
    parts, trained = [given], {}
    for k, w in enumerate(network.weights):
        cells = brian2.NeuronGroup(
            len(w),
            "dv/dt = (g - v)/tau : 1\ndg/dt = -g/tau : 1\nfired : boolean",
            threshold="v > theta and not fired",
            reset="fired = True",
            method="exact",
            namespace=space,
            name=f"cells{k}",
        )
        parts.append(cells)
        for d, delay in enumerate(network.delays):
            path = brian2.Synapses(
                before, cells, "w : 1", on_pre="g_post += w", delay=delay * ms, name=f"w{k}{d}"
            )
            path.connect()
            path.w = w[:, :, d].T.ravel()
            parts.append(path)
            trained[path.name] = "w"
        before = cells
    return brian2.Network(parts), trained


def test_the_gradient_derived_from_strings_is_the_closed_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    network, rng = drawn(4, 3, 3, 1), np.random.default_rng(5)
    x, wanted = rng.uniform(0, 4, (3, 3)), np.array([[9.0], [12.0], [15.0]])
    times = network.times(x)
    assert all(np.isfinite(t).all() for t in times)
    events = derive_events(*strings(network))
    trials = [(np.argsort(row), np.sort(row) * 1e-3) for row in x]
    trace = events.run({"x": SpikeTimes.of(trials)}, 0.2)
    by_time = {}
    for k, ours in enumerate(times):
        spikes = trace.spikes[f"cells{k}"]
        found = np.full(ours.shape, np.inf)
        found[spikes.trial, spikes.neuron] = spikes.time * 1e3
        np.testing.assert_allclose(found, ours, rtol=1e-9)
        by_time[f"cells{k}"] = np.zeros(spikes.time.shape)
    last = trace.spikes["cells1"]
    by_time["cells1"] = (last.time * 1e3 - wanted[last.trial, last.neuron]) * 1e3
    derived = events.gradient(trace, by_time)
    for k, closed in enumerate(network.gradients(x, wanted)[1]):
        for d in range(DELAYS.size):
            part = closed[:, :, d]
            found = derived[f"w{k}{d}", "w"].reshape(part.T.shape).T
            assert np.abs(found - part).max() < 1e-8 * np.abs(closed).max()


def test_silent_neurons_pass_nothing_back_but_can_be_pushed() -> None:
    network = SpikeProp([np.full((2, 2, 1), 1e-3), np.ones((1, 2, 1))], np.zeros(1))
    x = np.zeros((3, 2))
    error, found = network.gradients(x, np.full((3, 1), 9.0))
    assert not error.any()
    assert not any(g.any() for g in found)
    pushed = network.gradients(x, np.full((3, 1), 9.0), push=2.0)[1]
    assert (pushed[0] == -6).all()
    assert (pushed[1] == -6).all()


W = [np.ones((2, 3, 1))]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((W, np.zeros(1), 0.0), "must be positive"),
        ((W, np.zeros(1), 1.0, -1.0), "must be positive"),
        ((W, np.array([-1.0])), "delays a row of 0 or more"),
        ((W, np.zeros(2)), r"shape \(post, pre, 2\)"),
        (([], np.zeros(1)), "layer after layer"),
        ((W * 2, np.zeros(1)), "layer after layer"),
        (([np.full((2, 3, 1), np.inf)], np.zeros(1)), "must be finite"),
    ],
)
def test_impossible_networks_are_refused(given: Any, words: str) -> None:
    with pytest.raises(LearningError, match=words):
        SpikeProp(*given)


def test_impossible_trials_are_refused() -> None:
    network = SpikeProp(W, np.zeros(1))
    for x in (np.zeros((1, 2)), np.zeros(3), np.full((1, 3), np.nan)):
        with pytest.raises(LearningError, match="inputs are times"):
            network.times(x)
    for wanted in (np.zeros((1, 3)), np.full((1, 2), np.inf)):
        with pytest.raises(LearningError, match="finite times of shape"):
            network.gradients(np.zeros((1, 3)), wanted)
