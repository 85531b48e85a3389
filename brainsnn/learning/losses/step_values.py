r"""Regression: the potential of each output follows values given for every step.

.. math::
    L = \frac{1}{2T} \sum_t \sum_k (v_k[t] - y_k[t])^2, \qquad
    \frac{\partial L}{\partial v_k[t]} = \frac{v_k[t] - y_k[t]}{T}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from brainsnn.errors import LearningError
from brainsnn.learning.losses.trajectory import Floats, TrajectoryLoss, check_course
from brainsnn.spikes.targets import StepValues, Targets


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


def _difference(course: Floats, wanted: Floats) -> Floats:
    check_course(course)
    if np.shape(wanted) != course.shape:
        raise LearningError(f"Values of shape {np.shape(wanted)} for a course of {course.shape}.")
    difference: Floats = course - wanted
    return difference
