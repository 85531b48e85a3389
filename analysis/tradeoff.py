"""Speed against accuracy: a lower threshold decides sooner, errs more often (S4NN, Figure 10)."""

from __future__ import annotations

import pandas as pd

from brainsnn.analysis.sweep import sweep
from brainsnn.analysis.tables import measures, require


def speed_accuracy(trials: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Accuracy, decision step and spikes to decision for every threshold.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials tables of all thresholds, one below the other, with a column `threshold` and, if
        there are several, `seed`.
    confidence : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    pandas.DataFrame
        As `brainsnn.analysis.sweep.sweep`, a row a threshold.
    """
    require(trials, ("threshold", "decision_step", "spikes_to_decision"), "trials")
    return sweep(trials, "threshold", confidence)


def fastest_within(
    table: pd.DataFrame, loss: float, measure: str = "accuracy_ties_wrong"
) -> pd.Series:
    """The soonest-deciding threshold whose accuracy is within `loss` of the best.

    Parameters
    ----------
    table : pandas.DataFrame
        What `speed_accuracy` returns.
    loss : float
        Accuracy that may be given up, as a fraction (0.01 is one percentage point).
    measure : str
        Which accuracy column to judge by.

    Returns
    -------
    pandas.Series
        That row of the table.
    """
    table = measures(table, ("threshold", "decision_step", measure), "speed-accuracy")
    good = table[table[measure] >= table[measure].max() - loss]
    return good.loc[good["decision_step"].idxmin()]
