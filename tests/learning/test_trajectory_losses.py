"""Losses of the output's course: their slopes are their derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.losses import FirstSpikeLoss, SpikeTrainLoss
from brainsnn.learning.losses.count_softmax import CountSoftmax
from brainsnn.learning.losses.readouts import CountReadout, FirstSpikeReadout, PotentialReadout
from brainsnn.learning.losses.step_values import SquaredError
from brainsnn.learning.losses.train_distance import TrainDistance
from brainsnn.learning.losses.window import WindowReadout
from brainsnn.spikes import SpikeTrains

N_TRIALS, N_STEPS, N = 3, 9, 4
RNG = np.random.default_rng(5)
LABELS = np.array([0, 3, 1])
SMOOTH = {
    "counts": (CountReadout(CountSoftmax(0.7)), LABELS),
    **{of: (PotentialReadout(of, CountSoftmax(0.6)), LABELS) for of in ("mean", "largest", "last")},  # type: ignore[arg-type]
    "window": (WindowReadout("mean", 0.5, CountSoftmax(0.6)), LABELS),
    "each": (WindowReadout("each", 0.3, CountSoftmax(0.6)), LABELS),
    "values": (SquaredError(), RNG.normal(size=(N_TRIALS, N_STEPS, N))),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_slopes_are_derivatives(name: str) -> None:
    loss, wanted = SMOOTH[name]
    course = RNG.normal(size=(N_TRIALS, N_STEPS, N))
    direction = RNG.normal(size=course.shape)
    sides = [loss.value(course + h * direction, wanted) for h in (1e-6, -1e-6)]
    found = (loss.slope(course, wanted) * direction).sum(axis=(1, 2))
    np.testing.assert_allclose(found, (sides[0] - sides[1]) / 2e-6, rtol=1e-6)


class Weighted(FirstSpikeLoss):
    """The sum of first-spike steps, each with a weight of its own."""

    weights = np.array([1.0, -2.0, 0.5, 3.0])

    def value(self, steps: Any, labels: Any, n_steps: int) -> NDArray[np.float64]:
        return steps @ self.weights

    def error(self, steps: Any, labels: Any, n_steps: int) -> NDArray[np.float64]:
        return np.broadcast_to(-self.weights, steps.shape)


def test_a_spike_put_in_or_taken_out_changes_first_spikes_as_the_slope_says() -> None:
    loss = FirstSpikeReadout(Weighted())
    course = (RNG.random((N_TRIALS, N_STEPS, N)) < 0.2).astype(float)
    course[0, :, 1], course[0, -1, 2] = 0, 1
    slope, before = loss.slope(course, LABELS), loss.value(course, LABELS)
    for where in np.ndindex(course.shape):
        other = course.copy()
        other[where] = 1 - other[where]
        change = loss.value(other, LABELS) - before
        assert change[where[0]] == pytest.approx((other[where] - course[where]) * slope[where])


def test_trains_are_compared_by_presence() -> None:
    spikes = RNG.random((N_TRIALS, N_STEPS, N)) < 0.3
    wanted = SpikeTrains.from_first_steps(RNG.integers(0, N_STEPS, (N_TRIALS, N)), N_STEPS)
    loss, plain = TrainDistance(SpikeTrainLoss()), SpikeTrainLoss()
    np.testing.assert_array_equal(loss.value(spikes * 1.0, wanted), plain.value(spikes, wanted))
    np.testing.assert_array_equal(
        loss.slope(spikes * 1.0, wanted), plain.activation(spikes, wanted)
    )


def test_what_does_not_fit_is_refused() -> None:
    course = np.zeros((N_TRIALS, N_STEPS, N))
    with pytest.raises(LearningError, match=r"0\.\.3"):
        CountReadout().value(course, np.array([0, 4, 1]))
    with pytest.raises(LearningError, match="2 labels for 3 trials"):
        PotentialReadout().slope(course, np.array([0, 1]))
    with pytest.raises(LearningError, match="mean, largest or last"):
        PotentialReadout("median")  # type: ignore[arg-type]
    with pytest.raises(LearningError, match=r"Values of shape \(2,\)"):
        SquaredError().value(course, np.zeros(2))
    with pytest.raises(LearningError, match="A course has shape"):
        CountReadout().value(course[0], LABELS)


def test_windows_are_the_last_steps() -> None:
    course = RNG.normal(size=(N_TRIALS, N_STEPS, N))
    last, softmax = course[:, -3:], CountSoftmax()
    of_mean = WindowReadout("mean", 1 / 3).value(course, LABELS)
    np.testing.assert_allclose(of_mean, softmax.value(last.mean(axis=1), LABELS))
    each = np.mean([softmax.value(last[:, t], LABELS) for t in range(3)], axis=0)
    np.testing.assert_allclose(WindowReadout("each", 1 / 3).value(course, LABELS), each)
    np.testing.assert_allclose(
        WindowReadout("mean", 1e-6).value(course, LABELS),
        PotentialReadout("last").value(course, LABELS),
    )
    with pytest.raises(LearningError, match="share"):
        WindowReadout("mean", 0.0)
    with pytest.raises(LearningError, match="'largest'"):
        WindowReadout("largest")  # type: ignore[arg-type]
