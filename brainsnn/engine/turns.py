"""Calls into one network, one after the other: its state is in one place of memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class TakesTurns(Protocol):
    """Something whose methods several threads may call.

    Attributes
    ----------
    turn : threading.RLock
        Held by the call that is being made.
    """

    turn: Any


S = TypeVar("S", bound=TakesTurns)


def in_turn(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Let a method wait until no other of these, of the same object, is at work."""

    @wraps(method)
    def waiting(self: S, *args: P.args, **settings: P.kwargs) -> R:
        with self.turn:
            return method(self, *args, **settings)

    return waiting


def new_turn() -> Any:
    """Return what `TakesTurns.turn` is to be."""
    return threading.RLock()
