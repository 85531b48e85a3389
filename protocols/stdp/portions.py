"""A long row of images, of which each epoch learns from the next portion."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.targets import Classes
from brainsnn.spikes.trials import Labelled, LabelledTrials, VariedEpoch

Encode = Callable[[int | None, NDArray[np.int64]], SpikeTrains]
"""Gives the input spikes of an epoch (from 0; None without an epoch) and some of the images."""


class Portions(Labelled):
    """Training trials that are other images in each epoch, until all were shown.

    Parameters
    ----------
    labels : array of int64, shape (n,)
        Class of each image.
    size : int
        Images of an epoch.
    encode : callable
        As for `VariedTrials`, of images.

    Raises
    ------
    DataError
        If an epoch has no image, or more than there are.
    """

    def __init__(self, labels: NDArray[np.int64], size: int, encode: Encode) -> None:
        if not 1 <= size <= labels.size:
            raise DataError(f"An epoch shows 1 to {labels.size} images, not {size}.")
        self.all_labels, self.size, self.encode = labels, size, encode
        self.targets = Classes(labels[self.images(0)])

    def images(self, number: int) -> NDArray[np.int64]:
        """Images of an epoch, from 0, in their order; after the last comes the first again."""
        return np.arange(number * self.size, (number + 1) * self.size) % self.all_labels.size

    def epoch(self, number: int) -> VariedEpoch:
        """See `TrainingTrials`."""
        return VariedEpoch(
            Classes(self.all_labels[self.images(number)]), partial(self._encoded, number)
        )

    def plain(self) -> LabelledTrials:
        """The first portion."""
        return LabelledTrials(self.encode(None, self.images(0)), self.targets)

    def _encoded(self, number: int, trials: NDArray[np.int64]) -> SpikeTrains:
        return self.encode(number, self.images(number)[trials])
