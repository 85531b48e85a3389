r"""Cross-entropy of classes read from the last steps of the output's potentials.

With the potentials :math:`v_k[t]`, :math:`p_k = \mathrm{softmax}(v_k / \tau)` and W the last steps:

.. math::
    \text{mean: } -\log p_y\Big(\tfrac{1}{|W|} \sum_{t \in W} v[t]\Big), \qquad
    \text{each: } -\tfrac{1}{|W|} \sum_{t \in W} \log p_y(v[t])

The first is how Bellec et al. (2018) read sequential MNIST, the second how Bellec et al. (2020)
read decisions: its derivative at a step needs that step alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np

from brainsnn.errors import LearningError
from brainsnn.jit import copy_row, njit
from brainsnn.learning.kernels import LossKernel, matrix_at
from brainsnn.learning.losses.count_softmax import CountSoftmax, errors
from brainsnn.learning.losses.readouts import Labels
from brainsnn.learning.losses.trajectory import Floats, TrajectoryLoss, check_course


@njit()
def _by_window(course, n_steps, n, label, parameters, out):  # type: ignore[no-untyped-def]
    """See `COURSE`; parameters are temperature, whether each step counts, and the share."""
    v, slope = matrix_at(course, n_steps, n), matrix_at(out, n_steps, n)
    temperature, each, share = matrix_at(parameters, 1, 3)[0]
    begin, wanted = n_steps - max(1, int(np.rint(share * n_steps))), np.array([label])
    length, read, error = n_steps - begin, np.zeros((1, n)), np.empty((1, n))
    slope[:] = 0.0
    if each == 0.0:
        for t in range(begin, n_steps):
            for k in range(n):
                read[0, k] += v[t, k] / length
        errors(read, wanted, temperature, error)
        for t in range(begin, n_steps):
            copy_row(error[0] / length, slope[t])
    else:
        for t in range(begin, n_steps):
            copy_row(v[t], read[0])
            errors(read, wanted, temperature, error)
            copy_row(error[0] / length, slope[t])


@dataclass(frozen=True)
class WindowReadout(TrajectoryLoss):
    """The loss (module docstring).

    Parameters
    ----------
    of : {"mean", "each"}
    share : float, default 1
        Of the steps of a trial: its last ones are read, one at least.
    softmax : CountSoftmax

    Raises
    ------
    LearningError
        If `of` is neither, or the share is not above 0 and at most 1.
    """

    reads: ClassVar[Literal["spikes", "potential"]] = "potential"
    codes: ClassVar[tuple[str, ...]] = ("potential",)

    of: Literal["mean", "each"] = "mean"
    share: float = 1.0
    softmax: CountSoftmax = field(default_factory=CountSoftmax)

    def __post_init__(self) -> None:
        if self.of not in ("mean", "each"):
            raise LearningError(f"A window is read by its mean or at each step, not {self.of!r}.")
        if not 0 < self.share <= 1:
            raise LearningError(
                f"A window's share must be above 0 and at most 1, got {self.share}."
            )

    def _window(self, course: Floats) -> slice:
        check_course(course)
        return slice(course.shape[1] - max(1, round(self.share * course.shape[1])), None)

    def value(self, course: Floats, wanted: Labels) -> Floats:
        """Loss of each trial."""
        read = course[:, self._window(course)]
        if self.of == "mean":
            return self.softmax.value(read.mean(axis=1), wanted)
        labels = np.repeat(wanted, read.shape[1])
        each = self.softmax.value(read.reshape(-1, read.shape[2]), labels)
        loss: Floats = each.reshape(read.shape[:2]).mean(axis=1)
        return loss

    def slope(self, course: Floats, wanted: Labels) -> Floats:
        """Derivative by the potential at each step."""
        window, slope = self._window(course), np.zeros(course.shape)
        read = course[:, window]
        n = read.shape[1]
        if self.of == "mean":
            slope[:, window] = self.softmax.error(read.mean(axis=1), wanted)[:, None] / n
            return slope
        labels = np.repeat(wanted, n)
        each = self.softmax.error(read.reshape(-1, read.shape[2]), labels)
        slope[:, window] = each.reshape(read.shape) / n
        return slope

    def kernel(self) -> LossKernel:
        """See `TrajectoryLoss`."""
        numbers = [self.softmax.temperature, float(self.of == "each"), self.share]
        return LossKernel(_by_window, np.array(numbers, np.float64))
