"""DVS Gesture: gestures of hands and arms before an event camera, by 29 people in three lights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.base import Splits
from brainsnn.datasets.events import EventSet, join_recordings
from brainsnn.datasets.formats.aedat import read_aedat
from brainsnn.datasets.neuromorphic.recorded_files import RecordedFiles
from brainsnn.errors import ConfigError, DataError

FIELD = (128, 128)
"""Height and width of the camera's field in pixels."""

_GESTURES = (
    *("hand clapping", "right hand wave", "left hand wave", "right arm clockwise"),
    *("right arm counter clockwise", "left arm clockwise", "left arm counter clockwise"),
    *("arm roll", "air drums", "air guitar", "other gestures"),
)
_LISTS = {"train": "trials_to_train.txt", "test": "trials_to_test.txt"}
_HEADLINE = "class,startTime_usec,endTime_usec"


@dataclass(frozen=True)
class DVSGesture(RecordedFiles):
    """DVS Gesture: ``.aedat`` files, ``_labels.csv`` files that cut them, and two lists of them.

    The people of the test files are others than those of the training files. So are those of the
    validation split: the last ones of the list, or drawn with a generator.

    Parameters
    ----------
    folder : Path, optional
        Folder that holds the files. By default `brainsnn.datasets.locate` finds it.
    n_train, n_test : int, default 98, 24
        How many files each list must name.
    n_validation : int, default 4
        People whose files become the validation split.
    length : float, default 1.5
        Seconds of a gesture that are kept from its beginning, to bound memory.

    Raises
    ------
    ConfigError
        If `n_validation` is negative or `length` is not positive and below 1000 s.

    References
    ----------
    A. Amir et al., A low power, fully event-based gesture recognition system, CVPR, 7388-7397
    (2017).
    """

    name: ClassVar[str] = "dvs-gesture"
    relative: ClassVar[str] = "dvs-gesture"
    citation: ClassVar[str] = (
        "A. Amir et al., A low power, fully event-based gesture recognition system, IEEE "
        "Conference on Computer Vision and Pattern Recognition (CVPR), 7388-7397 (2017)"
    )
    remedy: ClassVar[str] = (
        "Get DvsGesture.tar.gz from IBM (https://research.ibm.com/interactive/dvsgesture) and "
        "unpack it there."
    )

    n_train: int = 98
    n_test: int = 24
    n_validation: int = 4
    length: float = 1.5

    def __post_init__(self) -> None:
        if self.n_validation < 0 or not 0 < self.length < 1000:
            raise ConfigError(
                f"{self.name}: n_validation must be 0 or more and length in (0, 1000) s, got "
                f"{self.n_validation} and {self.length}."
            )

    def load(self, rng: np.random.Generator | None = None) -> Splits[EventSet]:
        """Read, check and split the set.

        Parameters
        ----------
        rng : numpy.random.Generator, optional
            Draws whose files are held out for validation. None takes the last people.

        Raises
        ------
        DataError
            If a file is missing or damaged, or a list names too few or nobody to train on.
        """
        folder = self.locate()
        files = {
            part: self._listed(folder / name, getattr(self, f"n_{part}"))
            for part, name in _LISTS.items()
        }
        people = list(dict.fromkeys(_person(path) for path in files["train"]))
        if self.n_validation >= len(people):
            raise DataError(
                f"{folder / _LISTS['train']}: {self.n_validation} of {len(people)} people cannot "
                "be held out for validation."
            )
        order = np.arange(len(people)) if rng is None else rng.permutation(len(people))
        held = {people[k] for k in order[len(people) - self.n_validation :]}
        parts = {
            "train": [path for path in files["train"] if _person(path) not in held],
            "validation": [path for path in files["train"] if _person(path) in held],
            "test": files["test"],
        }
        return Splits(*(self._read(part, paths) for part, paths in parts.items()))

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        return (
            "DVS Gesture: 11 gestures of 29 people in three lights, an event camera of 128 x 128 "
            "pixels.\n"
            "Authors: Arnon Amir and others, IBM.\n"
            "Source: https://research.ibm.com/interactive/dvsgesture.\n"
            "Licence: CC BY 4.0.\n"
            f"Cite: {self.citation}."
        )

    def _listed(self, path: Path, expected: int) -> list[Path]:
        """Files that a list names."""
        try:
            names = path.read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{path}: cannot be read as a list of files: {error}") from error
        odd = [name for name in names if Path(name).name != name or not name.endswith(".aedat")]
        if odd or len(set(names)) != len(names) or len(names) != expected:
            raise DataError(
                f"{path}: {len(names)} names, there should be {expected} of .aedat files beside "
                f"it, each once{f'; got {odd[0]!r}' if odd else ''}."
            )
        return [path.parent / name for name in names]

    def _read(self, part: str, paths: list[Path]) -> EventSet:
        recordings, labels = [], np.empty(0, np.int64)
        for path in paths:
            table = _cuts(path.with_name(f"{path.stem}_labels.csv"))
            address, time = read_aedat(path, FIELD)
            for begin, end in table[:, 1:]:
                last = min(end, begin + round(1e6 * self.length))
                kept = slice(*np.searchsorted(time, (begin, last)))
                recordings.append((address[kept], (time[kept] - begin).astype(np.int32)))
            labels = np.append(labels, table[:, 0] - 1)
        return join_recordings(f"{self.name} {part}", recordings, labels, FIELD, _GESTURES)


def _person(path: Path) -> str:
    """Who is in a file: ``user02`` of ``user02_fluorescent_led.aedat``."""
    return path.stem.split("_")[0]


def _cuts(path: Path) -> NDArray[np.int64]:
    """Class from 1, begin and end in microseconds of each gesture of a file."""
    try:
        with path.open(encoding="utf-8") as file:
            headline = file.readline().strip()
            table = np.loadtxt(file, np.int64, delimiter=",", ndmin=2)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as a table of gestures: {error}") from error
    if headline != _HEADLINE or table.shape[1] != 3 or not len(table):
        raise DataError(f"{path}: must have the columns {_HEADLINE} and a line a gesture.")
    classes, begin, end = table.T
    odd = (classes < 1) | (classes > len(_GESTURES)) | (begin < 0) | (end <= begin)
    if odd.any():
        raise DataError(
            f"{path}: line {int(odd.argmax()) + 2} has {table[odd][0].tolist()}; a class is in "
            f"1..{len(_GESTURES)}, and a gesture ends after it begins."
        )
    return table
