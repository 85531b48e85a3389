"""What a user hands over as samples: numbers, images, or spikes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import InputError
from brainsnn.spikes import SpikeTrains

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples in one of two forms.

    Parameters
    ----------
    content : array, shape (n, n_features), or SpikeTrains
    axes : tuple of int
        Shape of one sample: (n_features,), or (height, width[, channels]) of an image.
    """

    content: Any
    axes: tuple[int, ...] = field(default=())

    @property
    def spikes(self) -> bool:
        """Whether they are spikes already."""
        return isinstance(self.content, SpikeTrains)

    @property
    def image(self) -> bool:
        """Whether each has rows and columns."""
        return len(self.axes) > 1

    def __len__(self) -> int:
        return self.content.n_trials if self.spikes else len(self.content)

    def take(self, index: NDArray[np.int64]) -> Samples:
        """The given samples, in the given order."""
        content = self.content.take(index) if self.spikes else self.content[index]
        return Samples(content, self.axes)


def read_samples(X: Any) -> Samples:
    """Bring samples to one of the two forms; numbers are checked later, as scikit-learn does.

    Parameters
    ----------
    X : array of numbers, SpikeTrains or DataFrame
        Shape (n, n_features), or images (n, height, width[, channels]).

    Raises
    ------
    InputError
        If it is a path, which `brainsnn.classifier.files` reads, or has too many axes.
    """
    if isinstance(X, SpikeTrains):
        return Samples(X, (X.n_neurons,))
    if isinstance(X, str | Path):
        raise InputError(
            f"Samples are an array, a table or SpikeTrains, not the path {str(X)!r}. "
            "brainsnn.datasets.read_data(path) reads a CSV file or a folder of images."
        )
    if hasattr(X, "columns") or not hasattr(X, "ndim") or X.ndim < 3:
        return Samples(X)
    if X.ndim > 4:
        raise InputError(
            f"Images have shape (n, height, width) or (n, height, width, channels), got {X.shape}."
        )
    return Samples(np.asarray(X).reshape(len(X), -1), tuple(X.shape[1:]))
