"""What others may do while training goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from brainsnn.records import RunDirectory
from brainsnn.training.statistics import EpochStatistics

Metrics = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Progress:
    """Where training is.

    Parameters
    ----------
    epoch : int
        The present epoch, from 1.
    n_epochs : int
        Epochs in all.
    index : int
        Trials of the present epoch that are done.
    n_trials : int
        Trials in an epoch.
    statistics : EpochStatistics or None
        Of the present epoch so far; None before its first trial.
    """

    epoch: int
    n_epochs: int
    index: int
    n_trials: int
    statistics: EpochStatistics | None = None


class Callback:
    """Base: every method does nothing. `metrics` are all rows so far, an epoch a row."""

    def on_start(self, progress: Progress, metrics: Metrics) -> None:
        """Training starts, or goes on after a resume."""

    def on_block(self, progress: Progress, metrics: Metrics) -> None:
        """A block of trials (about 256) is done."""

    def on_epoch_end(self, progress: Progress, metrics: Metrics) -> None:
        """An epoch is done and validated; its row is the last of `metrics`."""

    def on_end(self, progress: Progress, metrics: Metrics) -> None:
        """Training is over: done, stopped early, or interrupted."""

    def on_message(self, line: str) -> None:
        """An experiment has something to say of its progress."""


class MetricsWriter(Callback):
    """Writes the metrics table of a run directory after each epoch.

    Parameters
    ----------
    directory : RunDirectory
    columns : mapping of str to value, optional
        What each row begins with.
    """

    def __init__(
        self, directory: RunDirectory, columns: Mapping[str, str | float] | None = None
    ) -> None:
        self.directory, self.columns = directory, dict(columns or {})

    def on_start(self, progress: Progress, metrics: Metrics) -> None:  # noqa: ARG002
        """Write the rows that a checkpoint brought back, if any."""
        if metrics:
            self._write(metrics)

    def on_epoch_end(self, progress: Progress, metrics: Metrics) -> None:  # noqa: ARG002
        """Write all rows so far."""
        self._write(metrics)

    def _write(self, metrics: Metrics) -> None:
        self.directory.write_metrics(pd.DataFrame([{**self.columns, **row} for row in metrics]))
