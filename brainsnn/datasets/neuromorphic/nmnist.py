"""N-MNIST: MNIST's digits as an event camera saw them while it moved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.base import Splits, hold_out
from brainsnn.datasets.events import EventSet, join_recordings
from brainsnn.datasets.formats.event_file import read_event_file
from brainsnn.datasets.neuromorphic.recorded_files import RecordedFiles
from brainsnn.errors import DataError

FIELD = (34, 34)
"""Height and width of the camera's field in pixels."""

_DIGITS = tuple(str(digit) for digit in range(10))


@dataclass(frozen=True)
class NMNIST(RecordedFiles):
    """N-MNIST, as the folders ``Train`` and ``Test`` of ``.bin`` files below a folder a digit.

    The validation split is the last 10,000 training recordings, in the order of their numbers,
    which is MNIST's; with a generator it is drawn from all 60,000.

    Parameters
    ----------
    folder : Path, optional
        Folder that holds the files. By default `brainsnn.datasets.locate` finds it.
    n_train, n_test : int, default 60000, 10000
        How many recordings there must be.
    n_validation : int, default 10000
        Training recordings that become the validation split.

    Raises
    ------
    ConfigError
        If `n_validation` leaves no recording to train on.

    References
    ----------
    G. Orchard, A. Jayawant, G. K. Cohen and N. Thakor, Converting static image datasets to spiking
    neuromorphic datasets using saccades, Frontiers in Neuroscience 9, 437 (2015).
    """

    name: ClassVar[str] = "nmnist"
    relative: ClassVar[str] = "nmnist"
    citation: ClassVar[str] = (
        "G. Orchard, A. Jayawant, G. K. Cohen and N. Thakor, Converting static image datasets to "
        "spiking neuromorphic datasets using saccades, Frontiers in Neuroscience 9, 437 (2015)"
    )
    contents: ClassVar[str] = "60,000 + 10,000 recordings of an event camera"
    remedy: ClassVar[str] = (
        "Download Train.zip and Test.zip from https://www.garrickorchard.com/datasets/n-mnist and "
        "unpack them there."
    )

    n_train: int = 60000
    n_test: int = 10000
    n_validation: int = 10000

    def load(self, rng: np.random.Generator | None = None) -> Splits[EventSet]:
        """Read, check and split the set.

        Parameters
        ----------
        rng : numpy.random.Generator, optional
            Draws the validation recordings. None takes the last of the training recordings.

        Raises
        ------
        DataError
            If a file or folder is missing or damaged, or there are too few.
        """
        folder = self.locate()
        training = self._read(folder, "train", self.n_train)
        test = self._read(folder, "test", self.n_test)
        first, last = hold_out(training, self.n_validation, rng, self.name)
        return Splits(first, last, test)

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        return (
            f"N-MNIST: {self.contents} of 34 x 34 pixels, digits in three movements, 10 classes.\n"
            "Authors: Garrick Orchard, Ajinkya Jayawant, Gregory Cohen, Nitish Thakor.\n"
            "Source: https://www.garrickorchard.com/datasets/n-mnist.\n"
            "Licence: CC BY-SA 4.0.\n"
            f"Cite: {self.citation}."
        )

    def _read(self, folder: Path, split: str, expected: int) -> EventSet:
        paths, labels = self._files(folder, split)
        if len(paths) != expected:
            raise DataError(
                f"{folder}: {len(paths)} {split} recordings, there should be {expected}."
            )
        recordings = [read_event_file(path, *FIELD) for path in paths]
        return join_recordings(f"{self.name} {split}", recordings, labels, FIELD, _DIGITS)

    def _files(self, folder: Path, split: str) -> tuple[list[Path], NDArray[np.int64]]:
        """Event files of a split in the order of their numbers, and the digit of each."""
        found = []
        for digit in _DIGITS:
            of_digit = folder / split.capitalize() / digit
            if not of_digit.is_dir():
                raise DataError(f"{of_digit}: no such folder. {self.remedy}")
            found += [(path.stem, path, int(digit)) for path in of_digit.glob("*.bin")]
        found.sort()
        return [path for _, path, _ in found], np.array([label for *_, label in found], np.int64)


@dataclass(frozen=True)
class SmallNMNIST(NMNIST):
    """The first 1,000 training and 100 test recordings, as ``.bs2`` files with a list of labels.

    Lists are ``train1K.txt`` and ``test100.txt``: a line a recording, its number and its digit.
    The validation split is the last 200 training recordings, or drawn.

    Parameters
    ----------
    folder, n_train, n_test, n_validation
        See `NMNIST`; 1,000, 100 and 200 by default.
    """

    name: ClassVar[str] = "nmnist-small"
    relative: ClassVar[str] = "nmnist/small"
    contents: ClassVar[str] = "the first 1,000 + 100 recordings of an event camera"
    remedy: ClassVar[str] = (
        "Put there the .bs2 files and the lists train1K.txt and test100.txt that come with SLAYER "
        "(https://github.com/bamsumit/slayerPytorch, NMNISTsmall.zip)."
    )
    lists: ClassVar[dict[str, str]] = {"train": "train1K.txt", "test": "test100.txt"}

    n_train: int = 1000
    n_test: int = 100
    n_validation: int = 200

    def _files(self, folder: Path, split: str) -> tuple[list[Path], NDArray[np.int64]]:
        """Event files and digits in the order of the list."""
        path = folder / self.lists[split]
        try:
            table = np.loadtxt(path, np.int64, ndmin=2)
        except (OSError, ValueError) as error:
            raise DataError(f"{path}: cannot be read as a list of labels: {error}") from error
        if table.shape[1] != 2:
            raise DataError(f"{path}: a line must be a number and a digit, got {table.shape[1]}.")
        return [folder / f"{number}.bs2" for number in table[:, 0]], table[:, 1]
