"""What holds of every optimiser in the registry."""

import numpy as np
import pytest

from brainsnn.errors import LearningError
from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers import OPTIMISERS

SHAPE = (9, 4)


def gradients(rng, n):
    """Gradients of random rows, now and then of none."""
    for _ in range(n):
        rows = np.sort(rng.choice(SHAPE[0], rng.integers(0, SHAPE[0]), replace=False))
        yield RowGradient(rows.astype(np.int64), rng.normal(size=(rows.size, SHAPE[1])))


def train(optimiser, weights, steps):
    for gradient in steps:
        optimiser.prepare({"c": weights}, {"c": gradient.rows})
        optimiser.step("c", weights, gradient, 0.1)


@pytest.mark.parametrize("name", list(OPTIMISERS))
class TestEveryOptimiser:
    def test_state_goes_on_exactly(self, name):
        config = OPTIMISERS[name](weight_decay=0.01)
        steps = list(gradients(np.random.default_rng(1), 40))
        whole, straight = np.ones(SHAPE), config.build()
        train(straight, whole, steps)
        weights, first, second = np.ones(SHAPE), config.build(), config.build()
        train(first, weights, steps[:20])
        state = first.state()
        train(first, weights.copy(), steps[:5])
        second.restore(state)
        train(second, weights, steps[20:])
        for optimiser, array in ((straight, whole), (second, weights)):
            optimiser.flush({"c": array})
        assert np.array_equal(whole, weights)

    def test_weights_change_in_place_and_downhill(self, name):
        optimiser, weights = OPTIMISERS[name]().build(), np.zeros(SHAPE)
        gradient = RowGradient(np.array([2]), np.full((1, SHAPE[1]), 3.0))
        optimiser.step("c", weights, gradient, 0.1)
        assert (weights[2] < 0).all()
        assert not weights[[0, 1, 3]].any()

    def test_other_state_is_refused(self, name):
        with pytest.raises(LearningError, match=r"c\.speed.*another optimiser"):
            OPTIMISERS[name]().build().restore({"c.speed": np.zeros(3)})

    def test_config_names_itself(self, name):
        assert OPTIMISERS[name]().name == name
