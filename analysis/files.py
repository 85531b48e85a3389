"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(target: Path, contents: str | bytes) -> None:
    """Write `contents` to a new file beside `target`, then put it in its place.

    A reader sees the old file or the new one, never a part; if writing fails, the old one stays,
    and if the process dies, what it leaves is called ``.NAME.*.partial``. A symbolic link is
    replaced, not followed.

    Raises
    ------
    OSError
        If the file cannot be written; `filename` is `target`.
    """
    if isinstance(contents, str):
        contents = contents.encode("utf-8", "backslashreplace")
    try:
        handle, name = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.name}.", suffix=".partial"
        )
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(contents)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from error
