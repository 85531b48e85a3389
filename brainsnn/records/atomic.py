"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from brainsnn.errors import RunDirectoryError

PARTIAL = ".{}.partial"
"""What a file is called until it is whole."""


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a temporary file beside `path`, force it to disk, and rename it to `path`.

    Whatever happens (a full disk, a crash, a kill), `path` is the old file or the new one, whole.
    A symbolic link at `path` is replaced, not followed.

    Parameters
    ----------
    path : Path
        The file to write or replace; its folder must exist.
    write : callable
        Called with the open binary file.

    Raises
    ------
    RunDirectoryError
        If the file cannot be written; the old file, if any, is untouched and the partial one gone.
    """
    partial = path.with_name(PARTIAL.format(path.name))
    with writing(path):
        fill(partial, write)
        try:
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Within the context, what the system refuses is told as an error that names `path`.

    Raises
    ------
    RunDirectoryError
    """
    try:
        yield
    except OSError as error:
        kept = " The file that was there before is intact." if path.is_file() else ""
        reason = error.strerror or error
        raise RunDirectoryError(f"{path}: cannot be written: {reason}.{kept}") from error


def fill(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Make a new file and force it to disk; whatever was of that name is gone, never followed.

    If anything goes wrong, nothing of that name is left.
    """
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with open(os.open(path, flags, 0o666), "wb") as file:  # noqa: PTH123
            write(file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
