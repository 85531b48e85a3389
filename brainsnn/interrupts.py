"""Ctrl-C, and other signals to end, that let the present batch finish."""

from __future__ import annotations

import signal
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What asks a run to end: Ctrl-C, a scheduler or ``kill``, a terminal that is closed."""


@contextmanager
def ending_by_signals() -> Iterator[None]:
    """Within the context, SIGTERM and SIGHUP end the program as Ctrl-C does, by an exception.

    A signal that is ignored (SIGHUP under ``nohup``) stays so. Outside the main thread, nothing
    changes.

    Raises
    ------
    KeyboardInterrupt
    """
    previous = {}
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            if signal.getsignal(number) == signal.SIG_DFL:
                previous[number] = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


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
    """Within its context, SIGINT, SIGTERM and SIGHUP only set `requested`; a second stops at once.

    A signal that is ignored (SIGHUP under ``nohup``) stays so.
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
        self.requested = _all_are_asked.is_set()
        _waiting.add(self)
        if threading.current_thread() is threading.main_thread():
            heard = [n for n in SIGNALS if signal.getsignal(n) != signal.SIG_IGN]
            self._previous = {number: signal.signal(number, self._handle) for number in heard}
        return self

    def __exit__(self, *_: object) -> None:
        _waiting.discard(self)
        self._put_back()

    def _put_back(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous = {}


_waiting: weakref.WeakSet[StopRequest] = weakref.WeakSet()
_all_are_asked = threading.Event()


def request_stop() -> None:
    """Ask whatever trains in this process, in any thread, now or later, to stop after its batch."""
    _all_are_asked.set()
    for one in list(_waiting):
        one.request()


def hear_again() -> None:
    """Let training in this process begin again after `request_stop`."""
    _all_are_asked.clear()
