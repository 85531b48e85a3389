"""When a code has decided, and how right it is by then."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brainsnn.analysis.seeds import over_seeds
from brainsnn.analysis.summary import outcomes
from brainsnn.analysis.tables import TableError, named, require, whole_numbers


def accuracy_against_time(
    trials: pd.DataFrame, n_steps: int, by: str = "code", confidence: float = 0.95
) -> pd.DataFrame:
    """Fraction of all trials that are decided, and rightly, by each step.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials tables, one below the other, with `by` and `seed`.
    n_steps : int
        Length of a trial; a silent trial counts as decided then.
    by : str
        Column that tells the codes apart.
    confidence : float, default 0.95
        Coverage of Student's t interval over seeds.

    Returns
    -------
    pandas.DataFrame
        Columns `by`, ``step``, ``n``, ``mean``, ``sd``, ``low``, ``high``; a row a code and step,
        0 to `n_steps`.

    Raises
    ------
    TableError
        If a step is missing or after `n_steps`, or as `brainsnn.analysis.summary.outcomes`.
    """
    require(trials, (by, "seed", "decision_step"), "trials")
    named(trials, (by, "seed"), "trials")
    right = outcomes(trials)["accuracy"].to_numpy()
    rows = []
    steps = whole_numbers(trials, "decision_step", 0, "trials")
    if steps.max() > n_steps:
        raise TableError(f"A decision at step {steps.max()} is after the trial's {n_steps} steps.")
    timed = trials.assign(right=right, decision_step=steps)
    for (code, seed), part in timed.groupby([by, "seed"]):
        step = part.loc[part["right"], "decision_step"].to_numpy(np.int64)
        counts = np.bincount(step, minlength=n_steps + 1)
        share = np.cumsum(counts) / len(part)
        rows += [(code, seed, k, value) for k, value in enumerate(share)]
    table = pd.DataFrame(rows, columns=[by, "seed", "step", "accuracy"])
    return over_seeds(table, ["accuracy"], [by, "step"], confidence).drop(columns="measure")


def decision_times(trials: pd.DataFrame, by: str = "code") -> pd.DataFrame:
    """Distribution of the decision step of each code.

    Returns
    -------
    pandas.DataFrame
        Columns `by`, ``trials``, ``mean``, ``sd``, and the quantiles ``q05``, ``q25``, ``median``,
        ``q75``, ``q95``; silent trials count with `n_steps`.
    """
    require(trials, (by, "decision_step"), "trials")
    whole_numbers(trials, "decision_step", 0, "trials")
    named(trials, (by,), "trials")
    groups = trials.groupby(by)["decision_step"]
    table = groups.agg(["size", "mean", "std"])
    table.columns = pd.Index(["trials", "mean", "sd"])
    names = {0.05: "q05", 0.25: "q25", 0.5: "median", 0.75: "q75", 0.95: "q95"}
    for q, name in names.items():
        table[name] = groups.quantile(q)
    return table.reset_index()
