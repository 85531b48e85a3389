"""What the sets of the UCI repository have in common: one small text file each, rows of fields."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.base import Splits
from brainsnn.datasets.formats.tables import TableSet, normalise, split
from brainsnn.datasets.locate import ENVIRONMENT, find_folder, missing
from brainsnn.errors import ConfigError, DataError

Row = Sequence[str]


@dataclass(frozen=True)
class UCITable:
    """Base of these sets; a subclass says what its file holds and how a row is read.

    Parameters
    ----------
    folder : Path, optional
        Folder that holds the file. By default `brainsnn.datasets.locate` finds it.
    n_train, n_validation, n_test : int, default 1, 0 and 1
        Rows of each split, drawn at random, class by class.
    checked : bool, default True
        Whether the file must be the published one, byte for byte.

    Raises
    ------
    ConfigError
        If a number is impossible.
    """

    name: ClassVar[str]
    file: ClassVar[str]
    sha256: ClassVar[str]
    separator: ClassVar[str | None] = ","
    n_fields: ClassVar[int]
    classes: ClassVar[tuple[str, ...]]
    features: ClassVar[tuple[str, ...]]
    contents: ClassVar[str]
    authors: ClassVar[str]
    source: ClassVar[str]
    citation: ClassVar[str]

    folder: Path | None = None
    n_train: int = 1
    n_validation: int = 0
    n_test: int = 1
    checked: bool = True

    def __post_init__(self) -> None:
        for key, least in (("n_train", 1), ("n_validation", 0), ("n_test", 1)):
            if getattr(self, key) < least:
                raise ConfigError(
                    f"{self.name}: {key} must be at least {least}, got {getattr(self, key)}."
                )

    @abstractmethod
    def label(self, row: Row) -> int:
        """Class of a row; `ValueError` if it has none."""

    @abstractmethod
    def numbers(self, row: Row) -> list[float]:
        """Features of a row, NaN for one that is missing; `ValueError` if one is no number."""

    def find(self) -> Path | None:
        """Folder the file is in, or None if it is nowhere."""
        return self.folder or find_folder(f"uci/{self.name}")

    def table(self) -> TableSet:
        """Every row of the file, as it is.

        Raises
        ------
        DataError
            If the file is missing, is not the published one, or a row is not what it should be.
        """
        path = self._path()
        values, labels = self._rows(path)
        return self._complete(values, labels)

    def load(self, rng: np.random.Generator | None = None) -> Splits[TableSet]:
        """Read, check, split and normalise the set.

        Parameters
        ----------
        rng : numpy.random.Generator, optional
            Draws the split. None gives one fixed draw.

        Returns
        -------
        Splits
            Of `TableSet`, features in 0..1 by the ranges of the training rows.

        Raises
        ------
        DataError
            As for `table`; or if there are too few rows, a class is absent from the training or
            test part, or a feature is constant among the training rows.
        """
        rng = np.random.default_rng(0) if rng is None else rng
        return normalise(split(self.table(), (self.n_train, self.n_validation, self.n_test), rng))

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        return (
            f"{self.contents}\nAuthors: {self.authors}.\nSource: {self.source}.\n"
            f"Licence: CC BY 4.0.\nCite: {self.citation}."
        )

    def _path(self) -> Path:
        folder = self.find()
        if folder is None:
            raise missing(
                f"uci/{self.name}",
                f"Download {self.file} from {self.source} into a folder uci/{self.name} in one of "
                f"these places, or set {ENVIRONMENT} to a folder that holds uci/.",
            )
        return folder / self.file

    def _rows(self, path: Path) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        try:
            contents = path.read_bytes()
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror}).") from error
        digest = hashlib.sha256(contents).hexdigest()
        if self.checked and digest != self.sha256:
            raise DataError(
                f"{path}: not the published file; its sha256 is {digest}, should be {self.sha256}."
            )
        values, labels = [], []
        for k, line in enumerate(contents.decode("latin-1").splitlines(), start=1):
            if line.strip():
                row = line.split(self.separator)
                if len(row) != self.n_fields:
                    raise DataError(f"{path}, line {k}: {len(row)} fields, not {self.n_fields}.")
                try:
                    values.append(self.numbers(row))
                    labels.append(self.label(row))
                except ValueError as error:
                    raise DataError(f"{path}, line {k}: {error}.") from error
        shape = (len(labels), len(self.features))
        return np.array(values, np.float64).reshape(shape), np.array(labels, np.int64)

    def _complete(self, values: NDArray[np.float64], labels: NDArray[np.int64]) -> TableSet:
        """Table of the rows; a set with missing values says here what becomes of them."""
        return TableSet(self.name, values, labels, self.classes, self.features)


def class_of(name: str, classes: Sequence[str]) -> int:
    """Position of a class; `ValueError` that lists the known ones if it is none."""
    if name not in classes:
        raise ValueError(f"class {name!r} is none of {', '.join(classes)}")
    return list(classes).index(name)
