"""Ctrl-C that lets the present batch finish."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(Exception):  # noqa: N818 - a request, not an error
    """Training was asked to stop, and everything done so far is in the checkpoint.

    Parameters
    ----------
    checkpoint : Path or None
        Where to resume from; None if training keeps no checkpoint.

    Attributes
    ----------
    exit_code : int
        130, for the command line.
    """

    exit_code = 130

    def __init__(self, checkpoint: Path | None) -> None:
        self.checkpoint = checkpoint
        saved = f"saved in {checkpoint}; resume to go on" if checkpoint else "nothing was saved"
        super().__init__(f"Interrupted: {saved}.")


class StopRequest:
    """Within its context, SIGINT and SIGTERM only set `requested`; a second one stops at once.

    Outside the main thread, where Python delivers no signals, it only waits for `request`.
    """

    def __init__(self) -> None:
        self.requested = False
        self._previous: dict[int, Any] = {}

    def request(self) -> None:
        """Ask for a stop after the present batch."""
        self.requested = True

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self.requested:
            self._put_back()
            raise KeyboardInterrupt
        self.requested = True

    def __enter__(self) -> Self:
        self.requested = False
        if threading.current_thread() is threading.main_thread():
            self._previous = {number: signal.signal(number, self._handle) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        self._put_back()

    def _put_back(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous = {}
