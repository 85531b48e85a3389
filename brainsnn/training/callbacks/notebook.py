"""Progress of training in a notebook: one bar that overwrites itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from html import escape
from importlib import import_module
from typing import Any

from brainsnn.training.callbacks.base import Callback, Metrics, Progress
from brainsnn.training.callbacks.progress import Pace, describe_row, situation


def in_notebook() -> bool:
    """Whether the program runs in a notebook's kernel."""
    return "ipykernel" in sys.modules and "IPython" in sys.modules


def show_html(text: str) -> Callable[[str], object]:
    """Show HTML below the cell; what is returned puts other HTML in its place."""
    display = import_module("IPython.display")
    handle = display.display(display.HTML(text), display_id=True)
    return lambda new: handle.update(display.HTML(new))


class NotebookBar(Callback):
    """A bar over all trials of all epochs, with the newest metrics beside it.

    Parameters
    ----------
    show : callable, default show_html
        Shows HTML, and returns a function that replaces it.
    """

    def __init__(self, show: Callable[[str], Callable[[str], object]] = show_html) -> None:
        self._open, self._pace = show, Pace()
        self._replace: Callable[[str], Any] | None = None

    def _show(self, progress: Progress, text: str) -> None:
        done, total = self._pace.total(progress), progress.n_epochs * progress.n_trials
        html = (
            f'<progress value="{done}" max="{total}"></progress> '
            f"epoch {progress.epoch}/{progress.n_epochs}: {escape(text)}"
        )
        if self._replace is None:
            self._replace = self._open(html)
        else:
            self._replace(html)

    def on_start(self, progress: Progress, metrics: Metrics) -> None:
        """Show the bar, below those of earlier trainings."""
        self._pace.start(progress)
        self._replace = None
        self._show(progress, situation(self._pace, progress, metrics))

    def on_block(self, progress: Progress, metrics: Metrics) -> None:
        """Move the bar."""
        self._show(progress, situation(self._pace, progress, metrics))

    def on_epoch_end(self, progress: Progress, metrics: Metrics) -> None:
        """Put the epoch's metrics beside it."""
        self._show(progress, describe_row(dict(metrics[-1])))

    def on_message(self, line: str) -> None:
        """Show the line by itself; the bar goes on below."""
        self._open(escape(line))
        self._replace = None
