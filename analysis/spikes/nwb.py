"""Spike tables of NWB files."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import EQUAL, seconds
from brainsnn.analysis.spikes.trains import from_trains
from brainsnn.analysis.tables import TableError, TableWarning

FloatArray = NDArray[np.float64]
Unobserved = Literal["refuse", "drop_trials", "drop_units", "keep"]
UNOBSERVED = ("refuse", "drop_trials", "drop_units", "keep")

MANY = 10
"""Spikes from which it says something that most are outside all trials."""

FAR = 100
"""How many times later than the last trial spikes are in another unit of time."""


def from_nwb(
    path: Path | str,
    *,
    stimulus: str = "stimulus",
    names: str | None = None,
    unit: Literal["s", "ms", "us"] = "s",
    unobserved: Unobserved = "refuse",
) -> SpikeTable:
    """Spike table of an NWB file whose trials are equally long.

    A spike at the very end of a trial belongs to the next. Spike times may be in any order.

    Parameters
    ----------
    path : path
    stimulus : str
        Column of the trials that says what was shown.
    names : str, optional
        Column of the units with their names; by default ``unit_name`` if there is one, else the
        units' ids.
    unit : {"s", "ms", "us"}
        Of the spike times; the format asks for seconds, files in the wild have others.
    unobserved : {"refuse", "drop_trials", "drop_units", "keep"}
        What to do where a unit was not observed in all of a trial, by the units' ``obs_intervals``
        and the file's ``invalid_times``: refuse the file; leave out these trials, or these units;
        or take them for silent.

    Returns
    -------
    SpikeTable
        Further columns of the trials that hold one number or text each are kept. A column
        ``offset`` says what time a trial's own axis has at its start (0 without it).

    Raises
    ------
    TableError
        If the file cannot be read, has no units with spike times or no trials, trials differ in
        length, are of the same time, or lack times or stimuli, units lack names of their own, or
        nearly all spikes are beyond all trials, as in another unit of time.

    Warns
    -----
    TableWarning
        If most spikes are beyond all trials, most trials beyond all spikes, or trials overlap.
    """
    if unobserved not in UNOBSERVED:
        raise TableError(f"Unknown unobserved={unobserved!r}. Known: {', '.join(UNOBSERVED)}.")
    try:
        units, trials, begin, end, offset, invalid = _read(Path(path), stimulus, names)
        trains = [np.sort(seconds(t, "Spike times", unit)) for t in units["times"]]
        _check_trials(begin, end)
        _check_axis(np.concatenate([np.empty(0), *trains]), begin, end)
        seen = [_observed(units["observed"][i], invalid, begin, end) for i in range(len(trains))]
        keep_trials, keep_units = _kept(np.array(seen).T, units["names"], unobserved)
        start = float(offset[0])
        # Rounded below a nanosecond: differences of times of day do not end in what was written.
        stop = round(start + float(np.median(end - begin)), 12)
        cut = _cut(trains, begin, end, offset)
        rows = [[cut[k][i] for i in keep_units] for k in keep_trials]
        called = tuple(units["names"][i] for i in keep_units)
        return from_trains(rows, trials.iloc[keep_trials], called, start, stop)
    except TableError as error:
        raise TableError(f"{path}: {error}") from error


def _read(path: Path, stimulus: str, names: str | None) -> tuple[Any, ...]:
    """Units, trials and their times, and the times that count for nothing."""
    from pynwb import NWBHDF5IO

    try:
        with NWBHDF5IO(str(path), "r") as handle:
            nwb = handle.read()
            if nwb.units is None or nwb.trials is None or stimulus not in nwb.trials.colnames:
                raise TableError(f"needs units, and trials with a column {stimulus!r}.")
            rows = nwb.trials.to_dataframe()
            none = np.empty((0, 2))
            invalid = none if nwb.invalid_times is None else _intervals(nwb.invalid_times)
            units = _units(nwb.units, names)
    except (OSError, ValueError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(f"cannot be read as NWB: {error}") from error
    times = [rows[name].to_numpy(np.float64) for name in ("start_time", "stop_time")]
    offset = rows["offset"].to_numpy(float) if "offset" in rows else np.zeros(len(rows))
    if len(rows) and not np.allclose(offset, offset[0], rtol=0, atol=EQUAL):
        raise TableError("the offsets of the trials differ, so that they have no common axis.")
    if stimulus != "stimulus":
        rows = rows.drop(columns="stimulus", errors="ignore").rename(columns={stimulus: "stimulus"})
    rows = rows.reset_index(drop=True)
    kept = [name for name in rows.columns if name == "stimulus" or _is_plain(rows[name])]
    dropped = ("start_time", "stop_time", "offset", "tags", "timeseries")
    table = rows[[name for name in kept if name not in dropped]]
    table = table if "trial" in table.columns else table.assign(trial=np.arange(len(rows)))
    return units, table, *times, offset, invalid


def _intervals(table: Any) -> FloatArray:
    """Rows of a table of intervals as (begin, end)."""
    return np.stack([np.asarray(table[name][:], float) for name in ("start_time", "stop_time")], 1)


def _is_plain(column: pd.Series) -> bool:
    """Whether every value is one number or text."""
    return bool(
        column.map(lambda value: np.ndim(value) == 0 and pd.api.types.is_scalar(value)).all()
    )


def _units(table: Any, names: str | None) -> dict[str, list[Any]]:
    """Name, spike times and observed intervals of every unit."""
    if "spike_times" not in table.colnames:
        raise TableError("the units have no spike times (no column 'spike_times').")
    if names is not None and names not in table.colnames:
        raise TableError(f"the units have no column {names!r}; they have {table.colnames}.")
    column = names or ("unit_name" if "unit_name" in table.colnames else None)
    called = table[column][:] if column else table.id[:]
    n = len(table)
    called = [str(value).strip() if pd.notna(value) else "" for value in called]
    if not all(called) or len(set(called)) < n:
        raise TableError(
            f"units need a name each, of its own, in the column {column or 'id'!r}; choose another "
            f"column with `names`. Known: {', '.join(table.colnames)}."
        )
    observed = "obs_intervals" in table.colnames
    return {
        "names": called,
        "times": [np.asarray(table["spike_times"][i], float) for i in range(n)],
        "observed": [
            np.asarray(table["obs_intervals"][i], float).reshape(-1, 2) if observed else None
            for i in range(n)
        ],
    }


def _check_trials(begin: FloatArray, end: FloatArray) -> None:
    length = end - begin
    if not begin.size:
        raise TableError("there are no trials.")
    if not np.isfinite(length).all() or not (length > 0).all():
        wrong = int((~(length > 0)).argmax())
        raise TableError(f"trial {wrong} has no length: {begin[wrong]} to {end[wrong]} s.")
    if length.max() - length.min() > 1e-6:
        raise TableError(f"trials differ in length, {length.min():g} to {length.max():g} s.")
    order = np.argsort(begin, kind="stable")
    gap = begin[order][1:] - end[order][:-1]
    same = int((np.diff(begin[order]) <= EQUAL).sum())
    if same:
        raise TableError(
            f"{same + 1} of {begin.size} trials begin at the same time as another: their times "
            "must be those of the recording, not of each trial."
        )
    if (gap < -1e-6).any():
        warnings.warn(
            f"{int((gap < -1e-6).sum())} trials begin before the one before them ends; spikes in "
            "both count in both.",
            TableWarning,
            stacklevel=3,
        )


def _check_axis(times: FloatArray, begin: FloatArray, end: FloatArray) -> None:
    """Refuse, or warn of, spikes and trials that are not of one axis of time."""
    if not np.isfinite(times).all():
        raise TableError(f"{int((~np.isfinite(times)).sum())} spike times are not finite.")
    if not times.size:
        return
    last = float(end.max())
    beyond = float(((times < begin.min()) | (times >= last)).mean())
    empty = float((begin > times.max()).mean())
    told = (
        f"{beyond:.0%} of {times.size} spikes are outside all trials, and {empty:.0%} of "
        f"{begin.size} trials begin after the last spike: trials reach from {begin.min():g} to "
        f"{last:g} s, spikes from {times.min():g} to {times.max():g} s"
    )
    hint = "Do they look like milliseconds? Then give unit='ms'."
    if times.max() > FAR * last > 0 or (empty > 0.5 and last > FAR * times.max()):
        raise TableError(f"{told}. Spikes and trials are in different units of time. {hint}")
    if times.size >= MANY and (beyond > 0.9 or empty > 0.5):
        warnings.warn(f"{told}. {hint}", TableWarning, stacklevel=3)


def _observed(
    intervals: FloatArray | None, invalid: FloatArray, begin: FloatArray, end: FloatArray
) -> NDArray[np.bool_]:
    """Whether a unit was observed in all of each trial, shape (n_trials,)."""
    lost = np.zeros(begin.size, bool)
    for low, high in invalid:
        lost |= (low < end - EQUAL) & (high > begin + EQUAL)
    if intervals is None or not len(intervals):
        return ~lost
    covered = np.zeros(begin.size)
    ordered = intervals[np.argsort(intervals[:, 0])]
    reached = -np.inf
    for low, high in ordered:
        low, reached = max(low, reached), max(high, reached)
        covered += np.clip(np.minimum(end, high) - np.maximum(begin, low), 0, None)
    return ~lost & (covered >= end - begin - 1e-6)


def _kept(
    seen: NDArray[np.bool_], names: list[str], unobserved: Unobserved
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Trials and units to keep, given which were observed, shape (n_trials, n_units)."""
    trials, units = np.arange(len(seen)), np.arange(seen.shape[1])
    if seen.all() or unobserved == "keep":
        return trials, units
    if unobserved == "drop_trials":
        trials = trials[seen.all(axis=1)]
    elif unobserved == "drop_units":
        units = units[seen.all(axis=0)]
    else:
        lost = ", ".join(f"{names[i]!r} in {n}" for i, n in enumerate((~seen).sum(axis=0)) if n)
        raise TableError(
            f"units were not observed (obs_intervals, invalid_times) in some of {len(seen)} "
            f"trials: {lost}. Silence in them means nothing: choose unobserved='drop_trials' or "
            "'drop_units', or 'keep' to count them as silent."
        )
    if not trials.size or not units.size:
        raise TableError(f"no unit was observed in all trials: {unobserved} leaves nothing.")
    return trials, units


def _cut(
    trains: list[FloatArray], begin: FloatArray, end: FloatArray, offset: FloatArray
) -> list[list[FloatArray]]:
    """Times of every trial and unit, on the trial's own axis."""
    # A spike a rounding error before a trial's begin is at it, and not in the trial before.
    begins = np.append(np.sort(begin), np.inf)
    followed = begins[np.searchsorted(begins, end - EQUAL)] <= end + EQUAL
    until = np.where(followed, end - EQUAL, end)
    first = [np.searchsorted(train, begin - EQUAL) for train in trains]
    last = [np.searchsorted(train, until) for train in trains]
    return [
        [
            _inside(train[a[k] : b[k]] - begin[k] + offset[k], offset[k] + end[k] - begin[k])
            for train, a, b in zip(trains, first, last, strict=True)
        ]
        for k in range(begin.size)
    ]


def _inside(times: FloatArray, stop: float) -> FloatArray:
    """Times that rounding put at the end of their trial, put before it."""
    return np.where(times >= stop - 1e-12, np.minimum(times, stop - 1e-12), times)
