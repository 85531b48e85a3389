"""Losses over first-spike steps, on numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from registries import LOSSES

from brainsnn.errors import LearningError
from brainsnn.learning.losses import FirstSpikeSoftmax, RelativeTargets

T = 100


def steps(*rows: list[int]) -> np.ndarray:
    return np.array(rows, np.int32)


def test_relative_targets_push_rivals_beyond_the_margin() -> None:
    error = RelativeTargets(gamma=3).error(steps([20, 21, 50]), np.array([1]), T)
    # earliest is 20: the label should come at 20, the first at 23, the last may stay
    np.testing.assert_allclose(error * T, [[3, -1, 0]])


def test_relative_targets_stop_at_the_end_of_the_trial() -> None:
    error = RelativeTargets(gamma=5).error(steps([98, 99, 100]), np.array([2]), T)
    np.testing.assert_allclose(error * T, [[2, 1, -2]])


def test_relative_targets_of_a_silent_trial() -> None:
    error = RelativeTargets(gamma=3).error(steps([100, 100]), np.array([0]), T)
    np.testing.assert_allclose(error * T, [[-3, 0]])


def test_relative_targets_value_is_half_the_squared_error() -> None:
    value = RelativeTargets(gamma=3).value(steps([20, 21, 50]), np.array([1]), T)
    np.testing.assert_allclose(value, [0.5 * (9 + 1) / T**2])


def test_softmax_prefers_the_earlier() -> None:
    loss = FirstSpikeSoftmax(tau=10, margin=0, anchor=0, patience=0)
    value = loss.value(steps([10, 20]), np.array([0]), T)
    np.testing.assert_allclose(value, [np.log(1 + np.exp(-1))])
    error = loss.error(steps([10, 20]), np.array([0]), T)
    p = 1 / (1 + np.exp(-1))
    np.testing.assert_allclose(error, [[(p - 1) / 10, (1 - p) / 10]])


@pytest.mark.parametrize("name", list(LOSSES))
def test_errors_of_a_trial_do_not_depend_on_the_others(name: str) -> None:
    loss, rng = LOSSES[name](), np.random.default_rng(1)
    t = rng.integers(0, T + 1, (6, 4)).astype(np.int32)
    labels = rng.integers(0, 4, 6)
    together = loss.error(t, labels, T)
    alone = np.concatenate([loss.error(t[k : k + 1], labels[k : k + 1], T) for k in range(6)])
    np.testing.assert_array_equal(together, alone)
    assert (loss.value(t, labels, T) >= 0).all()


@pytest.mark.parametrize("name", list(LOSSES))
def test_labels_must_be_outputs(name: str) -> None:
    with pytest.raises(LearningError, match=r"0\.\.1"):
        LOSSES[name]().error(steps([1, 2]), np.array([2]), T)
    with pytest.raises(LearningError, match="2 labels for 1 trials"):
        LOSSES[name]().error(steps([1, 2]), np.array([0, 1]), T)


@pytest.mark.parametrize(
    "make",
    [
        lambda: RelativeTargets(-1),
        lambda: FirstSpikeSoftmax(tau=0),
        lambda: FirstSpikeSoftmax(margin=-1),
    ],
)
def test_impossible_parameters_are_refused(make: object) -> None:
    with pytest.raises(LearningError):
        make()  # type: ignore[operator]
