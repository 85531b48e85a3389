"""Input spikes with their labels: what is trained on and evaluated on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.spikes import SpikeTrains


class Labelled:
    """Anything with a label for each of its trials."""

    labels: NDArray[np.int64]

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


@dataclass(frozen=True)
class LabelledTrials(Labelled):
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

    def epoch(self, number: int) -> LabelledTrials:  # noqa: ARG002
        """Return the trials to learn from in an epoch: always these."""
        return self

    def plain(self) -> LabelledTrials:
        """Return the trials as they are."""
        return self


@dataclass(frozen=True)
class VariedTrials(Labelled):
    """Training trials that are encoded anew in each epoch.

    Only one epoch's spikes need to be in memory at a time.

    Parameters
    ----------
    labels : array of int64, shape (n,)
        Index of the output neuron that stands for each trial's class.
    encode : callable
        Gives the input spikes of an epoch (from 0), n trials in the order of the labels. It must
        depend on the epoch alone, or a resumed training would differ. For None it gives them
        without any variation.
    """

    labels: NDArray[np.int64]
    encode: Callable[[int | None], SpikeTrains]

    def epoch(self, number: int) -> LabelledTrials:
        """Encode the trials of an epoch.

        Raises
        ------
        DataError
            If there is not one trial for each label.
        """
        return LabelledTrials(self.encode(number), self.labels)

    def plain(self) -> LabelledTrials:
        """Encode the trials without variation."""
        return LabelledTrials(self.encode(None), self.labels)


TrainingTrials = LabelledTrials | VariedTrials
