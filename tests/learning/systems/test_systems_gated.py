"""Gated synapses: differences, the gate's integral, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from brainsnn.errors import LearningError
from brainsnn.learning.systems import GatedNetwork


def drawn(seed: int, n_in: int = 2, n: int = 4, n_out: int = 3) -> GatedNetwork:
    rng = np.random.default_rng(seed)
    weights = (rng.normal(0, 2, (n_in, n)), rng.normal(0, 1, (n, n)))
    return GatedNetwork(
        *weights, rng.uniform(0, 2, n), rng.normal(size=(n, n_out)), 0.4, 12.0, 8.0, 0.3
    )


@pytest.mark.parametrize(("seed", "sizes"), [(0, (2, 4, 3)), (1, (1, 6, 1))])
def test_gradients_are_differences(seed: int, sizes: tuple[int, int, int]) -> None:
    network, rng = drawn(seed, *sizes), np.random.default_rng(5)
    x, wanted = rng.normal(size=(3, 90, sizes[0])), rng.normal(size=(3, 90, sizes[2]))
    assert network.run(x)[0].max() > 1  # turns, so that there are spikes
    _, found = network.gradients(x, wanted)
    for name, gradient in found.items():
        values = getattr(network, name)
        for where in list(np.ndindex(values.shape))[:6]:
            own, sides = values[where], []
            for step in (1e-6, -1e-6):
                values[where] = own + step
                sides.append(network.gradients(x, wanted)[0])
            values[where] = own
            difference = (sides[0] - sides[1]) / 2e-6
            assert gradient[where] == pytest.approx(difference, rel=1e-5, abs=1e-8)


def test_a_passage_adds_one_over_the_time_constant() -> None:
    phase = np.linspace(0, 1, 100_001)
    gate = drawn(0)._gate(phase)[0]
    assert np.trapezoid(gate, phase) == pytest.approx(1, rel=1e-6)
    assert not gate[np.abs(phase - 0.5) > 0.15].any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"w_rec": np.zeros((3, 4))}, "do not fit"),
        ({"w_out": np.zeros((3, 3))}, "do not fit"),
        ({"bias": np.zeros((1, 4))}, "do not fit"),
        ({"bias": np.full(4, np.nan)}, "not finite"),
        ({"dt": 0.0}, "must be positive"),
        ({"gate_width": 1.5}, "must be positive"),
    ],
)
def test_impossible_networks_are_refused(change: Any, words: str) -> None:
    with pytest.raises(LearningError, match=words):
        replace(drawn(0), **change)


def test_impossible_trials_are_refused() -> None:
    network = drawn(0)
    for x in (np.zeros((2, 5)), np.zeros((1, 5, 3)), np.full((1, 5, 2), np.inf)):
        with pytest.raises(LearningError, match="inputs are finite"):
            network.run(x)
    with pytest.raises(LearningError, match="What is wanted has shape"):
        network.gradients(np.zeros((1, 5, 2)), np.zeros((1, 5, 2)))
