"""Weights of n bits: how many levels, how close, and what learns."""

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError, LearningError
from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers import Adam, QuantisedAdam
from brainsnn.training import TrainingConfig

ROWS = np.arange(40)


def stepped(optimiser, n=30, name="c"):
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(40, 25))
    for _ in range(n):
        optimiser.step(name, weights, RowGradient(ROWS, rng.normal(size=(40, 25))), 0.01)
    return weights


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 8])
def test_weights_are_whole_multiples_of_one_step(bits):
    optimiser = QuantisedAdam(bits)
    weights = stepped(optimiser)
    multiples = weights / optimiser.state()["c.step"][0]
    np.testing.assert_allclose(multiples, np.rint(multiples), atol=1e-9)
    assert np.unique(np.rint(multiples)).size <= 2**bits
    full = optimiser.state()["c.full"]
    error = np.sqrt(((weights - full) ** 2).mean() / (full**2).mean())
    assert error < {1: 0.65, 2: 0.47, 3: 0.25, 4: 0.15, 8: 0.02}[bits]


def test_full_weights_take_adams_steps():
    optimiser = QuantisedAdam(3)
    stepped(optimiser)
    np.testing.assert_array_equal(optimiser.state()["c.full"], stepped(Adam()))


def test_parameters_of_neurons_stay_whole():
    np.testing.assert_array_equal(
        stepped(QuantisedAdam(1), name="c.v0"), stepped(Adam(), name="c.v0")
    )


@pytest.mark.parametrize("bits", [0, -1, 17])
def test_impossible_widths_are_refused(bits):
    with pytest.raises(LearningError, match=f"Weights of {bits} bits are impossible"):
        QuantisedAdam(bits)
    with pytest.raises(ConfigError, match=r"optimiser\.bits"):
        apply_overrides(
            TrainingConfig(), ["optimiser.name=quantised_adam", f"optimiser.bits={bits}"]
        )
