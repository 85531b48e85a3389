import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brainsnn.errors import LearningError
from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers import SGD

SHAPE = (9, 4)


def eager(weights, gradient, learning_rate, decay):
    """The formula, as it is written."""
    weights[gradient.rows] -= learning_rate * gradient.values
    weights -= learning_rate * decay * weights


@given(
    seed=st.integers(0, 1000),
    n=st.integers(1, 60),
    decay=st.sampled_from([0.0, 1e-6, 1e-2, 0.5, 9.0]),
    prepared=st.booleans(),
)
def test_lazy_decay_equals_the_eager_formula(seed, n, decay, prepared):
    rng = np.random.default_rng(seed)
    lazy = -rng.random(SHAPE)  # and gradients positive: no cancellation blurs the comparison
    written = lazy.copy()
    optimiser = SGD(decay)
    optimiser.prepare({"c": lazy}, {"c": np.zeros(0, np.int32)})
    for _ in range(n):
        rows = np.sort(rng.choice(SHAPE[0], 3, replace=False)).astype(np.int64)
        if prepared:
            optimiser.prepare({"c": lazy}, {"c": rows.astype(np.int32)})
            np.testing.assert_allclose(lazy[rows], written[rows], rtol=1e-12)
        gradient = RowGradient(rows, rng.random((3, SHAPE[1])))
        rate = rng.uniform(0.01, 0.1)
        optimiser.step("c", lazy, gradient, rate)
        eager(written, gradient, rate, decay)
    optimiser.flush({"c": lazy})
    np.testing.assert_allclose(lazy, written, rtol=1e-12)


def test_connections_never_prepared_decay_at_once():
    weights = np.ones(SHAPE)
    SGD(0.5).step("c", weights, RowGradient(np.array([1]), np.ones((1, 4))), 0.1)
    assert weights[0] == pytest.approx(0.95)
    assert weights[1] == pytest.approx(0.9 * 0.95)


def test_only_used_rows_are_touched():
    weights, optimiser = np.ones(SHAPE), SGD(0.5)
    gradient = RowGradient(np.array([1]), np.ones((1, 4)))
    optimiser.prepare({"c": weights}, {"c": gradient.rows})
    for _ in range(10):
        optimiser.step("c", weights, gradient, 0.1)
    assert (weights[[0, *range(2, 9)]] == 1).all()
    optimiser.flush({"c": weights})
    assert weights[0] == pytest.approx(0.95**10)


def test_product_never_vanishes():
    weights, optimiser = np.ones(SHAPE), SGD(0.99)
    nothing = RowGradient(np.zeros(0, np.int64), np.zeros((0, 4)))
    optimiser.prepare({"c": weights}, {"c": nothing.rows})
    for _ in range(100):
        optimiser.step("c", weights, nothing, 1.0)
        assert optimiser.state()["c.product"][0] >= 1e-100
    optimiser.flush({"c": weights})
    assert weights == pytest.approx(1e-200, rel=1e-10)


def test_flush_twice_is_flush_once():
    weights, optimiser = np.ones(SHAPE), SGD(0.5)
    optimiser.prepare({"c": weights}, {"c": np.array([0])})
    optimiser.step("c", weights, RowGradient(np.array([0]), np.ones((1, 4))), 0.1)
    optimiser.flush({"c": weights})
    once = weights.copy()
    optimiser.flush({"c": weights})
    assert np.array_equal(weights, once)


def test_decay_that_kills_all_weights_is_refused():
    with pytest.raises(LearningError, match=r"0\.5 times weight decay 2\.0"):
        SGD(2.0).step("c", np.ones(SHAPE), RowGradient(np.array([0]), np.ones((1, 4))), 0.5)
