"""Times in seconds, from numbers in other units and from time differences; onsets of trials."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.tables import TableError

FloatArray = NDArray[np.float64]

UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
"""Seconds of each unit."""

EQUAL = 1e-9
"""Times that are nearer than this, in seconds, are the same: what rounding leaves is far below it,
and what a recording can tell apart far above."""


def seconds(values: Any, what: str, unit: str = "s") -> FloatArray:
    """Times as an array of seconds.

    Parameters
    ----------
    values : array_like
        Numbers; or time differences (of pandas, NumPy or ``datetime``) or quantities with a unit
        of their own, for which `unit` does not count.
    what : str
        What they are, for messages (``"spike times"``).
    unit : {"s", "ms", "us"}
        Of numbers.

    Raises
    ------
    TableError
        If the unit is unknown, or the values are dates, switches or no numbers.
    """
    if unit not in UNITS:
        raise TableError(f"Unknown unit {unit!r}. Known: {', '.join(UNITS)}.")
    if hasattr(values, "rescale"):
        return np.asarray(values.rescale("s").magnitude, np.float64)
    array = values.to_numpy() if isinstance(values, pd.Series | pd.Index) else np.asarray(values)
    if array.dtype.kind == "O":
        array = _plain(array)
    if array.dtype.kind == "m":
        return np.asarray(array / np.timedelta64(1, "s"), np.float64)
    if array.dtype.kind in "Mbc":
        kind = {"M": "dates", "b": "switches", "c": "complex numbers"}[array.dtype.kind]
        raise TableError(f"{what} must be numbers or time differences, not {kind}.")
    try:
        return array.astype(np.float64) * UNITS[unit]
    except (TypeError, ValueError) as error:
        raise TableError(f"{what} must be numbers or time differences: {error}.") from error


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    """Time differences and dates in an array of objects, as NumPy's own."""
    kind = pd.api.types.infer_dtype(array.ravel(), skipna=True)
    if kind in ("timedelta", "timedelta64"):
        return pd.to_timedelta(array.ravel()).to_numpy().reshape(array.shape)
    if kind in ("datetime", "datetime64", "date", "time"):
        return np.array(array, "datetime64[ns]") if kind != "time" else array
    return array


def span(start: Any, stop: Any) -> tuple[float, float]:
    """Begin and end of a trial in seconds.

    Raises
    ------
    TableError
        If they are no times, or leave the trial no length.
    """
    low, high = (
        single(value, f"{name} of the trials") for name, value in (("start", start), ("stop", stop))
    )
    if not np.isfinite([low, high]).all() or not low < high:
        raise TableError(f"A trial must have a length, got {low} to {high} s.")
    return low, high


def within(times: FloatArray, start: float) -> FloatArray:
    """Times that rounding put just before a trial's start, put there."""
    early = (times < start) & (times >= start - EQUAL)
    return np.where(early, start, times)


def onset_times(
    onset: Any, trials: pd.DataFrame, start: float, stop: float, what: str = "onset"
) -> FloatArray:
    """When the stimulus of each trial begins, in seconds on the trial's axis.

    Parameters
    ----------
    onset : float, array_like, Series or str
        One for all trials; one a trial, in the order of `trials`; a Series whose index are the
        trials' numbers, in any order; or the name of a column of `trials`.
    trials : pandas.DataFrame
    start, stop : float
        Span of every trial.
    what : str
        For messages.

    Returns
    -------
    array of float64, shape (n_trials,)

    Raises
    ------
    TableError
        If there is not one a trial, some are missing, or one is outside the trial.
    """
    if isinstance(onset, str):
        if onset not in trials.columns:
            raise TableError(f"The {what} {onset!r} is no column of the trials table.")
        onset = trials[onset].to_numpy()
    elif isinstance(onset, pd.Series):
        onset = _in_order_of(onset, trials, what)
    times = seconds(onset, f"The {what}")
    if times.shape not in ((), (1,), (len(trials),)):
        raise TableError(
            f"The {what} must be one time, or one for each of the {len(trials)} trials, got the "
            f"shape {times.shape}."
        )
    times = np.broadcast_to(times, (len(trials),)).astype(np.float64)
    _check_onsets(times, start, stop, what)
    return within(times, start)


def _in_order_of(onset: pd.Series, trials: pd.DataFrame, what: str) -> NDArray[Any]:
    """Values of a Series, a trial each, in the order of the trials."""
    values = onset.to_numpy()
    if len(onset) != len(trials) or list(onset.index) == list(range(len(trials))):
        return values
    numbers = pd.Index(trials["trial"] if "trial" in trials.columns else trials.index)
    if not numbers.is_unique or not onset.index.is_unique or set(onset.index) != set(numbers):
        raise TableError(
            f"The {what} is a Series whose index is neither the trials' numbers nor 0, 1, 2, ...; "
            "its order is not known. Give an array in the order of the trials table."
        )
    return onset.reindex(numbers).to_numpy()


def _check_onsets(times: FloatArray, start: float, stop: float, what: str) -> None:
    missing = int((~np.isfinite(times)).sum())
    if missing:
        raise TableError(
            f"The {what} is missing (not finite) in {missing} of {times.size} trials; leave these "
            "trials out with SpikeTable.take, and their onsets too."
        )
    outside = (times < start - EQUAL) | (times >= stop)
    if outside.any():
        small = times / 1000
        fits = ((small >= start - EQUAL) & (small < stop)).all()
        hint = " They look like milliseconds: divide them by 1000." if fits else ""
        raise TableError(
            f"The {what} is outside the trial of {start:g} to {stop:g} s in "
            f"{np.count_nonzero(outside)} of {times.size} trials; onsets reach from "
            f"{times.min():g} to {times.max():g}.{hint}"
        )


def single(value: Any, what: str) -> float:
    """One time in seconds.

    Raises
    ------
    TableError
        If it is none, or there are several.
    """
    time = seconds(value, f"The {what}")
    if time.ndim:
        raise TableError(f"The {what} is one time, got {time.size}.")
    return float(time)


def lengths(windows: Any, what: str = "window") -> FloatArray:
    """Lengths of windows in seconds, shape (n,).

    Raises
    ------
    TableError
        If one is not a positive number.
    """
    times = np.atleast_1d(seconds(windows, f"The {what}"))
    if times.ndim != 1 or not times.size or not ((times > 0) & np.isfinite(times)).all():
        raise TableError(f"The {what} must be one or more positive lengths, got {times.tolist()}.")
    return times
