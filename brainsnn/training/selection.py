"""Which epoch's weights to keep, and when to stop."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.learning.base import Weights

SMALLER_IS_BETTER = ("loss", "silent_fraction", "decision_step")
"""Columns whose name ends so are better when smaller; all others, when larger."""


class Selection:
    """Keeps the weights of the epoch at which a metric was best; the earliest of equals.

    Parameters
    ----------
    monitor : str
        Column of the metrics table.
    patience : int, optional
        Epochs without a better value after which `exhausted` is true.

    Attributes
    ----------
    best : float
        Best value so far, NaN before the first.
    best_epoch : int
        Epoch (from 1) that reached it, 0 before the first.
    weights : dict of str to array
        The weights of that epoch.
    """

    def __init__(self, monitor: str, patience: int | None = None) -> None:
        self.monitor, self.patience = monitor, patience
        self.best, self.best_epoch = math.nan, 0
        self.weights: dict[str, NDArray[np.float64]] = {}
        self._sign = -1.0 if monitor.endswith(SMALLER_IS_BETTER) else 1.0

    def update(self, row: Mapping[str, Any], weights: Weights) -> bool:
        """Take in an epoch's metrics and the weights they belong to (copied if they are best).

        Returns
        -------
        bool
            Whether this epoch is the best so far.
        """
        value = float(row[self.monitor])
        better = not math.isnan(value) and not self._sign * value <= self._sign * self.best
        if better:
            self.best, self.best_epoch = value, int(row["epoch"])
            self.weights = {name: np.array(array) for name, array in weights.items()}
        return better

    def exhausted(self, epoch: int) -> bool:
        """Whether patience has run out after `epoch` epochs."""
        return self.patience is not None and epoch - self.best_epoch >= self.patience > 0

    def meta(self) -> dict[str, Any]:
        """Best value and epoch, ready for JSON."""
        return {"best": self.best, "best_epoch": self.best_epoch}

    def restore(self, meta: Mapping[str, Any], weights: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `meta` and its weights."""
        self.best, self.best_epoch = float(meta["best"]), int(meta["best_epoch"])
        self.weights = {name: np.array(array) for name, array in weights.items()}


def selected_epoch(metrics: pd.DataFrame, monitor: str) -> int:
    """Epoch whose weights a run kept, from its metrics table.

    Parameters
    ----------
    metrics : pandas.DataFrame
        A row an epoch.
    monitor : str
        Column that `Selection` watched.

    Returns
    -------
    int
        0 if the metric was never a number.
    """
    selection = Selection(monitor)
    for epoch, value in zip(metrics["epoch"], metrics[monitor], strict=True):
        selection.update({"epoch": epoch, monitor: value}, {})
    return selection.best_epoch
