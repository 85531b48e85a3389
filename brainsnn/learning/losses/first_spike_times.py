r"""Cross-entropy of the exact times of first spikes.

.. math::
    L = -\log \frac{e^{-t_y / \tau_0}}{\sum_k e^{-t_k / \tau_0}}
        + \alpha \left( e^{t_y / \tau_1} - 1 \right)

with :math:`t_k` the time of the first spike of output k and y the label: the second term wants the
label's output to spike early. (Wunderlich and Pehle 2021, equation 19; without the second, and with
another regulariser, Goeltz et al. 2021.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.kernels import LossKernel, matrix_at
from brainsnn.learning.losses.base import check_labels
from brainsnn.learning.losses.trajectory import Floats, TrajectoryLoss, check_course


@njit()
def _by_times(course, n_steps, n, label, parameters, out):  # type: ignore[no-untyped-def]
    """See `COURSE`: of `FirstSpikeTimes`."""
    times, slope = matrix_at(course, n_steps, n)[0], matrix_at(out, n_steps, n)[0]
    tau, early, tau_early = matrix_at(parameters, 1, 3)[0]
    first, total = times.min(), 0.0
    for k in range(n):
        slope[k] = np.exp((first - times[k]) / tau)
        total += slope[k]
    for k in range(n):
        slope[k] *= -1.0 / (tau * total)
    slope[label] += 1.0 / tau + early * np.exp(times[label] / tau_early) / tau_early


@dataclass(frozen=True)
class FirstSpikeTimes(TrajectoryLoss):
    r"""The loss; equation in the module's docstring.

    Parameters
    ----------
    tau : float, default 5e-4
        :math:`\tau_0`, seconds.
    early : float, default 3e-3
        :math:`\alpha`, weight of the term that wants early spikes.
    tau_early : float, default 6.4e-3
        :math:`\tau_1`, seconds.

    Raises
    ------
    LearningError
        If a time is not positive, or `early` negative.
    """

    reads: ClassVar[Literal["spikes", "potential", "times"]] = "times"
    codes: ClassVar[tuple[str, ...]] = ("first_spike",)

    tau: float = 5e-4
    early: float = 3e-3
    tau_early: float = 6.4e-3

    def __post_init__(self) -> None:
        if not (self.tau > 0 and self.tau_early > 0 and self.early >= 0):
            raise LearningError(f"Times must be positive and early 0 or more, got {self}.")

    def value(self, course: Floats, wanted: NDArray[np.int64]) -> Floats:
        """Loss of each trial."""
        times = self._times(course, wanted)
        own = times[np.arange(len(times)), wanted]
        late = (times.min(axis=1, keepdims=True) - times) / self.tau
        softmax = (own - times.min(axis=1)) / self.tau + np.log(np.exp(late).sum(axis=1))
        found: Floats = softmax + self.early * np.expm1(own / self.tau_early)
        return found

    def slope(self, course: Floats, wanted: NDArray[np.int64]) -> Floats:
        """Derivative by each time, per second."""
        times = self._times(course, wanted)
        share = np.exp((times.min(axis=1, keepdims=True) - times) / self.tau)
        slope = -share / share.sum(axis=1, keepdims=True) / self.tau
        trial = np.arange(len(times))
        early = self.early * np.exp(times[trial, wanted] / self.tau_early) / self.tau_early
        slope[trial, wanted] += 1 / self.tau + early
        return np.asarray(slope[:, None])

    def kernel(self) -> LossKernel:
        """See `TrajectoryLoss`."""
        numbers = np.array([self.tau, self.early, self.tau_early], np.float64)
        return LossKernel(_by_times, numbers)

    def _times(self, course: Floats, wanted: NDArray[np.int64]) -> Floats:
        check_course(course)
        if course.shape[1] != 1:
            raise LearningError(f"Times of first spikes are one row, got {course.shape[1]}.")
        check_labels(course[:, 0], wanted)
        return course[:, 0]
