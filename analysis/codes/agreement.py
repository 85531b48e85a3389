"""How often two codes say the same of the same trial."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from brainsnn.analysis.tables import TableError, named, require, whole_numbers


def side_by_side(trials: pd.DataFrame, code: str, keys: Sequence[str], values: str) -> pd.DataFrame:
    """One column of a trials table for every code, a row a trial that all codes decided.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials tables of several codes, one below the other.
    code : str
        Column that tells them apart.
    keys : sequence of str
        Columns that say which trial it is.
    values : str
        Column to lay side by side.

    Raises
    ------
    TableError
        If a code has a trial twice, there are fewer than two codes, no trial is common to all, a
        value or key is missing, or codes have other labels for the same trial: then their trials
        are not the same, whatever their numbers.
    """
    require(trials, (code, values, *keys), "trials")
    named(trials, (code, values, *keys), "trials")
    if values != "label" and "label" in trials.columns:
        labels = trials.groupby(list(keys))["label"].nunique(dropna=False)
        if (labels > 1).any():
            raise TableError(
                f"The label of {int((labels > 1).sum())} of {len(labels)} trials differs between "
                f"the values of {code!r}: these are not the same trials, and nothing of them can "
                "be compared trial by trial."
            )
    if trials.duplicated([code, *keys]).any():
        raise TableError(f"A {code} has the same {', '.join(keys)} more than once.")
    table = trials.set_index([*keys, code])[values].unstack(code).dropna()  # noqa: PD010
    if table.shape[1] < 2 or table.empty:
        raise TableError(f"Two codes or more with trials in common are needed in column {code!r}.")
    return table


def agreement(
    trials: pd.DataFrame, code: str = "code", keys: Sequence[str] = ("trial",)
) -> pd.DataFrame:
    """Agreement of every two codes, trial by trial.

    Parameters
    ----------
    trials, code, keys
        As for `side_by_side`; needs label and decision.

    Returns
    -------
    pandas.DataFrame
        Columns ``first``, ``second``, ``trials``, ``same_decision`` (fraction), ``both_right``,
        ``only_first``, ``only_second``, ``both_wrong``, and Cohen's ``kappa`` of the decisions.
    """
    require(trials, (code, "label", "decision", *keys), "trials")
    whole_numbers(trials, "label", 0, "trials")
    whole_numbers(trials, "decision", -1, "trials")
    decision = side_by_side(trials, code, keys, "decision")
    label = side_by_side(trials, code, keys, "label").iloc[:, 0]
    rows = []
    for a, b in combinations(decision.columns, 2):
        x, y = decision[a].to_numpy(), decision[b].to_numpy()
        right_x, right_y = x == label.to_numpy(), y == label.to_numpy()
        rows.append(
            {
                "first": a,
                "second": b,
                "trials": len(x),
                "same_decision": float(np.mean(x == y)),
                "both_right": float(np.mean(right_x & right_y)),
                "only_first": float(np.mean(right_x & ~right_y)),
                "only_second": float(np.mean(~right_x & right_y)),
                "both_wrong": float(np.mean(~right_x & ~right_y)),
                "kappa": _kappa(x, y),
            }
        )
    return pd.DataFrame(rows)


def _kappa(x: np.ndarray, y: np.ndarray) -> float:
    """Cohen's kappa: agreement beyond what the marginals give; NaN if they leave none to gain."""
    chance = sum(float(np.mean(x == v)) * float(np.mean(y == v)) for v in np.union1d(x, y))
    return float((np.mean(x == y) - chance) / (1 - chance)) if chance < 1 else float("nan")
