r"""Regression: the potential of each output follows values given for every step.

.. math::
    L = \frac{1}{2T} \sum_t \sum_k (v_k[t] - y_k[t])^2, \qquad
    \frac{\partial L}{\partial v_k[t]} = \frac{v_k[t] - y_k[t]}{T}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.kernels import LossKernel, matrix_at
from brainsnn.learning.losses.trajectory import Floats, TrajectoryLoss, check_course
from brainsnn.spikes.targets import StepValues, Targets


@njit()
def _by_values(course, n_steps, n, values, parameters, out):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """See `COURSE`; of the trial it is given where the values are that are wanted."""
    v, slope = matrix_at(course, n_steps, n), matrix_at(out, n_steps, n)
    wanted = matrix_at(values, n_steps, n)
    for t in range(n_steps):
        for k in range(n):
            slope[t, k] = (v[t, k] - wanted[t, k]) / n_steps


@dataclass(frozen=True)
class SquaredError(TrajectoryLoss):
    """Half the squared error, averaged over steps and summed over outputs (module docstring)."""

    reads: ClassVar[Literal["spikes", "potential"]] = "potential"
    targets: ClassVar[tuple[type[Targets], ...]] = (StepValues,)

    def value(self, course: Floats, wanted: Floats) -> Floats:
        """Loss of each trial."""
        loss: Floats = 0.5 * (_difference(course, wanted) ** 2).sum(axis=(1, 2)) / course.shape[1]
        return loss

    def slope(self, course: Floats, wanted: Floats) -> Floats:
        """Derivative by the potential at each step."""
        return _difference(course, wanted) / course.shape[1]

    def kernel(self) -> LossKernel:
        """See `TrajectoryLoss`."""
        return LossKernel(_by_values, np.empty(0))


def check_values(wanted: ArrayLike, shape: tuple[int, ...]) -> None:
    """Refuse values of other trials, steps or outputs than a course has.

    Raises
    ------
    LearningError
    """
    if np.shape(wanted) != shape:
        raise LearningError(f"Values of shape {np.shape(wanted)} for a course of {shape}.")


def _difference(course: Floats, wanted: Floats) -> Floats:
    check_course(course)
    check_values(wanted, course.shape)
    difference: Floats = course - wanted
    return difference
