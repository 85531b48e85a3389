"""The race rule: against the derivative of its likelihood, taken numerically."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.race import RaceLikelihood
from brainsnn.spikes import Recording

N_STEPS = 20
TEAMS = np.array([0, 1, 0])
ONTO = np.array([[1.0, -1.0], [-1.0, 1.0], [2.0, 0.0]])


def recording(steps: NDArray[np.int32]) -> Recording:
    """Inputs that spike once each, in trials of nothing else; steps of shape (n_trials, n)."""
    order = steps.argsort(axis=1, kind="stable")
    sorted_steps = np.take_along_axis(steps, order, axis=1)
    offsets = np.arange(len(steps) + 1) * steps.shape[1]
    columns = [c.ravel().astype(np.int32) for c in (0 * order, order, sorted_steps)]
    sizes = {"input": steps.shape[1], "hidden": 3, "output": 2}
    return Recording(sizes, N_STEPS, 1e-3, offsets, *columns, np.full(steps.size, np.nan))


def loss(rule: RaceLikelihood, weights: NDArray[np.float64], steps: object, label: int) -> float:
    """Loss of one trial, step by step from the equations."""
    thetas = rule.threshold * (1 + np.array(rule.handicaps or (0.0, 0.0))[TEAMS])
    alive, win = 1.0, 0.0
    for t in range(1, N_STEPS):
        hazard = np.exp(((steps < t) @ weights - thetas) / rule.spread)  # type: ignore[operator]
        mine, theirs = hazard[label == TEAMS].sum(), hazard[label != TEAMS].sum()
        win += alive * (1 - np.exp(-mine)) * np.exp(-theirs)
        alive *= np.exp(-mine - theirs)
    p, floor = win + alive / 2, rule.floor
    return -np.log(p) if p > floor else (floor - p) / floor - np.log(floor)


@pytest.mark.parametrize("floor", [1e-9, 0.9])
@pytest.mark.parametrize("handicaps", [(), (-0.1, 0.2)])
@pytest.mark.parametrize("threshold", [3.0, 12.0], ids=["decided", "mostly a guess"])
def test_gradient_is_the_derivative_of_the_likelihood(
    floor: float, handicaps: tuple[float, ...], threshold: float
) -> None:
    rng, labels, h = np.random.default_rng(5), np.array([1, 0, 1]), 1e-6
    rule = RaceLikelihood(threshold, 2.0, floor, handicaps)
    weights = {"input_hidden": rng.normal(0.4, 1, (6, 3)), "hidden_output": ONTO}
    steps = rng.integers(0, N_STEPS - 2, (3, 6)).astype(np.int32)
    found = dict(rule.backward(recording(steps), weights, labels))
    wanted = np.zeros((6, 3))
    for i, j in np.ndindex(6, 3):
        for sign in (1, -1):
            bumped = weights["input_hidden"].copy()
            bumped[i, j] += sign * h
            losses = [loss(rule, bumped, s, y) for s, y in zip(steps, labels, strict=True)]
            wanted[i, j] += sign * sum(losses) / (2 * h)
    np.testing.assert_array_equal(found["input_hidden"].rows, np.arange(6))
    np.testing.assert_allclose(found["input_hidden"].values, wanted, rtol=1e-5, atol=1e-8)
    assert np.abs(wanted).max() > 0.01
    assert found["hidden_output"].rows.size == 0


def test_a_race_that_is_over_at_once_teaches_nothing() -> None:
    """Far above the threshold the hazard is cut off: no overflow, and nothing left to gain."""
    rule, steps = RaceLikelihood(3.0, 0.1), np.zeros((2, 6), np.int32)
    weights = {"input_hidden": np.full((6, 3), [500.0, 0.1, 0.1]), "hidden_output": ONTO}
    found = dict(rule.backward(recording(steps), weights, np.array([0, 1])))
    assert (found["input_hidden"].values[:, 0] == 0).all()


def test_a_race_needs_one_hidden_layer_and_a_handicap_a_class() -> None:
    steps, labels = np.zeros((1, 6), np.int32), np.zeros(1, np.int64)
    weights = {"input_hidden": np.zeros((6, 3)), "hidden_output": ONTO}
    with pytest.raises(LearningError, match="3 handicaps for 2 classes"):
        list(RaceLikelihood(handicaps=(0.0, 0.1, 0.2)).backward(recording(steps), weights, labels))
    deep = Recording(
        {"input": 6, "first": 3, "second": 2, "output": 2},
        *(getattr(recording(steps), k) for k in ("n_steps", "dt", "offsets", "population")),
        *(getattr(recording(steps), k) for k in ("neuron", "step", "potential")),
    )
    weights = {"a": np.zeros((6, 3)), "b": np.zeros((3, 2)), "c": np.zeros((2, 2))}
    with pytest.raises(LearningError, match="one hidden layer, not 2"):
        list(RaceLikelihood().backward(deep, weights, labels))


@pytest.mark.parametrize("wrong", [{"spread": 0.0}, {"floor": 0.0}, {"floor": 1.5}])
def test_impossible_noise_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(LearningError, match="spread must be positive and floor in"):
        RaceLikelihood(**wrong)  # type: ignore[arg-type]
