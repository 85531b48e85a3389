"""What training leaves: metrics and weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class TrainingResult:
    """What training leaves.

    Parameters
    ----------
    metrics : pandas.DataFrame
        A row an epoch.
    weights : dict of str to array
        Those of the best epoch, averaged if so configured; the engine holds them too.
    last_weights : dict of str to array
        Those that training would go on with.
    best_epoch : int
        From 1; 0 if the monitored metric was never a number (`weights` are then the last).
    stopped_early : bool
        Whether patience ran out.
    """

    metrics: pd.DataFrame
    weights: dict[str, NDArray[np.float64]]
    last_weights: dict[str, NDArray[np.float64]]
    best_epoch: int
    stopped_early: bool

    def _repr_html_(self) -> str:
        """The metrics as a notebook shows them."""
        early = "; stopped early" if self.stopped_early else ""
        head = f"<p>Best epoch: {self.best_epoch} of {len(self.metrics)}{early}.</p>"
        return head + self.metrics.to_html(index=False)
