"""Tables of features: rows with a class each, split class by class and normalised."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.base import Splits
from brainsnn.errors import DataError

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class TableSet:
    """Rows of numbers, each with a label.

    Parameters
    ----------
    name : str
        What the set is, for messages (``"iris train"``).
    rows : array of float64, shape (n, n_features)
    labels : array of int64, shape (n,)
        Position of each row's class in `classes`.
    classes, features : tuple of str
        Names.
    dropped, imputed : int, default 0
        Rows of the file that were left out, and values that were filled in, for want of a value.

    Raises
    ------
    DataError
        If a shape does not fit, a value is not finite, or a label is not in
        ``0..len(classes) - 1``.
    """

    name: str
    rows: NDArray[np.float64]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    features: tuple[str, ...]
    dropped: int = 0
    imputed: int = 0

    def __post_init__(self) -> None:
        shape = (self.labels.size, len(self.features))
        if self.rows.shape != shape or not np.isfinite(self.rows).all():
            raise DataError(
                f"{self.name}: values must be finite, of shape {shape}; got {self.rows.shape}."
            )
        if len(self) and not 0 <= self.labels.min() <= self.labels.max() < len(self.classes):
            raise DataError(f"{self.name}: labels must be in 0..{len(self.classes) - 1}.")

    def __len__(self) -> int:
        return self.labels.size

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of rows of each class, shape (n_classes,)."""
        return np.bincount(self.labels, minlength=len(self.classes))

    def take(self, indices: NDArray[np.integer]) -> TableSet:
        """The given rows in the given order."""
        return replace(self, rows=self.rows[indices], labels=self.labels[indices])

    def joined(self, other: TableSet) -> TableSet:
        """These rows and then those of another part of the same table."""
        rows, labels = (self.rows, other.rows), (self.labels, other.labels)
        return replace(self, rows=np.concatenate(rows), labels=np.concatenate(labels))


def split(table: TableSet, sizes: tuple[int, int, int], rng: np.random.Generator) -> Splits:
    """Cut a table at random in three, with every class shared out as evenly as its rows allow.

    Parameters
    ----------
    table : TableSet
    sizes : (int, int, int)
        Rows to train, validate and test on.
    rng : numpy.random.Generator

    Raises
    ------
    DataError
        If there are too few rows, or a class is absent from the training or test part.
    """
    if sum(sizes) > len(table) or min(sizes) < 0:
        raise DataError(
            f"{table.name}: {sizes[0]} rows to train, {sizes[1]} to validate and {sizes[2]} to "
            f"test on are asked for; there are {len(table)}."
        )
    order = rng.permutation(len(table))
    place = np.empty(len(table))
    for k, n in enumerate(table.counts):
        mine = order[table.labels[order] == k]
        place[mine] = (np.arange(n) + rng.random()) / max(n, 1)
    ranked = np.argsort(place, kind="stable")
    bounds = np.cumsum((0, *sizes))
    parts = []
    for k, name in enumerate(PARTS):
        part = table.take(np.sort(ranked[bounds[k] : bounds[k + 1]]))
        part = replace(part, name=f"{table.name} {name}")
        if name != "validation":
            check_classes(part)
        parts.append(part)
    return Splits(*parts)


def check_classes(table: TableSet) -> None:
    """Refuse a part of a table that lacks a class.

    Raises
    ------
    DataError
    """
    absent = [name for name, n in zip(table.classes, table.counts, strict=True) if n == 0]
    if absent:
        raise DataError(
            f"{table.name}: no row of class {absent[0]!r} among its {len(table)}; ask for more "
            "rows, or another split."
        )


def normalise(splits: Splits[TableSet]) -> Splits[TableSet]:
    """Bring every feature to 0..1 by its least and largest value among the training rows.

    Values of validation and test rows beyond these are clipped.

    Raises
    ------
    DataError
        If a feature is the same in all training rows: it has no range to normalise by.
    """
    low, high = splits.train.rows.min(axis=0), splits.train.rows.max(axis=0)
    constant = np.flatnonzero(low == high)
    if constant.size:
        k = constant[0]
        raise DataError(
            f"{splits.train.name}: feature {splits.train.features[k]!r} is {low[k]:g} in all "
            f"{len(splits.train)} rows. It tells nothing and has no range to normalise by; leave "
            "it out or ask for more rows."
        )

    def scaled(part: TableSet) -> TableSet:
        return replace(part, rows=np.clip((part.rows - low) / (high - low), 0.0, 1.0))

    return Splits(scaled(splits.train), scaled(splits.validation), scaled(splits.test))
