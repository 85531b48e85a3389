import numpy as np
import pytest

from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers import Adam


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_equals_the_dense_formula(decay):
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(6, 3))
    written, first, second = weights.copy(), np.zeros((6, 3)), np.zeros((6, 3))
    optimiser = Adam(0.9, 0.99, 1e-6, decay)
    for n in range(1, 30):
        rows = np.sort(rng.choice(6, 2, replace=False)).astype(np.int64)
        gradient = RowGradient(rows, rng.normal(size=(2, 3)))
        dense = np.zeros((6, 3))
        dense[rows] = gradient.values
        first = 0.9 * first + 0.1 * dense
        second = 0.99 * second + 0.01 * dense**2
        move = first / (1 - 0.9**n) / (np.sqrt(second / (1 - 0.99**n)) + 1e-6)
        written = written - 0.05 * (move + decay * written)
        optimiser.step("c", weights, gradient, 0.05)
        np.testing.assert_allclose(weights, written, rtol=1e-11)


def test_first_step_is_the_learning_rate():
    weights = np.zeros((2, 2))
    Adam().step("c", weights, RowGradient(np.array([0]), np.array([[5.0, -1e-3]])), 0.1)
    assert weights[0] == pytest.approx([-0.1, 0.1], rel=1e-4)
    assert not weights[1].any()
