"""MNIST: 70,000 handwritten digits of 28 x 28 pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.base import ImageSet, Splits, hold_out
from brainsnn.datasets.idx import parse_idx, read_gzip
from brainsnn.datasets.locate import cache_folder, download, find_folder
from brainsnn.errors import ConfigError, DataError

_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_DOWNLOADS = {
    "train-images-idx3-ubyte.gz": "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "md5:d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "md5:9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "md5:ec29112dd5afa0611ce80d1b7f02629c",
}


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


FILES: Mapping[str, IdxFile] = {
    "train-images-idx3-ubyte.gz": IdxFile((60000, 28, 28), "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte.gz": IdxFile((60000,), "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte.gz": IdxFile((10000, 28, 28), "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte.gz": IdxFile((10000,), "27ae3e4e09519cfbb04c329615203637"),
}
"""The four files of MNIST, by name."""


@dataclass(frozen=True)
class MNIST:
    """MNIST, from four gzipped IDX files in a folder ``mnist``.

    The validation split is the last 10,000 training images; with a generator it is drawn from
    all 60,000. Class ``k`` is the digit ``k``.

    Parameters
    ----------
    folder : Path, optional
        Folder that holds the files. By default `brainsnn.datasets.locate` finds or fetches it.
    n_validation : int
        Training images that become the validation split.
    files : mapping of str to IdxFile
        What each file must be: training images, training labels, test images, test labels.

    Raises
    ------
    ConfigError
        If `n_validation` leaves no image to train on.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to document
    recognition, Proceedings of the IEEE 86(11), 2278-2324 (1998).
    """

    name: ClassVar[str] = "mnist"
    citation: ClassVar[str] = (
        "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to "
        "document recognition, Proceedings of the IEEE 86(11), 2278-2324 (1998)"
    )

    folder: Path | None = None
    n_validation: int = 10000
    files: Mapping[str, IdxFile] = field(default_factory=lambda: FILES, repr=False)

    def __post_init__(self) -> None:
        n_images = next(iter(self.files.values())).shape[0]
        if not 0 <= self.n_validation < n_images:
            raise ConfigError(
                f"mnist: n_validation must be in 0..{n_images - 1}, got {self.n_validation}."
            )

    def find(self) -> Path | None:
        """Folder the files are in, or None if they are nowhere; downloads nothing."""
        return self.folder or find_folder(self.name)

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
        folder = self.find()
        if folder is None or folder == cache_folder() / self.name:
            folder = download(self.name, _DOWNLOADS, _MIRRORS)
        train_images, train_labels, test_images, test_labels = self.files
        training = self._read(folder, train_images, train_labels, "train")
        test = self._read(folder, test_images, test_labels, "test")
        first, last = hold_out(training, self.n_validation, rng, self.name)
        return Splits(first, last, test)

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        return (
            "MNIST: 60,000 + 10,000 grey images of handwritten digits, 28 x 28, 10 classes.\n"
            "Authors: Yann LeCun, Corinna Cortes, Christopher J. C. Burges.\n"
            "Source: http://yann.lecun.com/exdb/mnist/ (mirror: " + _MIRRORS[0] + ").\n"
            "Licence: CC BY-SA 3.0.\n"
            f"Cite: {self.citation}."
        )

    def _read(self, folder: Path, images_file: str, labels_file: str, split: str) -> ImageSet:
        images = self._array(folder / images_file)
        labels = self._array(folder / labels_file)
        if len(images) != len(labels):
            raise DataError(
                f"{folder / labels_file}: {len(labels)} labels do not match the {len(images)} "
                f"images of {images_file}."
            )
        if labels.size and labels.max() > 9:
            raise DataError(
                f"{folder / labels_file}: labels must be digits 0..9, got {labels.max()}."
            )
        classes = tuple(str(digit) for digit in range(10))
        return ImageSet(f"mnist {split}", images, labels.astype(np.int64), classes)

    def _array(self, path: Path) -> NDArray[np.uint8]:
        """The array of one file, checked against what that file must be."""
        expected = self.files[path.name]
        contents = read_gzip(path)
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
                f"{path}: the contents are not MNIST's; md5 of the uncompressed file is {digest}, "
                f"should be {expected.md5}. Replace the file by a fresh copy."
            )
        return array


def _kind(shape: tuple[int, ...]) -> str:
    """Words for an array of some shape."""
    if len(shape) == 1:
        return f"{shape[0]} labels"
    if len(shape) == 3:
        return f"{shape[0]} images of {shape[1]} x {shape[2]}"
    return f"an array of shape {shape}"
