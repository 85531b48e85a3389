"""Progress of training: a bar in a terminal, lines in a log, nothing when quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TextIO, cast

from rich import progress as bars
from rich.console import Console

from brainsnn.output import Unbroken
from brainsnn.training.callbacks.base import Callback, Metrics, Progress


def reporter(*, quiet: bool = False, console: Console | None = None) -> Callback:
    """The callback that suits where the output goes.

    Parameters
    ----------
    quiet : bool, default False
        Say nothing (also right for ``--json``).
    console : rich.console.Console, optional
        Standard error by default, so that standard output stays free for results.

    Returns
    -------
    Callback
        A bar if the console is a terminal, or in a notebook; else a line an epoch and one at each
        tenth of it.
    """
    from brainsnn.training.callbacks.notebook import NotebookBar, in_notebook

    if quiet:
        return Callback()
    if console is None and in_notebook():
        return NotebookBar()
    console = console or Console(file=cast(TextIO, Unbroken(sys.stderr)))
    return ProgressBar(console) if console.is_terminal else ProgressLines(console)


def describe_row(row: dict[str, Any]) -> str:
    """One line of an epoch's metrics: accuracies, silent neurons, re-drawn ones, time."""
    parts = [f"loss {row['loss']:.4f}"]
    if "train_accuracy" in row:
        parts.append(f"train {row['train_accuracy']:.2%}")
    if "validation_loss" in row:
        parts.append(f"validation loss {row['validation_loss']:.4f}")
    if "validation_accuracy" in row:
        parts.append(f"validation {row['validation_accuracy']:.2%}")
        parts.append(f"ties wrong {row['validation_accuracy_ties_wrong']:.2%}")
        parts.append(f"decision step {row['validation_decision_step']:.1f}")
    parts.append(_silent({k: v for k, v in row.items() if k.startswith("silent_neurons_")}))
    if row.get("redrawn"):
        parts.append(f"redrawn {row['redrawn']}")
    return ", ".join([*parts, f"{row['seconds']:.1f} s"])


def _silent(counts: dict[str, int]) -> str:
    named = [f"{name.removeprefix('silent_neurons_')} {n}" for name, n in counts.items()]
    return f"silent neurons: {', '.join(named)}"


class Pace:
    """Trials a second since the start, and the time left.

    Parameters
    ----------
    clock : callable, default time.perf_counter
        Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._since, self._first = clock(), 0

    @staticmethod
    def total(progress: Progress) -> int:
        """Trials done since the first epoch."""
        return (progress.epoch - 1) * progress.n_trials + progress.index

    def start(self, progress: Progress) -> None:
        """Begin to measure here."""
        self._since, self._first = self._clock(), self.total(progress)

    def rate(self, progress: Progress) -> float:
        """Trials a second, validation included; 0 before the first."""
        elapsed = self._clock() - self._since
        return (self.total(progress) - self._first) / elapsed if elapsed > 0 else 0.0

    def left(self, progress: Progress) -> str:
        """Time left at this pace (h:mm:ss), if no patience runs out before."""
        rate = self.rate(progress)
        remaining = progress.n_epochs * progress.n_trials - self.total(progress)
        return str(timedelta(seconds=round(remaining / rate))) if rate > 0 else "-:--:--"


class ProgressLines(Callback):
    """Plain lines: one at each tenth of an epoch, one with its metrics at its end.

    Parameters
    ----------
    console : rich.console.Console
    """

    def __init__(self, console: Console) -> None:
        self._console, self._pace, self._tenth = console, Pace(), 0

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def on_message(self, line: str) -> None:
        """Print the line."""
        self._print(line)

    def on_start(self, progress: Progress, metrics: Metrics) -> None:  # noqa: ARG002
        """Begin to measure; say where a resumed run goes on."""
        self._pace.start(progress)
        self._tenth = 10 * progress.index // progress.n_trials
        if self._pace.total(progress):
            self._print(f"going on in epoch {progress.epoch} at trial {progress.index}")

    def on_block(self, progress: Progress, metrics: Metrics) -> None:
        """A line if another tenth of the epoch is done."""
        tenth = 10 * progress.index // progress.n_trials
        if tenth in (self._tenth, 10):
            return
        self._tenth = tenth
        self._print(
            f"epoch {progress.epoch}/{progress.n_epochs} {10 * tenth}%: "
            f"{situation(self._pace, progress, metrics)}"
        )

    def on_epoch_end(self, progress: Progress, metrics: Metrics) -> None:
        """A line of metrics."""
        self._tenth = 0
        row = describe_row(dict(metrics[-1]))
        self._print(f"epoch {progress.epoch}/{progress.n_epochs} done: {row}")


def situation(pace: Pace, progress: Progress, metrics: Metrics) -> str:
    """Where training is, in one line: pace, time left, accuracies, silent neurons."""
    parts = [f"{pace.rate(progress):.0f} images/s", f"{pace.left(progress)} left"]
    if progress.statistics is not None and progress.statistics.decided:
        parts.append(f"train {progress.statistics.accuracy():.2%}")
    if metrics and "validation_accuracy" in metrics[-1]:
        parts.append(f"validation {metrics[-1]['validation_accuracy']:.2%}")
    if progress.statistics is not None:
        parts.append(_silent(progress.statistics.silent_neurons()))
    return ", ".join(parts)


class ProgressBar(Callback):
    """A bar over all trials of all epochs; each epoch's metrics stay above it.

    Parameters
    ----------
    console : rich.console.Console
        A terminal.
    """

    def __init__(self, console: Console) -> None:
        self._pace = Pace()
        self._bar = bars.Progress(
            bars.TextColumn("epoch {task.fields[epoch]}"),
            bars.BarColumn(),
            bars.TaskProgressColumn(),
            bars.TextColumn("{task.fields[situation]}"),
            console=console,
            refresh_per_second=4,
        )
        self._task: bars.TaskID | None = None

    def _show(self, progress: Progress, metrics: Metrics) -> None:
        assert self._task is not None
        self._bar.update(
            self._task,
            completed=self._pace.total(progress),
            epoch=f"{progress.epoch}/{progress.n_epochs}",
            situation=situation(self._pace, progress, metrics),
        )

    def on_start(self, progress: Progress, metrics: Metrics) -> None:
        """Draw the bar."""
        self._pace.start(progress)
        total = progress.n_epochs * progress.n_trials
        self._task = self._bar.add_task("training", total=total, epoch="", situation="")
        self._bar.start()
        self._show(progress, metrics)

    def on_message(self, line: str) -> None:
        """Print the line above the bar."""
        self._bar.console.print(line, markup=False, highlight=False)

    def on_block(self, progress: Progress, metrics: Metrics) -> None:
        """Move the bar."""
        self._show(progress, metrics)

    def on_epoch_end(self, progress: Progress, metrics: Metrics) -> None:
        """Leave a line of metrics above the bar."""
        self._show(progress, metrics)
        text = f"epoch {progress.epoch}/{progress.n_epochs}: {describe_row(dict(metrics[-1]))}"
        self._bar.console.print(text, markup=False, highlight=False)

    def on_end(self, progress: Progress, metrics: Metrics) -> None:  # noqa: ARG002
        """Let the terminal go."""
        self._bar.stop()
