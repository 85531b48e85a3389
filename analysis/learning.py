"""How learning went, from the metrics table: curves, the best epoch, silence and gradients."""

from __future__ import annotations

import pandas as pd

from analysis.tables import TableError, require

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
        What is to be largest; the first epoch wins a draw.

    Returns
    -------
    pandas.DataFrame
        One row a seed.
    """
    require(metrics, ("epoch", column), "metrics")
    frame = metrics.reset_index(drop=True)
    if "seed" not in frame.columns:
        return frame.loc[[frame[column].idxmax()]].reset_index(drop=True)
    return frame.loc[frame.groupby("seed")[column].idxmax()].reset_index(drop=True)


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
