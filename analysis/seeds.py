"""Mean, standard deviation and interval of the mean over repetitions with other seeds."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from brainsnn.analysis.formatting import format_number
from brainsnn.analysis.summary import ACCURACIES
from brainsnn.analysis.tables import TableError, named, require

Method = Literal["t", "bootstrap"]

#: Measures between 0 and 1: intervals of their means end there.
SHARES = frozenset(
    {*ACCURACIES, "error", "silent_fraction", "train_accuracy", "validation_accuracy"}
)
ANYTHING, SHARE = (-math.inf, math.inf), (0.0, 1.0)
"""Bounds of a mean: none, and those of a share."""


def t_interval(
    mean: float,
    sd: float,
    n: int,
    confidence: float = 0.95,
    bounds: tuple[float, float] = ANYTHING,
) -> tuple[float, float]:
    """Student's interval of a mean: mean ± t · sd / sqrt(n), with n - 1 degrees of freedom.

    Parameters
    ----------
    mean, sd : float
        Of the sample; n - 1 in the deviation's denominator.
    n : int
        Values, two or more.
    confidence : float, default 0.95
        Coverage.
    bounds : (float, float)
        Least and largest possible mean: what lies beyond is no part of the interval, which covers
        the mean as often without it.
    """
    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * sd / math.sqrt(n)
    return max(mean - half, bounds[0]), min(mean + half, bounds[1])


def mean_interval(
    values: ArrayLike,
    confidence: float = 0.95,
    method: Method = "t",
    rng: np.random.Generator | None = None,
    resamples: int = 10_000,
    bounds: tuple[float, float] = ANYTHING,
) -> tuple[float, float]:
    """Confidence interval of a mean.

    Parameters
    ----------
    values : array_like of float
        One value a seed.
    confidence : float, default 0.95
        Coverage, between 0 and 1.
    method : {"t", "bootstrap"}
        ``"t"``: mean ± t · sd / sqrt(n), Student's t with n - 1 degrees of freedom, for values
        that are about normal. ``"bootstrap"``: percentiles of the means of resampled values.
    rng : numpy.random.Generator, optional
        Source of the resamples; seeded with 0 if not given, so that a table can be repeated.
    resamples : int, default 10000
        Number of resamples.
    bounds : (float, float)
        Of Student's interval; see `t_interval`. Means of resampled values lie within.

    Returns
    -------
    low, high : float
        NaN for fewer than two values.

    Raises
    ------
    TableError
        If `confidence` is not between 0 and 1, or the method is unknown.
    """
    if not 0 < confidence < 1:
        raise TableError(f"The confidence must be between 0 and 1, not {confidence}.")
    if method not in ("t", "bootstrap"):
        raise TableError(f"Unknown interval {method!r}. Known: bootstrap, t.")
    sample = np.asarray(values, float)
    if sample.size < 2:
        return float("nan"), float("nan")
    if method == "t":
        mean, sd = float(sample.mean()), float(sample.std(ddof=1))
        return t_interval(mean, sd, sample.size, confidence, bounds)
    rng = np.random.default_rng(0) if rng is None else rng
    means = rng.choice(sample, (resamples, sample.size)).mean(axis=1)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def over_seeds(
    frame: pd.DataFrame,
    measures: Sequence[str],
    by: Sequence[str] = (),
    confidence: float = 0.95,
    method: Method = "t",
    rng: np.random.Generator | None = None,
) -> pd.DataFrame:
    """Statistics of each measure over the rows of a group, which are taken to be seeds.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a seed (and group).
    measures : sequence of str
        Columns to average; seeds in which one is missing do not count in its `n`.
    by : sequence of str
        Columns that define the groups; one group if empty.
    confidence, method, rng
        As in `mean_interval`.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, then `measure`, `n`, `mean`, `sd` (n - 1 in the denominator, NaN for
        one seed), `low`, `high` (of `SHARES` within 0 and 1); groups in sorted order.
    """
    require(frame, [*by, *measures], "seeds")
    named(frame, by, "seeds")
    groups = frame.groupby(list(by), sort=True) if by else [((), frame)]
    rows = []
    for key, group in groups:
        for measure in measures:
            values = group[measure].dropna().to_numpy(float)
            bounds = SHARE if measure in SHARES else ANYTHING
            low, high = mean_interval(values, confidence, method, rng, bounds=bounds)
            mean = float(values.mean()) if values.size else float("nan")
            sd = float(values.std(ddof=1)) if values.size > 1 else float("nan")
            rows.append((*key, measure, values.size, mean, sd, low, high))
    return pd.DataFrame(rows, columns=[*by, "measure", "n", "mean", "sd", "low", "high"])


def across(statistics: pd.DataFrame, percent: Sequence[str] = (), digits: int = 1) -> pd.DataFrame:
    """A row a group and a column a measure, for reading: mean ± half the interval, as text.

    Parameters
    ----------
    statistics : pandas.DataFrame
        What `over_seeds` returns, with intervals that are even about the mean.
    percent : sequence of str
        Measures that are fractions: in per cent, with one digit more, which the heading says.
    digits : int, default 1
        Digits after the point.

    Returns
    -------
    pandas.DataFrame
        The columns that define the groups, then the largest `n` of any measure and a column for
        each; groups and measures in the order in which they come.
    """
    require(statistics, ("measure", "n", "mean", "low", "high"), "statistics")
    by = list(statistics.columns[: list(statistics.columns).index("measure")])
    frame = statistics[by].copy()
    frame["n"] = statistics.groupby(by)["n"].transform("max") if by else statistics["n"].max()
    rows = statistics.to_dict("records")
    frame["measure"] = [_heading(row["measure"], percent) for row in rows]
    frame["text"] = [_told(row, row["measure"] in percent, digits) for row in rows]
    table = frame.pivot_table("text", [*by, "n"], "measure", aggfunc="first", sort=False)
    return table.reset_index().rename_axis(columns=None)


def _heading(measure: str, percent: Sequence[str]) -> str:
    return f"{measure} (%)" if measure in percent else measure


def _told(row: Mapping[Hashable, Any], percent: bool, digits: int) -> str:
    """Mean ± half the interval; the mean alone where there is no interval."""
    scale, places = (100, digits + 1) if percent else (1, digits)
    mean = format_number(scale * row["mean"], places)
    half = scale * (row["high"] - row["low"]) / 2
    return (
        mean
        if np.isnan(half)
        else f"{mean}\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}{format_number(half, places)}"
    )
