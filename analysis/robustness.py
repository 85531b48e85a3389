"""Robustness: accuracy when the input spikes are jittered in time (S4NN, Figure 8)."""

from __future__ import annotations

import pandas as pd

from brainsnn.analysis.summary import ACCURACIES
from brainsnn.analysis.sweep import sweep
from brainsnn.analysis.tables import TableError, require


def jitter_curve(trials: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Accuracy for every jitter amplitude, and what the jitter costs.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials tables of all amplitudes, one below the other, with a column `jitter` (largest shift
        of an input spike, in steps) and, if there are several, `seed`.
    confidence : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    pandas.DataFrame
        As `brainsnn.analysis.sweep.sweep`, a row an amplitude, and ``<accuracy>_change``: the mean
        accuracy less that without jitter.

    Raises
    ------
    TableError
        If there are no trials without jitter to compare with, or an amplitude is negative.
    """
    require(trials, ("jitter",), "trials")
    table = sweep(trials, "jitter", confidence)
    if table["jitter"].iloc[0] != 0:
        raise TableError(
            "The smallest jitter must be 0, the value to compare with; "
            f"it is {table['jitter'].iloc[0]}."
        )
    for name in ACCURACIES:
        table[f"{name}_change"] = table[name] - table[name].iloc[0]
    return table
