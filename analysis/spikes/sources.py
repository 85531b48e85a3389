"""Spike tables from frames and CSV files."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.spikes.names import coded, in_order, matched, numbers_if_distinct, stimuli
from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import UNITS, seconds, span, within
from brainsnn.analysis.tables import TableError, TableWarning, require, require_columns

MANY = 10
"""Spikes from which their all being in the first thousandth of a trial is a mistake of units."""


def from_frame(
    frame: pd.DataFrame,
    start: float,
    stop: float,
    *,
    unit: Literal["s", "ms", "us"] = "s",
    trials: pd.DataFrame | None = None,
    neurons: tuple[str, ...] | None = None,
) -> SpikeTable:
    """Spike table from a frame with a row a spike.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``trial``, ``neuron``, ``time`` and, if not in `trials`, ``stimulus``. Trial numbers
        may recur with another stimulus. Rows may be in any order of trains; the times of one
        neuron in one trial must rise. Times are numbers, or time differences.
    start, stop : float
        Span of every trial, in seconds.
    unit : {"s", "ms", "us"}
        Of the column ``time``, where it holds numbers.
    trials : pandas.DataFrame, optional
        Columns ``trial`` and ``stimulus``, a row a trial; needed if some trials have no spike.
        Its order and its other columns are kept. By default the trials that occur, in the order of
        their numbers; where numbers recur with another stimulus, by stimulus first.
    neurons : tuple of str, optional
        All neurons; needed if some never spike. By default those that occur.

    Returns
    -------
    SpikeTable

    Raises
    ------
    TableError
        As `SpikeTable`, or if a spike has no trial, neuron or stimulus, or one that is not among
        those given.

    Warns
    -----
    TableWarning
        If no `trials` are given and numbers are left out, which look like trials without a spike;
        or if all spikes are in the first thousandth of the trial, as in another unit.
    """
    require_columns(frame, ("trial", "neuron", "time"), "spikes")
    keys = [name for name in ("stimulus", "trial") if name in frame.columns]
    if trials is None:
        require(frame, ("stimulus",), "spikes")
        trials = _trials_of(frame)
    require(trials, ("trial", "stimulus"), "trials")
    listed = trials.reset_index(drop=True)
    listed["stimulus"] = stimuli(listed["stimulus"])
    trial = _positions(frame[keys], listed[keys])
    neuron, names = _neurons(frame["neuron"], neurons)
    start, stop = span(start, stop)
    times = within(seconds(frame["time"], "The column time", unit), start)
    _check_unit(times, start, stop)
    order = _grouped(trial, neuron, len(names))
    spikes = pd.DataFrame({"trial": trial, "neuron": neuron, "time": times})
    spikes = spikes if order is None else spikes.iloc[order].reset_index(drop=True)
    return SpikeTable(spikes, listed, names, start, stop)


def _trials_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The trials that occur in a frame of spikes, in the order of their numbers."""
    trial, numbers = coded(frame["trial"], "trial")
    stimulus, _ = coded(frame["stimulus"], "stimulus")
    pairs = pd.DataFrame({"trial": trial, "stimulus": stimulus}).drop_duplicates()
    values = stimuli(frame["stimulus"])
    listed = pd.DataFrame(
        {
            "trial": numbers_if_distinct(pd.Series(numbers[pairs["trial"]])),
            "stimulus": values[pairs.index].to_numpy(),
        }
    )
    recur = listed["trial"].duplicated().any()
    _warn_of_gaps(listed, by_stimulus=bool(recur))
    keys = ["stimulus", "trial"] if recur else ["trial"]
    return listed.sort_values(keys, kind="stable", ignore_index=True)


def _warn_of_gaps(listed: pd.DataFrame, *, by_stimulus: bool) -> None:
    """Warn of trial numbers that no spike has, where trials are numbered."""
    if listed["trial"].dtype.kind not in "iu":
        return
    numbers = listed["trial"]
    expected = int(numbers.max()) - min(int(numbers.min()), 1) + 1
    if expected > 100 * numbers.nunique():
        return  # Times or other marks, not counts.
    groups = listed.groupby("stimulus")["trial"] if by_stimulus else [("", numbers)]
    gaps = {of: expected - len(part) for of, part in groups}
    worst = {of: n for of, n in gaps.items() if n}
    if worst:
        where = ", ".join(f"{n} of stimulus {of!r}" for of, n in worst.items())
        total = f"{sum(worst.values())} trial numbers up to {numbers.max()} have no spike"
        warnings.warn(
            f"{total}{f' ({where})' if by_stimulus else ''}. If these trials were recorded, rates "
            "without them are too high: give `trials`, a table with a row for every trial.",
            TableWarning,
            stacklevel=4,
        )


def _check_unit(times: NDArray[np.float64], start: float, stop: float) -> None:
    """Warn of times that are all next to zero, as of seconds that were called milliseconds."""
    known = times[np.isfinite(times)]
    if known.size >= MANY and np.abs(known).max() < (stop - start) * 1.001e-3:
        warnings.warn(
            f"All {known.size} spikes are within {np.abs(known).max():.2g} s of time 0, in trials "
            f"of {stop - start:g} s: is the unit of the spikes' times, or of the trials' start and "
            f"stop, another? Known units: {', '.join(UNITS)}.",
            TableWarning,
            stacklevel=3,
        )


def _neurons(
    column: pd.Series, given: tuple[str, ...] | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Place of each spike's neuron among the names, and the names."""
    codes, found = coded(column, "neuron")
    if given is None:
        names = tuple(in_order(found))
    else:
        rows, known = coded(given, "neuron")
        names = tuple(known[rows])
    index = pd.Index(names, dtype=object)
    if not index.is_unique:
        twice = index[index.duplicated()][0]
        raise TableError(f"More than one neuron is called {twice!r}.")
    places = index.get_indexer(found)
    if (places < 0).any():
        strange = ", ".join(repr(name) for name in found[places < 0][:5])
        raise TableError(f"Spikes of neurons that are not among {names}: {strange}.")
    return places[codes].astype(np.int64), names


def _positions(rows: pd.DataFrame, listed: pd.DataFrame) -> NDArray[np.int64]:
    """Place of each spike's trial in the list of trials."""
    mine, theirs = matched(rows, listed, list(listed.columns))
    index = pd.Index(theirs)
    if not index.is_unique:
        raise TableError("The list of trials has a trial more than once.")
    found = index.get_indexer(pd.Index(mine)).astype(np.int64)
    if (found < 0).any():
        raise TableError(f"{np.count_nonzero(found < 0)} spikes are of a trial not in the list.")
    return found


def _grouped(
    trial: NDArray[np.int64], neuron: NDArray[np.int64], n: int
) -> NDArray[np.int64] | None:
    """Order that puts trains together, each in its own order; None if they are already."""
    train = trial * np.int64(n) + neuron
    return None if (np.diff(train) >= 0).all() else np.argsort(train, kind="stable")


def from_csv(path: Path | str, start: float, stop: float, **options: Any) -> SpikeTable:
    """Spike table from a CSV file with the columns that `from_frame` takes.

    Names are taken as they are written: units 1.1 and 1.10 are two, and "NA" and "None" are names;
    an empty cell is a missing one, which is refused. Trials and stimuli are numbers if all are.

    Parameters
    ----------
    path : path
    start, stop
        Span of every trial, in seconds.
    **options
        ``columns``, a mapping from the file's names to ours, and those of `from_frame`.

    Raises
    ------
    TableError
        As `from_frame`, naming the file.
    """
    columns = options.pop("columns", {})
    ours = {name: columns.get(name, name) for name in _header(path)}
    names = [theirs for theirs, mine in ours.items() if mine in ("trial", "stimulus", "neuron")]
    numbers = [theirs for theirs in ours if theirs not in names]
    try:
        frame = pd.read_csv(
            path,
            dtype=dict.fromkeys(names, str),
            keep_default_na=False,
            na_values={name: ["", "NA", "NaN", "nan"] for name in numbers},
        ).rename(columns=columns)
        for name in ("trial", "stimulus"):
            if name in frame.columns:
                frame[name] = numbers_if_distinct(frame[name].astype(object))
        return from_frame(frame, start, stop, **options)
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: {error}") from error


def _header(path: Path | str) -> list[str]:
    """Names of the columns of a CSV file."""
    try:
        return list(map(str, pd.read_csv(path, nrows=0).columns))
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: {error}") from error
