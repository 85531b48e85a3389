"""Sets of grey images in four gzipped IDX files, as MNIST's authors laid them out."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.base import ImageSet, Splits, hold_out
from brainsnn.datasets.formats.idx import HEADER, parse_idx, read_gzip
from brainsnn.datasets.locate import find_folder
from brainsnn.errors import ConfigError, DataError


@dataclass(frozen=True)
class IdxFile:
    """What a file of the set must be.

    Parameters
    ----------
    shape : tuple of int
        Shape of its array.
    md5 : str or None
        Of the *uncompressed* contents, so that it does not matter who compressed them. None
        checks the shape alone.
    """

    shape: tuple[int, ...]
    md5: str | None


@dataclass(frozen=True)
class IdxImages:
    """Base of these sets: read, checked and split; a subclass says which files, and of whom.

    The validation split is the last of the training images; with a generator it is drawn from all.

    Parameters
    ----------
    folder : Path, optional
        Folder that holds the files. By default `brainsnn.datasets.locate` looks for it.
    n_validation : int, default 10000
        Training images that become the validation split.
    files : mapping of str to IdxFile
        What each file must be: training images, training labels, test images, test labels.

    Attributes
    ----------
    name : str
        In the registry, and of the folder.
    title : str
        As its authors write it.
    classes : tuple of str
        Name of each class, by label.

    Raises
    ------
    ConfigError
        If `n_validation` leaves no image to train on.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    classes: ClassVar[tuple[str, ...]]

    folder: Path | None = None
    n_validation: int = 10000
    files: Mapping[str, IdxFile] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        n_images = next(iter(self.files.values())).shape[0]
        if not 0 <= self.n_validation < n_images:
            raise ConfigError(
                f"{self.name}: n_validation must be in 0..{n_images - 1}, got {self.n_validation}."
            )

    def find(self) -> Path | None:
        """Folder the files are in, or None if they are nowhere; downloads nothing."""
        return self.folder or find_folder(self.name)

    @abstractmethod
    def fetch(self) -> Path:
        """Folder the files are in; what is missing is fetched or, where it cannot be, an error."""

    def load(self, rng: np.random.Generator | None = None) -> Splits[ImageSet]:
        """Read, check and split the set.

        Parameters
        ----------
        rng : numpy.random.Generator, optional
            Draws the validation images. None takes the last of the training images.

        Returns
        -------
        Splits
            Train 50,000, validation 10,000, test 10,000 images of 28 x 28.

        Raises
        ------
        DataError
            If a file is missing, truncated, corrupt, under another's name, of another size, or
            cannot be downloaded.
        """
        folder = self.fetch()
        train_images, train_labels, test_images, test_labels = self.files
        training = self._read(folder, train_images, train_labels, "train")
        test = self._read(folder, test_images, test_labels, "test")
        first, last = hold_out(training, self.n_validation, rng, self.name)
        return Splits(first, last, test)

    def _read(self, folder: Path, images_file: str, labels_file: str, split: str) -> ImageSet:
        images = self._array(folder / images_file)
        labels = self._array(folder / labels_file)
        if len(images) != len(labels):
            raise DataError(
                f"{folder / labels_file}: {len(labels)} labels do not match the {len(images)} "
                f"images of {images_file}."
            )
        if labels.size and labels.max() >= len(self.classes):
            raise DataError(
                f"{folder / labels_file}: labels must be in 0..{len(self.classes) - 1}, "
                f"got {labels.max()}."
            )
        return ImageSet(f"{self.name} {split}", images, labels.astype(np.int64), self.classes)

    def _array(self, path: Path) -> NDArray[np.uint8]:
        """The array of one file, checked against what that file must be."""
        expected = self.files[path.name]
        most = max(prod(file.shape) for file in self.files.values())
        contents = read_gzip(path, most + HEADER)
        digest = hashlib.md5(contents, usedforsecurity=False).hexdigest()
        for name, other in self.files.items():
            if name != path.name and other.md5 == digest:
                raise DataError(
                    f"{path}: holds the contents of {name}; the files were renamed or swapped."
                )
        array = parse_idx(contents, path)
        if array.shape != expected.shape:
            raise DataError(
                f"{path}: holds {_kind(array.shape)}, should hold {_kind(expected.shape)}."
            )
        if expected.md5 is not None and digest != expected.md5:
            raise DataError(
                f"{path}: the contents are not {self.title}'s; md5 of the uncompressed file is "
                f"{digest}, should be {expected.md5}. Replace the file by a fresh copy."
            )
        return array


def _kind(shape: tuple[int, ...]) -> str:
    """Words for an array of some shape."""
    if len(shape) == 1:
        return f"{shape[0]} labels"
    if len(shape) == 3:
        return f"{shape[0]} images of {shape[1]} x {shape[2]}"
    return f"an array of shape {shape}"
