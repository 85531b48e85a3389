"""Spiking Heidelberg Digits: spoken digits in German and English through a model of the ear."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.base import Splits, hold_out
from brainsnn.datasets.events import EventSet, join_recordings
from brainsnn.datasets.neuromorphic.recorded_files import RecordedFiles
from brainsnn.errors import DataError
from brainsnn.indices import indices

UNITS = 700
"""Channels of the cochlea."""

LONGEST = 100.0
"""Seconds within which all spikes of a recording must be."""

_GERMAN = ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class HeidelbergDigits(RecordedFiles):
    """Spiking Heidelberg Digits: ``shd_train.h5`` and ``shd_test.h5``, unpacked.

    A file holds, a row a recording, ``spikes/times`` (seconds), ``spikes/units`` (0..699) and
    ``labels``: 0..9 are German, 10..19 English. ``extra``, about the speakers, is not read. Two of
    the 12 speakers are in the test file only; the validation split shares the training split's.

    Parameters
    ----------
    folder : Path, optional
        Folder that holds the files. By default `brainsnn.datasets.locate` finds it.
    n_train, n_test : int, default 8156, 2264
        How many recordings there must be.
    n_validation : int, default 1156
        Training recordings that become the validation split: the last, or drawn.

    Raises
    ------
    ConfigError
        If `n_validation` leaves no recording to train on.

    References
    ----------
    B. Cramer, Y. Stradmann, J. Schemmel and F. Zenke, The Heidelberg spiking data sets for the
    systematic evaluation of spiking neural networks, IEEE Transactions on Neural Networks and
    Learning Systems 33(7), 2744-2757 (2022).
    """

    name: ClassVar[str] = "heidelberg-digits"
    relative: ClassVar[str] = "heidelberg-digits"
    citation: ClassVar[str] = (
        "B. Cramer, Y. Stradmann, J. Schemmel and F. Zenke, The Heidelberg spiking data sets for "
        "the systematic evaluation of spiking neural networks, IEEE Transactions on Neural "
        "Networks and Learning Systems 33(7), 2744-2757 (2022)"
    )
    remedy: ClassVar[str] = (
        "Download shd_train.h5.gz and shd_test.h5.gz from https://zenkelab.org/datasets and unpack "
        "them there."
    )

    n_train: int = 8156
    n_test: int = 2264
    n_validation: int = 1156

    def load(self, rng: np.random.Generator | None = None) -> Splits[EventSet]:
        """Read, check and split the set; spikes of a recording are brought in order of time.

        Parameters
        ----------
        rng : numpy.random.Generator, optional
            Draws the validation recordings. None takes the last of the training recordings.

        Raises
        ------
        DataError
            If a file is missing or damaged, there are too few, or h5py is not installed.
        """
        folder = self.locate()
        parts = {"train": self.n_train, "test": self.n_test}
        training, test = (self._read(folder, part, n) for part, n in parts.items())
        return Splits(*hold_out(training, self.n_validation, rng, self.name), test)

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        return (
            "Spiking Heidelberg Digits: 8,156 + 2,264 spoken digits of 12 people, German and "
            "English, 700 channels.\n"
            "Authors: Benjamin Cramer, Yannik Stradmann, Johannes Schemmel, Friedemann Zenke.\n"
            "Source: https://zenkelab.org/datasets.\n"
            "Licence: CC BY 4.0.\n"
            f"Cite: {self.citation}."
        )

    def _read(self, folder: Path, part: str, expected: int) -> EventSet:
        path = folder / f"shd_{part}.h5"
        try:
            import h5py
        except ImportError as error:
            raise DataError(f"{path}: reading it needs h5py: pip install h5py.") from error
        try:
            with h5py.File(path, "r") as file:
                columns = [
                    _column(h5py, file, name, expected)
                    for name in ("spikes/times", "spikes/units", "labels")
                ]
        except DataError as error:
            raise DataError(f"{path}: {error}") from error
        except (OSError, RuntimeError, ValueError, TypeError, KeyError, MemoryError) as error:
            raise DataError(f"{path}: cannot be read as HDF5: {error}") from error
        times, units, labels = columns
        rows = enumerate(zip(times, units, strict=True))
        recordings = [_recording(f"{path}: recording {k}", *row) for k, row in rows]
        field, classes = (1, UNITS), _GERMAN + _ENGLISH
        labels = indices(f"{path}: labels", labels, len(classes))
        return join_recordings(f"{self.name} {part}", recordings, labels, field, classes, 1)


def _column(h5py: Any, file: Any, name: str, expected: int) -> NDArray[Any]:
    """One data set of a file, its length checked before anything of it is read."""
    found = file.get(name)
    if not isinstance(found, h5py.Dataset):
        raise DataError(f"there is no data set {name!r}; it holds {sorted(file)}.")
    inner = h5py.check_vlen_dtype(found.dtype)
    kind = (inner or found.dtype).kind
    if (inner is None) != (name == "labels") or kind not in ("f" if "times" in name else "iu"):
        raise DataError(f"{name} has the type {inner or found.dtype}, which it should not.")
    if found.shape != (expected,):
        raise DataError(f"{name} has the shape {found.shape}, there should be {expected} rows.")
    return np.asarray(found[:])


def _recording(
    what: str, times: NDArray[np.floating], units: NDArray[np.integer]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Address and time in microseconds of the spikes of one recording, in order of time."""
    if times.shape != units.shape:
        raise DataError(f"{what} has {times.size} times for {units.size} units.")
    seconds = times.astype(np.float64)
    if not ((seconds >= 0) & (seconds < LONGEST)).all():
        raise DataError(f"{what} has times that are not in 0..{LONGEST:g} s.")
    checked = indices(f"{what}: units", units, UNITS, np.int32)
    order = np.argsort(seconds, kind="stable")
    return checked[order], np.rint(1e6 * seconds[order]).astype(np.int32)
