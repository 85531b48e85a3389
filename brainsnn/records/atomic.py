"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from brainsnn.errors import RunDirectoryError


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a temporary file beside `path`, force it to disk, and rename it to `path`.

    Whatever happens (a full disk, a crash, a kill), `path` is the old file or the new one, whole.

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
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        partial.unlink(missing_ok=True)
        kept = " The file that was there before is intact." if path.exists() else ""
        reason = error.strerror or error
        raise RunDirectoryError(f"{path}: cannot be written: {reason}.{kept}") from error
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
