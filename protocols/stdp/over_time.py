"""What a network has learned, epoch after epoch, as tables of its run directory."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from brainsnn.engine import Engine
from brainsnn.records import RunDirectory
from brainsnn.training.callbacks.base import Callback, Metrics, Progress

#: Neurons whose weights are kept, the first ones.
SHOWN = 20


class OverTime(Callback):
    """Writes the tables ``fields`` and ``state`` before the first epoch and after each.

    ``fields`` has the weights of the first neurons (epoch, neuron, input, weight); ``state`` has
    quantiles of all weights and thresholds (epoch, quantity, quantile, value).

    Parameters
    ----------
    engine : Engine
    run : RunDirectory
    row : mapping of str to value
        What each row begins with.
    """

    def __init__(self, engine: Engine, run: RunDirectory, row: Mapping[str, str | float]) -> None:
        self.engine, self.run, self.row = engine, run, dict(row)

    def on_start(self, progress: Progress, metrics: Metrics) -> None:
        """See `Callback`."""
        if not metrics and not progress.index:
            self._write(0)

    def on_epoch_end(self, progress: Progress, metrics: Metrics) -> None:
        """See `Callback`."""
        del metrics
        self._write(progress.epoch)

    def _write(self, epoch: int) -> None:
        if self.run.holds("state", epoch=epoch):
            return  # written before an interruption, by the same trials
        weights, theta = (self.engine.weights[k] for k in ("input_output", "output.theta"))
        shown = weights[:, :SHOWN].T
        neuron, place = np.indices(shown.shape)
        columns = {"neuron": neuron.ravel(), "input": place.ravel(), "weight": shown.ravel()}
        fields = pd.DataFrame({**self.row, "epoch": epoch, **columns})
        chances = [0.0, 0.1, 0.5, 0.9, 1.0]
        parts = [
            pd.DataFrame({"quantity": name, "quantile": chances, "value": np.quantile(a, chances)})
            for name, a in {"weight": weights, "threshold": theta}.items()
        ]
        state = pd.concat(parts, ignore_index=True)
        state = pd.DataFrame({**self.row, "epoch": epoch, **state})
        self.run.append_tables({"fields": fields, "state": state})
