"""How learning went, from the metrics table: curves, the best epoch, silence and gradients."""

from __future__ import annotations

import pandas as pd

from brainsnn.analysis.tables import TableError, require

SMALLER_IS_BETTER = ("loss", "silent_fraction", "decision_step")
"""Columns whose name ends so are better when smaller; all others, when larger."""

_SPLITS = ("train", "validation")
_CURVES = ["seed", "epoch", "split", "measure", "value"]


def learning_curve(metrics: pd.DataFrame) -> pd.DataFrame:
    """Every measure of both splits over epochs, as one long table.

    Parameters
    ----------
    metrics : pandas.DataFrame
        Metrics table: `epoch`, `loss`, and columns ``train_*`` and ``validation_*``; with a
        column `seed` for several runs one below the other.

    Returns
    -------
    pandas.DataFrame
        Columns seed (0 if there was none), epoch, split (``"train"`` or ``"validation"``), measure
        (``"accuracy"``, ``"loss"``, ...), value.
    """
    require(metrics, ("epoch",), "metrics")
    frame = metrics if "seed" in metrics.columns else metrics.assign(seed=0)
    parts = []
    for name in map(str, frame.columns):
        split, _, measure = name.partition("_")
        if name == "loss":
            split, measure = "train", "loss"
        if split in _SPLITS and measure:
            part = frame[["seed", "epoch"]].assign(split=split, measure=measure, value=frame[name])
            parts.append(part)
    if not parts:
        raise TableError("The metrics table has no loss, train_* or validation_* columns.")
    return pd.concat(parts, ignore_index=True)[_CURVES]


def best_epoch(
    metrics: pd.DataFrame, column: str = "validation_accuracy_ties_wrong"
) -> pd.DataFrame:
    """The row of the metrics table that selection on validation would keep, for each seed.

    Parameters
    ----------
    metrics : pandas.DataFrame
        Metrics table, with a column `seed` for several runs.
    column : str
        What is to be largest, or smallest if its name ends as one in `SMALLER_IS_BETTER`; the
        first epoch wins a draw, one without a value never.

    Returns
    -------
    pandas.DataFrame
        One row a seed.

    Raises
    ------
    TableError
        If no epoch of a seed has a value.
    """
    require(metrics, ("epoch", column), "metrics")
    frame = metrics.reset_index(drop=True)
    sign = -1.0 if column.endswith(SMALLER_IS_BETTER) else 1.0
    score = sign * frame[column].astype(float)
    seed = frame["seed"] if "seed" in frame.columns else pd.Series(0, frame.index)
    if not score.groupby(seed).count().all():
        raise TableError(f"The metrics table: {column} is missing in every epoch of a run.")
    order = frame.assign(score=score).sort_values("epoch", kind="stable")
    best = order.groupby(seed)["score"].idxmax()
    return frame.loc[best].reset_index(drop=True)


def health_table(metrics: pd.DataFrame) -> pd.DataFrame:
    """Silent neurons of every population and gradient norm of every connection, by epoch.

    Parameters
    ----------
    metrics : pandas.DataFrame
        Metrics table with columns ``silent_neurons_<population>`` and
        ``gradient_norm_<connection>``.

    Returns
    -------
    pandas.DataFrame
        Columns seed, epoch, measure (``"silent_neurons"`` or ``"gradient_norm"``), name (of the
        population or connection), value.
    """
    require(metrics, ("epoch",), "metrics")
    frame = metrics if "seed" in metrics.columns else metrics.assign(seed=0)
    parts = [
        frame[["seed", "epoch"]].assign(
            measure=measure, name=str(column).removeprefix(f"{measure}_"), value=frame[column]
        )
        for measure in ("silent_neurons", "gradient_norm")
        for column in frame.columns
        if str(column).startswith(f"{measure}_")
    ]
    if not parts:
        raise TableError("The metrics table has no silent_neurons_* or gradient_norm_* columns.")
    return pd.concat(parts, ignore_index=True)
