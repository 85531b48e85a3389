"""Input spikes with their labels: what is trained on and evaluated on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.spikes import SpikeTrains


@dataclass(frozen=True)
class LabelledTrials:
    """Encoded trials and the class of each.

    Parameters
    ----------
    inputs : SpikeTrains
        n trials.
    labels : array of int64, shape (n,)
        Index of the output neuron that stands for the trial's class.

    Raises
    ------
    DataError
        If there is not one label, 0 or more, for each trial.
    """

    inputs: SpikeTrains
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", np.ascontiguousarray(self.labels, np.int64))
        if self.labels.shape != (self.inputs.n_trials,):
            raise DataError(
                f"{self.inputs.n_trials} trials need as many labels, got shape {self.labels.shape}."
            )
        if self.labels.size and self.labels.min() < 0:
            raise DataError(f"Labels must be 0 or more, got {self.labels.min()}.")

    def __len__(self) -> int:
        return self.labels.size

    def check(self, n_classes: int) -> None:
        """Refuse an empty set and labels beyond `n_classes`.

        Raises
        ------
        DataError
        """
        if not len(self):
            raise DataError("The data set is empty: there is no trial to run.")
        if self.labels.max() >= n_classes:
            raise DataError(
                f"Label {self.labels.max()} has no output neuron: the network has {n_classes}, so "
                f"labels must be in 0..{n_classes - 1}."
            )

    def check_trainable(self, n_classes: int) -> None:
        """Refuse also a set with one class only.

        Raises
        ------
        DataError
        """
        self.check(n_classes)
        if np.unique(self.labels).size < 2:
            raise DataError(
                f"All {len(self)} training trials are of class {self.labels[0]}: there is nothing "
                "to tell apart. At least two classes are needed."
            )
