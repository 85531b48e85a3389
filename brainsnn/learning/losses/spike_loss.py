"""What a loss over all output spikes is, with derivatives by activation and by time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.spikes.targets import Classes, Targets

Method = Literal["activation", "timing", "antlr"]
Floats = NDArray[np.float64]
Rasters = NDArray[np.bool_]
Labels = NDArray[np.int64]


class SpikeLoss(ABC):
    """A loss of the output's spikes, given as an array of bool, shape (n_trials, n_steps, n).

    What is wanted of the trials is a column of the kind that the loss takes (`Targets.of`): labels,
    for most. The two derivatives are with respect to a spike's presence and to its time; the second
    is 0 wherever there is no spike.

    Attributes
    ----------
    targets : tuple of Targets classes
        Kinds of targets that it takes.
    refused : mapping of str to str
        Methods with which the loss does not go, and why.
    """

    targets: ClassVar[tuple[type[Targets], ...]] = (Classes,)
    refused: ClassVar[Mapping[Method, str]] = {}

    def check_method(self, method: Method) -> None:
        """Check that the loss goes with a method.

        Raises
        ------
        LearningError
            If not; it says why.
        """
        if method in self.refused:
            raise LearningError(
                f"{type(self).__name__} does not go with the {method}-based method: "
                f"{self.refused[method]}"
            )

    @abstractmethod
    def value(self, spikes: Rasters, wanted: Any, /) -> Floats:
        """Loss of each trial, shape (n_trials,)."""

    @abstractmethod
    def activation(self, spikes: Rasters, wanted: Any, /) -> Floats:
        """Derivative with respect to each activation, shape (n_trials, n_steps, n)."""

    @abstractmethod
    def timing(self, spikes: Rasters, wanted: Any, /) -> Floats:
        """Derivative with respect to the time of each spike, shape (n_trials, n_steps, n)."""


def check_targets(spikes: Rasters, labels: Labels, n_targets: int, n_outputs: int) -> None:
    """Check labels against the targets that a loss has.

    Raises
    ------
    LearningError
        If there is not one label a trial, a label names no target, or the targets are of another
        number of outputs.
    """
    if labels.dtype.kind not in "iu":
        raise LearningError(f"Labels must be whole numbers, got {labels.dtype}.")
    if labels.shape != spikes.shape[:1]:
        raise LearningError(f"{labels.size} labels for {spikes.shape[0]} trials.")
    if spikes.shape[2] != n_outputs:
        raise LearningError(f"Targets of {n_outputs} outputs; the network has {spikes.shape[2]}.")
    if labels.size and (labels.min() < 0 or labels.max() >= n_targets):
        raise LearningError(
            f"Labels must be in 0..{n_targets - 1}; got {labels.min()}..{labels.max()}."
        )
