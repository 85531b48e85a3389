"""Importing Brian2 replaces Python's exception hook; ours sees to it that it judges only its own.

Brian2's hook asks the user to report every uncaught error as a bug of Brian2. A mistake that
brainsnn has already explained must not end in that advice.
"""

from __future__ import annotations

import sys
from types import TracebackType

from brainsnn.errors import BrainsnnError

_previous = sys.excepthook


def _hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, BrainsnnError):
        sys.__excepthook__(kind, error, trace)
    else:
        _previous(kind, error, trace)


def install() -> None:
    """Put our hook before the present one; a second call changes nothing."""
    global _previous
    if sys.excepthook is not _hook:
        _previous, sys.excepthook = sys.excepthook, _hook
