"""Points of a search that are given up early: those worse than most were by the same epoch.

After each epoch, the best validation accuracy so far is compared with the median of what complete
trials had reached by then (Golovin et al. 2017, Google Vizier, section 3.2.2). Test trials are not
looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from brainsnn.training import Callback
from brainsnn.training.callbacks.base import Metrics, Progress

#: Complete trials without which none is given up.
FEWEST = 5


class Pruned(Exception):  # noqa: N818 - a decision, not an error
    """A run was given up.

    Parameters
    ----------
    best : float
        Its best validation accuracy.
    epochs : int
        Epochs that it was trained for.
    """

    def __init__(self, best: float, epochs: int) -> None:
        self.best, self.epochs = best, epochs
        super().__init__(f"given up after {epochs} epochs, at {best:.2%}")


class MedianPruner(Callback):
    """Gives up a run that is below the median of others.

    Parameters
    ----------
    measure : str
        Column of the metrics, larger is better.
    others : sequence of array, each of shape (n_epochs,)
        The best value so far at each epoch of complete runs.
    """

    def __init__(self, measure: str, others: Sequence[NDArray[np.float64]]) -> None:
        self.measure, self.others = measure, others

    def on_epoch_end(self, progress: Progress, metrics: Metrics) -> None:
        """Compare, but for the last epoch, which costs nothing more.

        Raises
        ------
        Pruned
        """
        if len(self.others) < FEWEST or progress.epoch >= progress.n_epochs:
            return
        if self.measure not in metrics[-1]:
            return
        best, epochs = max(float(row[self.measure]) for row in metrics), len(metrics)
        reached = [curve[min(epochs, curve.size) - 1] for curve in self.others]
        if best < np.median(reached):
            raise Pruned(best, epochs)
