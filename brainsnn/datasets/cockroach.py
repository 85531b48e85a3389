"""Recorded neurons: responses of the cockroach's antennal lobe to three odours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.datasets.locate import find_folder, missing
from brainsnn.errors import DataError

_REMEDY = (
    "Export the data sets e070528citronellal, e070528terpineol and e070528mix of the R package "
    "STAR to cockroach-antennal-lobe/spikes.csv (columns odour, trial, neuron, time_s)."
)
_KINDS: dict[str, Any] = {"odour": str, "trial": "int64", "neuron": "int64", "time_s": "float64"}
_COLUMNS = tuple(_KINDS)


@dataclass(frozen=True, eq=False)
class RecordedSpikes:
    """Spikes of recorded neurons, a row a spike.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``stimulus``, ``trial``, ``neuron``, ``time`` (s from the start of the trial).
    onset : mapping of str to float
        When each stimulus begins, in seconds.
    length : float
        Of a trial, in seconds.
    """

    frame: pd.DataFrame
    onset: dict[str, float]
    length: float

    def onsets(self, stimuli: NDArray[np.object_]) -> NDArray[np.float64]:
        """Onset of each of the given trials' stimuli."""
        return np.array([self.onset[str(name)] for name in stimuli])


@dataclass(frozen=True)
class CockroachAntennalLobe:
    """Three neurons of one animal, three odours of 20 trials of 15 s; the valve is open for 0.5 s.

    Parameters
    ----------
    folder : Path, optional
        Folder that holds ``spikes.csv``. By default `brainsnn.datasets.locate` finds it.

    References
    ----------
    C. Pouzat and A. Chaffiol, Automatic spike train analysis and report generation. An
    implementation with R, R2HTML and STAR, J. Neurosci. Methods 181, 119 (2009).
    """

    name: ClassVar[str] = "cockroach-antennal-lobe"
    citation: ClassVar[str] = (
        "C. Pouzat and A. Chaffiol, Automatic spike train analysis and report generation. An "
        "implementation with R, R2HTML and STAR, J. Neurosci. Methods 181, 119 (2009)"
    )
    onset: ClassVar[dict[str, float]] = {"citron": 5.99, "mix": 6.01, "terpi": 6.03}
    valve: ClassVar[float] = 0.5
    length: ClassVar[float] = 15.0

    folder: Path | None = None

    def find(self) -> Path | None:
        """Folder the file is in, or None if it is nowhere."""
        return self.folder or find_folder(self.name)

    def load(self) -> RecordedSpikes:
        """Read and check the recording; a spike that is listed twice is taken once.

        Raises
        ------
        DataError
            If the file is missing, or is not what it should be.
        """
        folder = self.find()
        if folder is None:
            raise missing(self.name, _REMEDY)
        path = folder / "spikes.csv"
        try:
            frame = pd.read_csv(path, dtype=_KINDS)
        except (OSError, ValueError, OverflowError) as error:
            raise DataError(f"{path}: cannot be read: {error}") from error
        if tuple(frame.columns) != _COLUMNS:
            raise DataError(f"{path}: columns must be {_COLUMNS}, got {tuple(frame.columns)}.")
        odours = set(frame["odour"].fillna("").astype(str))
        if not odours <= set(self.onset):
            raise DataError(f"{path}: unknown odours {sorted(odours - set(self.onset))}.")
        if (frame[["trial", "neuron"]] < 0).to_numpy().any():
            raise DataError(f"{path}: trials and neurons must be numbered from 0.")
        times = frame["time_s"].to_numpy(float)
        if not ((times >= 0) & (times < self.length)).all():
            raise DataError(f"{path}: times must be in [0, {self.length}) s.")
        names = {"odour": "stimulus", "time_s": "time"}
        # One spike is listed twice, to the last digit.
        once = frame.rename(columns=names).drop_duplicates(ignore_index=True)
        return RecordedSpikes(once, dict(self.onset), self.length)

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        return (
            "Cockroach antennal lobe: spikes of 3 neurons of one animal, 3 odours x 20 trials of "
            "15 s.\n"
            "Authors: Antoine Chaffiol, Christophe Pouzat.\n"
            "Source: R package STAR, data sets e070528citronellal, e070528terpineol, e070528mix.\n"
            "Licence: GPL 2 or later.\n"
            f"Cite: {self.citation}."
        )
