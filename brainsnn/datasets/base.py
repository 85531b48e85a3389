"""What every data set gives: images, or recordings of events, with labels, in three splits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Grey images of one size, each with a label.

    Parameters
    ----------
    name : str
        What the set is, for messages (``"mnist train"``).
    images : array of uint8, shape (n, height, width)
        Intensities; 0 is black.
    labels : array of int64, shape (n,)
        Position of each image's class in `classes`.
    classes : tuple of str
        Names of the classes. A class may be absent from `labels`.

    Raises
    ------
    DataError
        If a shape or dtype is another, there is not one label an image, or a label is not in
        ``0..len(classes) - 1``.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        if images.dtype != np.uint8 or images.ndim != 3:
            raise DataError(
                f"{self.name}: images must be uint8 of shape (n, height, width), "
                f"got {images.dtype} of shape {images.shape}."
            )
        if not np.issubdtype(labels.dtype, np.integer) or labels.shape != images.shape[:1]:
            raise DataError(
                f"{self.name}: labels must be integers, one for each of the {len(images)} images, "
                f"got {labels.dtype} of shape {labels.shape}."
            )
        if labels.size and not 0 <= labels.min() <= labels.max() < len(self.classes):
            raise DataError(
                f"{self.name}: labels must be in 0..{len(self.classes) - 1}, "
                f"got {labels.min()}..{labels.max()}."
            )
        object.__setattr__(self, "labels", labels.astype(np.int64, copy=False))

    def __len__(self) -> int:
        return len(self.images)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of an image in pixels."""
        return self.images.shape[1], self.images.shape[2]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of images of each class, shape (n_classes,)."""
        return np.bincount(self.labels, minlength=len(self.classes))

    def take(self, indices: NDArray[np.integer] | slice) -> ImageSet:
        """The given images in the given order; a slice gives a view, indices a copy.

        Parameters
        ----------
        indices : array of int, shape (m,), or slice
            Positions from 0; a position may be given more than once.

        Returns
        -------
        ImageSet

        Raises
        ------
        DataError
            If an index is not an integer in ``0..n - 1``.
        """
        if not isinstance(indices, slice):
            indices = np.asarray(indices)
            if indices.size == 0:
                indices = indices.astype(np.int64)
            if indices.ndim != 1 or not np.issubdtype(indices.dtype, np.integer):
                raise DataError(f"{self.name}: indices must be a list of integers.")
            if indices.size and not 0 <= indices.min() <= indices.max() < len(self):
                raise DataError(
                    f"{self.name}: indices must be in 0..{len(self) - 1}, "
                    f"got {indices.min()}..{indices.max()}."
                )
        return ImageSet(self.name, self.images[indices], self.labels[indices], self.classes)


EXPECTED = 5
"""Items of a class that chance would hold out, from which holding out none means a sorted set."""

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Splits(Generic[T]):
    """A data set cut in three.

    Parameters
    ----------
    train : ImageSet or EventSet
        What weights are learned from.
    validation : ImageSet or EventSet
        What every choice (stopping, rates, best checkpoint) is made on.
    test : ImageSet or EventSet
        Read once, at the end.
    """

    train: T
    validation: T
    test: T


def hold_out(training: Any, n: int, rng: np.random.Generator | None, name: str) -> tuple[Any, Any]:
    """Cut a training set in two: what is trained on, and `n` items for validation.

    Parameters
    ----------
    training : ImageSet or EventSet
    n : int
        Items held out.
    rng : numpy.random.Generator or None
        Draws them, and an order of the others. None holds out the last.
    name : str
        Of the set, for messages.

    Returns
    -------
    tuple of two ImageSets or EventSets

    Raises
    ------
    DataError
        If there are not `n` items and one to train on, or none are drawn and the last ones are of
        other classes than the rest, as in a set that is sorted.
    """
    if not 0 <= n < max(len(training), 1):
        raise DataError(f"{name}: {n} of {len(training)} items cannot be held out.")
    cut = len(training) - n
    if rng is None:
        _check_mixed(training.labels, cut, name)
    if rng is None:
        first, last = training.take(slice(None, cut)), training.take(slice(cut, None))
    else:
        order = rng.permutation(len(training))
        first, last = training.take(order[:cut]), training.take(order[cut:])
    return first, replace(last, name=f"{name} validation")


def _check_mixed(labels: NDArray[np.int64], cut: int, name: str) -> None:
    """Refuse a cut by which a class is lost, as by chance it would not be."""
    size = int(labels.max(initial=-1)) + 1
    kept, held = (np.bincount(part, minlength=size) for part in (labels[:cut], labels[cut:]))
    expected = (kept + held) * (held.sum() / max(labels.size, 1))
    lost = np.flatnonzero(((kept == 0) & (held > 1)) | ((held == 0) & (expected >= EXPECTED)))
    if lost.size:
        raise DataError(
            f"{name}: the last {held.sum()} of {labels.size} items are of other classes than those "
            f"before them: class {lost[0]} has {kept[lost[0]]} to train on and {held[lost[0]]} "
            "held out. Is the set sorted? Give a generator, which draws what is held out."
        )


class Dataset(Protocol):
    """A labelled set that can be loaded by name."""

    @property
    def name(self) -> str:
        """Name in the registry."""

    def find(self) -> Path | None:
        """Folder the files are in, or None if they are nowhere; downloads nothing."""

    def load(self, rng: np.random.Generator | None = None) -> Splits[Any]:
        """Read, check and split the set.

        Parameters
        ----------
        rng : numpy.random.Generator, optional
            Draws the split where it is a matter of chance. None gives the set's fixed split.

        Raises
        ------
        DataError
            If a file is missing, damaged, or not what it should be.
        """

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
