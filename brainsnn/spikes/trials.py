"""Input spikes with their labels: what is trained on and evaluated on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import DataError
from brainsnn.indices import indices, sealed, whole_numbers
from brainsnn.spikes import SpikeTrains


def checked_labels(labels: ArrayLike) -> NDArray[np.int64]:
    """Labels as a read-only column.

    Raises
    ------
    DataError
        If they are no column of whole numbers of 0 or more.
    """
    column: NDArray[np.int64] = sealed(whole_numbers("Labels", labels), labels)
    if column.size and column.min() < 0:
        raise DataError(f"Labels must be 0 or more, got {column.min()}.")
    return column


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
        if not isinstance(self.inputs, SpikeTrains):
            raise DataError(f"Trials are SpikeTrains, got {type(self.inputs).__name__}.")
        object.__setattr__(self, "labels", checked_labels(self.labels))
        if self.labels.shape != (self.inputs.n_trials,):
            raise DataError(
                f"{self.inputs.n_trials} trials need as many labels, got shape {self.labels.shape}."
            )

    def epoch(self, number: int) -> LabelledTrials:  # noqa: ARG002
        """Return the trials to learn from in an epoch: always these."""
        return self

    def block(self, trials: NDArray[np.int64]) -> tuple[LabelledTrials, NDArray[np.int64]]:
        """Return encoded trials, and where among them the given ones are: themselves here."""
        return self, trials

    def plain(self) -> LabelledTrials:
        """Return the trials as they are."""
        return self


@dataclass(frozen=True)
class VariedTrials(Labelled):
    """Training trials that are encoded anew in each epoch, a block at a time.

    Parameters
    ----------
    labels : array of int64, shape (n,)
        Index of the output neuron that stands for each trial's class.
    encode : callable
        Gives the input spikes of an epoch (from 0) and an array of trials, in its order. It must
        depend on these two alone, or a resumed training would differ; no trial comes twice in an
        epoch, so a stream for the epoch and the first of the trials is one that nobody else has.
        For None as epoch it gives them without any variation.

    Raises
    ------
    DataError
        If the labels are no column of whole numbers of 0 or more.
    """

    labels: NDArray[np.int64]
    encode: Callable[[int | None, NDArray[np.int64]], SpikeTrains]

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", checked_labels(self.labels))

    def epoch(self, number: int) -> VariedEpoch:
        """Return the trials of an epoch, not encoded yet."""
        return VariedEpoch(self.labels, partial(self.encode, number))

    def plain(self) -> LabelledTrials:
        """Encode the trials without variation."""
        return LabelledTrials(self.encode(None, np.arange(len(self))), self.labels)


@dataclass(frozen=True)
class VariedEpoch(Labelled):
    """The trials of one epoch of `VariedTrials`.

    Parameters
    ----------
    labels : array of int64, shape (n,)
    encode : callable
        Gives the input spikes of some of the trials.
    """

    labels: NDArray[np.int64]
    encode: Callable[[NDArray[np.int64]], SpikeTrains]

    def block(self, trials: NDArray[np.int64]) -> tuple[LabelledTrials, NDArray[np.int64]]:
        """Encode the given trials; return them, and where they are: one after the other.

        Raises
        ------
        DataError
            If not as many trials come as were asked for, or one is not there.
        """
        trials = indices("Trials", trials, self.labels.size)
        return LabelledTrials(self.encode(trials), self.labels[trials]), np.arange(trials.size)


TrainingTrials = LabelledTrials | VariedTrials
