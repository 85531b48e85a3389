"""What a loss of the output's course through a trial is: of its spikes, or of its potential."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.kernels import LossKernel
from brainsnn.spikes.targets import Classes, Targets

Floats = NDArray[np.float64]


class TrajectoryLoss(ABC):
    """A loss of what the output neurons did at every step, shape (n_trials, n_steps, n).

    Attributes
    ----------
    reads : {"spikes", "potential", "times"}
        What it is a loss of: spikes as 0 and 1, the potential before the reset, or, in one row, the
        seconds of first spikes.
    targets : tuple of Targets classes
        Kinds of targets that it takes.
    codes : tuple of str
        Decoders that decide by what it compares (registered names).
    """

    reads: ClassVar[Literal["spikes", "potential", "times"]]
    targets: ClassVar[tuple[type[Targets], ...]] = (Classes,)
    codes: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def value(self, course: Floats, wanted: Any) -> Floats:
        """Loss of each trial, shape (n_trials,).

        Raises
        ------
        LearningError
            If what is wanted is not of these trials.
        """

    @abstractmethod
    def slope(self, course: Floats, wanted: Any) -> Floats:
        """Derivative with respect to every number, of the course's shape."""

    def kernel(self) -> LossKernel | None:
        """Its `slope`, compiled (signature `COURSE`); None, the default, if it is not."""
        return None


def check_course(course: Floats) -> None:
    """Refuse what is not of shape (n_trials, n_steps, n), with a step at least.

    Raises
    ------
    LearningError
    """
    if course.ndim != 3 or not course.shape[1]:
        raise LearningError(f"A course has shape (n_trials, n_steps, n), got {course.shape}.")
