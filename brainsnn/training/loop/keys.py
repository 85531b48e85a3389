"""What a compiled loss is told of each trial: one number, its label or where its values are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.losses.base import check_labels
from brainsnn.learning.losses.step_values import check_values
from brainsnn.spikes.targets import StepValues, Targets


@dataclass(frozen=True, eq=False)
class Keys:
    """A number for each trial, as `COURSE` takes it.

    Parameters
    ----------
    of : array of int64, shape (n,)
        Labels, or addresses of values of shape (n_steps, n_outputs).
    kept : array
        What the addresses point into: as long as this object lives, they may be read.
    """

    of: NDArray[np.int64]
    kept: NDArray[Any]


def keys_of(kind: type[Targets], wanted: Any, shape: tuple[int, int, int]) -> Keys:
    """Return the keys of the column of targets that rules get (`Targets.of`).

    Parameters
    ----------
    kind : Targets class
        `StepValues`, or one whose column is of labels.
    wanted : array of int, shape (n_trials,), or of float, shape (n_trials, n_steps, n_outputs)
        Labels, or values that are wanted at each step.
    shape : (n_trials, n_steps, n_outputs)
        What they are wanted of.

    Raises
    ------
    LearningError
        If it is not of these trials and outputs.
    """
    if issubclass(kind, StepValues):
        check_values(wanted, shape)
        values = np.ascontiguousarray(wanted, np.float64)
        return Keys(values.ctypes.data + values.strides[0] * np.arange(shape[0]), values)
    check_labels(np.empty((shape[0], shape[2])), wanted)
    labels = np.ascontiguousarray(wanted, np.int64)
    return Keys(labels, labels)
