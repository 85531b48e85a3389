"""Alpha synapses: the potential at a spike, differences, silence, and what is refused."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from brainsnn.errors import LearningError
from brainsnn.learning.systems import AlphaNetwork


def drawn(seed: int, *sizes: int, n_pulses: int = 2, decay: float = 1.3) -> AlphaNetwork:
    rng = np.random.default_rng(seed)
    weights = [rng.normal(0.5, 0.5, (n, m + n_pulses)) for m, n in pairwise(sizes)]
    return AlphaNetwork(weights, [rng.uniform(0, 1, n_pulses) for _ in weights], decay, 0.6)


def potential(network: AlphaNetwork, inputs: Any, w: Any, when: Any) -> Any:
    apart = when - inputs
    kernel = np.where(apart > 0, apart * np.exp(-network.decay * np.maximum(apart, 0)), 0)
    return (w * kernel).sum()


@pytest.mark.parametrize("seed", range(3))
def test_a_spike_is_the_first_rise_to_the_threshold(seed: int) -> None:
    network = drawn(seed, 6, 5, 3)
    x = np.random.default_rng(seed + 9).uniform(0, 2, (4, 6))
    known = x
    for w, pulses, times in zip(network.weights, network.pulses, network.times(x), strict=True):
        for trial, row in enumerate(known):
            inputs = np.append(row, pulses)
            for j, when in enumerate(times[trial]):
                grid = np.linspace(0, min(when, 15), 300)[:-1]
                earlier = [potential(network, inputs, w[j], t) for t in grid]
                assert max(earlier) < network.threshold + 1e-9
                if np.isfinite(when):
                    found = potential(network, inputs, w[j], when)
                    assert found == pytest.approx(network.threshold, abs=1e-12)
        known = times


@pytest.mark.parametrize("sizes", [(4, 3), (6, 5, 3), (3, 7, 4, 2)])
def test_gradients_are_differences(sizes: tuple[int, ...]) -> None:
    network, rng = drawn(1, *sizes), np.random.default_rng(2)
    x = rng.uniform(0, 1, (12, sizes[0]))
    # Where the label's output is silent, the gradient ignores that its share is 0 and stays so.
    spiked = np.isfinite(network.times(x)[-1])
    x, spiked = x[spiked.any(axis=1)], spiked[spiked.any(axis=1)]
    labels = spiked.argmax(axis=1)
    assert len(x) > 3
    found = network.gradients(x, labels)
    np.testing.assert_allclose(found.loss, network.loss(x, labels))
    parts = [*zip(network.weights, found.weights, strict=True)]
    parts += [*zip(network.pulses, found.pulses, strict=True)]
    for values, gradient in parts:
        for where in list(np.ndindex(values.shape))[:12]:
            own, sides = values[where], []
            for step in (1e-6, -1e-6):
                values[where] = own + step
                sides.append(network.loss(x, labels).sum())
            values[where] = own
            difference = (sides[0] - sides[1]) / 2e-6
            assert gradient[where] == pytest.approx(difference, abs=1e-6)


def test_times_may_be_late_and_may_be_moved_together() -> None:
    network = drawn(3, 5, 4, n_pulses=0)
    x = np.random.default_rng(4).uniform(0, 1, (6, 5))
    near, far = (network.times(x + shift)[0] - shift for shift in (0.0, 5000.0))
    np.testing.assert_allclose(near, far, rtol=1e-9)


def test_silent_neurons_pass_nothing_back_but_are_pushed() -> None:
    network = AlphaNetwork([np.full((2, 3), -1.0), np.ones((2, 2))], [np.zeros(0)] * 2, 1.0, 0.1)
    x = np.array([[0.1, 0.2, np.inf], [np.inf, np.inf, np.inf]])
    assert np.isinf(network.times(x)[-1]).all()
    found = network.gradients(x, np.array([0, 1]), silence_penalty=3.0)
    assert (found.weights[0] == -6).all()
    assert (found.weights[1] == -6).all()
    np.testing.assert_allclose(found.loss, -np.log(1e-8))
    assert not any(w.any() for w in network.gradients(x, np.array([0, 1])).weights)


W, P = [np.ones((2, 4))], [np.zeros(1)]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((W, P, 0.0), "must be positive"),
        ((W, P, 1.0, -1.0), "must be positive"),
        ((W, P, 1.0, 1.0, 0.0), "must be positive"),
        ((W, [], 1.0), "each layer has weights and pulses"),
        (([np.ones(4)], P, 1.0), "layer 0"),
        ((W, [np.zeros((1, 1))], 1.0), "layer 0"),
        ((W * 2, P * 2, 1.0), "layer 1 has weights of shape"),
        (([np.full((2, 4), np.nan)], P, 1.0), "not finite"),
    ],
)
def test_impossible_networks_are_refused(given: Any, words: str) -> None:
    with pytest.raises(LearningError, match=words):
        AlphaNetwork(*given)


def test_impossible_trials_are_refused() -> None:
    network = AlphaNetwork(W, P, 1.0)
    for x in (np.zeros((1, 4)), np.zeros(3), np.full((1, 3), np.nan)):
        with pytest.raises(LearningError, match="inputs are times"):
            network.times(x)
    for labels in ([2], [-1], [0, 1], [0.5]):
        with pytest.raises(LearningError, match=r"[Ll]abels"):
            network.gradients(np.zeros((1, 3)), np.array(labels))
