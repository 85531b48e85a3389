"""A measure against a quantity that was varied, for several codes, over seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from brainsnn.analysis.seeds import over_seeds
from brainsnn.analysis.tables import measures


def curve(
    results: pd.DataFrame, x: str, measure: str, by: Sequence[str] = (), confidence: float = 0.95
) -> pd.DataFrame:
    """Mean and interval of a measure over seeds, at every value of `x` and for each group.

    Parameters
    ----------
    results : pandas.DataFrame
        A row a condition and seed.
    x : str
        Column that was varied.
    measure : str
        Column to average.
    by : sequence of str
        Columns that tell the curves apart.
    confidence : float, default 0.95
        Coverage of Student's t interval.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, `x`, then ``n``, ``mean``, ``sd``, ``low``, ``high``.
    """
    table = over_seeds(results, [measure], [*by, x], confidence)
    return table.drop(columns="measure")


def cost_at(results: pd.DataFrame, accuracy: float, cost: str, measure: str = "accuracy") -> float:
    """Cost at which a code reaches an accuracy, by straight lines between the measured points.

    Parameters
    ----------
    results : pandas.DataFrame
        One code's points: `measure` (a fraction) and `cost`, a row a network.
    accuracy : float
        The accuracy that is wanted, a fraction.
    cost : str
        Column of the cost.
    measure : str
        Column of the accuracy.

    Returns
    -------
    float
        The least cost, NaN if the accuracy is never reached. Networks whose cost or accuracy is
        missing are left out.
    """
    points = measures(results, (cost, measure), "results").sort_values(cost)
    costs, values = points[cost].to_numpy(float), points[measure].to_numpy(float)
    reached = np.flatnonzero(values >= accuracy)
    if not reached.size:
        return float("nan")
    k = int(reached[0])
    if k == 0:
        return float(costs[0])
    part = (accuracy - values[k - 1]) / (values[k] - values[k - 1])
    return float(costs[k - 1] + part * (costs[k] - costs[k - 1]))


def pareto(results: pd.DataFrame, cost: str, measure: str = "accuracy") -> pd.DataFrame:
    """Points that no other beats in both cost and accuracy, from cheap to dear.

    Parameters
    ----------
    results : pandas.DataFrame
        A row a network.
    cost : str
        Column to have little of.
    measure : str
        Column to have much of.

    Returns
    -------
    pandas.DataFrame
        Rows of `results`. Networks whose cost or accuracy is missing (a failed run) are left out;
        of equal ones, the first stays.
    """
    points = measures(results, (cost, measure), "results").sort_values(
        [cost, measure], ascending=[True, False], kind="stable"
    )
    best = points[measure].cummax()
    return points[points[measure] > best.shift(fill_value=-np.inf)].reset_index(drop=True)
