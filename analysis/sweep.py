"""One line a condition: a quantity was varied, and the trials of each value are summarised."""

from __future__ import annotations

import pandas as pd

from brainsnn.analysis.accuracy import wilson_interval
from brainsnn.analysis.seeds import SHARE, mean_interval
from brainsnn.analysis.summary import ACCURACIES, COSTS, summarise
from brainsnn.analysis.tables import named, require


def sweep(trials: pd.DataFrame, column: str, confidence: float = 0.95) -> pd.DataFrame:
    """Accuracy and costs for every value of a column.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials tables of all conditions, one below the other, with the column `column` and, if
        there are several repetitions, `seed`.
    column : str
        The quantity that was varied.
    confidence : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row a value, rising: `column`, seeds, trials, then for the four accuracy columns and
        the costs the mean over seeds and its standard deviation (``<name>_sd``, NaN for one seed),
        and for the accuracies ``<name>_low`` and ``<name>_high``: Student's t interval over the
        seeds, or Wilson's over the trials if there is one seed.
    """
    require(trials, (column,), "trials")
    runs = [column, "seed"] if "seed" in trials.columns else [column]
    named(trials, runs, "trials")
    rows = [
        {**dict(zip(runs, key, strict=True)), **summarise(group)}
        for key, group in trials.groupby(runs, sort=True)
    ]
    return pd.DataFrame(
        [
            {column: value, **_condition(group, confidence)}
            for value, group in pd.DataFrame(rows).groupby(column, sort=True)
        ]
    )


def _condition(runs: pd.DataFrame, confidence: float) -> dict[str, float]:
    """Means, deviations and intervals of the runs of one condition."""
    out: dict[str, float] = {"seeds": len(runs), "trials": int(runs["trials"].sum())}
    for name in (*ACCURACIES, "silent_fraction", *COSTS):
        if name not in runs.columns:
            continue
        out[name] = float(runs[name].mean(skipna=False))
        out[f"{name}_sd"] = float(runs[name].std(ddof=1, skipna=False))
        if name not in ACCURACIES:
            continue
        if len(runs) > 1:
            low, high = mean_interval(runs[name], confidence, bounds=SHARE)
        else:
            bounds = wilson_interval(runs[name] * runs["trials"], runs["trials"], confidence)
            low, high = (float(bound[0]) for bound in bounds)
        out[f"{name}_low"], out[f"{name}_high"] = low, high
    return out
