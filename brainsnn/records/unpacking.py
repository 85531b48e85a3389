"""What a file would unpack to, judged by its headers before anything is unpacked."""

from __future__ import annotations

from pathlib import Path

from brainsnn.errors import DataError

ALWAYS = 1 << 28
"""Bytes that any file may unpack to."""

RATIO = 100
"""How many times its size on disk a file may unpack to beyond that."""


def check_unpacked(path: Path, size: int) -> None:
    """Refuse a small file that would fill the memory.

    Parameters
    ----------
    path : Path
        The file.
    size : int
        Bytes that it unpacks to, by its headers.

    Raises
    ------
    DataError
        If that is more than 256 MiB and more than 100 times its size on disk.
    """
    there = path.stat().st_size
    if size > max(ALWAYS, RATIO * there):
        raise DataError(
            f"{path}: would unpack from {there:,} to {size:,} bytes; beyond {ALWAYS >> 20} MiB, at "
            f"most {RATIO} times the size on disk is taken."
        )
