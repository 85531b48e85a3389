"""What a command says at its end: records, messages, exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from brainsnn.errors import BrainsnnError
from brainsnn.interrupts import Interrupted, ending_by_signals
from brainsnn.output import complain, say

BAD_INPUT, INTERRUPTED = 2, 130


@contextmanager
def reporting(as_json: bool = False) -> Iterator[None]:
    """Turn the errors a user can mend into a message and an exit code."""
    try:
        with ending_by_signals():
            yield
    except Interrupted as stop:
        _end(INTERRUPTED, "interrupted", str(stop), as_json)
    except KeyboardInterrupt:
        _end(INTERRUPTED, "interrupted", "Interrupted.", as_json)
    except BrainsnnError as error:
        _end(BAD_INPUT, "error", str(error), as_json)
    except MemoryError as error:
        _end(BAD_INPUT, "error", f"Not enough memory for this: {error}".rstrip(": "), as_json)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _end(BAD_INPUT, "error", f"{where}{error.strerror or error}.", as_json)


def _end(code: int, kind: str, message: str, as_json: bool) -> NoReturn:
    complain(f"brainsnn: {message}")
    if as_json:
        say(json.dumps({kind: message}))
    raise typer.Exit(code)


def emit(record: dict[str, Any]) -> None:
    """Print a record as JSON."""
    say(json.dumps(record, default=str))


def emit_or_say(record: dict[str, Any], as_json: bool) -> None:
    """Print a record as JSON, or a line an entry."""
    if as_json:
        emit(record)
    else:
        say("\n".join(f"{key.replace('_', ' ')}: {value}" for key, value in record.items()))
