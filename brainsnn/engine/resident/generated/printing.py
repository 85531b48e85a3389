"""What compiled code prints."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def printing(shown: bool) -> Iterator[None]:
    """Show what compiled code prints to the standard output, or not."""
    if shown:
        yield
        return
    kept = os.dup(1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(silence)
