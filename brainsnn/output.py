"""Standard output that may be closed, broken or full, and standard error that may be too.

What a command has to say is its result: where that cannot be said, the command ends with a code of
its own (`LOST`). What goes to standard error is company: where that cannot be said, work goes on.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TextIO, TypeVar

import typer

T = TypeVar("T")

LOST = 141
"""Exit code where standard output is closed, broken or full, as shells know it of a broken pipe."""


def prepare() -> None:
    """Make sure that the three standard streams are open, and take whatever text there is.

    A file that is opened while one of them is closed would get its number, and with it whatever
    is written there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str, end: str = "\n") -> None:
    """Print a result to standard output.

    Raises
    ------
    typer.Exit
        With `LOST`, if it cannot be said.
    """
    try:
        if sys.stdout is None:
            raise typer.Exit(LOST)
        typer.echo(text + end, nl=False)
        sys.stdout.flush()
    except (OSError, ValueError):
        _silence(sys.stdout)
        raise typer.Exit(LOST) from None


def complain(text: str) -> None:
    """Print a line to standard error, if it can be."""
    stream = Unbroken(sys.stderr)
    stream.write(f"{text}\n")
    stream.flush()


class Unbroken(io.TextIOBase):
    """A stream that falls silent where it is closed, broken or full.

    Parameters
    ----------
    stream : text stream or None
        Where it writes to; None is silent from the start.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or drop, some text."""
        return self._attempt(lambda stream: stream.write(text)) or len(text)

    def flush(self) -> None:
        """Bring what was written to its place, if it can be."""
        self._attempt(lambda stream: stream.flush())

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return bool(self._attempt(lambda stream: stream.isatty()))

    def fileno(self) -> int:
        """Number of the file below, for whoever asks how wide the terminal is."""
        number = self._attempt(lambda stream: stream.fileno())
        if number is None:
            raise io.UnsupportedOperation("closed")
        return number

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the stream."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def _attempt(self, work: Callable[[TextIO], T]) -> T | None:
        if self._stream is None:
            return None
        try:
            return work(self._stream)
        except (OSError, ValueError):
            _silence(self._stream)
            self._stream = None
            return None


def _silence(stream: TextIO) -> None:
    """Let what is still to be flushed go nowhere, so that nothing fails at the very end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return
