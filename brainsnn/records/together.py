"""Several files of a folder that change together: all of them, or none.

Each new file is written in full under a name of its own; a journal then names them; then each is
renamed to its place, and the journal goes. A process that dies before the journal is whole has
changed nothing. One that dies later has left everything that is needed to finish, which whoever
opens the folder next does (`recover`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from brainsnn.errors import RunDirectoryError
from brainsnn.records.atomic import PARTIAL, fill, sync_folder, write_whole, writing

JOURNAL = ".together.json"
_PENDING = ".{}.pending"


def write_together(folder: Path, writes: Mapping[str, Callable[[BinaryIO], object]]) -> None:
    """Write or replace several files of a folder.

    Parameters
    ----------
    folder : Path
        It must exist, and one process at a time may write to it.
    writes : mapping of str to callable
        For each file, what is called with the open binary file.

    Raises
    ------
    RunDirectoryError
        If a file cannot be written; the old ones are then untouched.
    """
    recover(folder)
    pending = {name: _pending(folder, name) for name in writes}
    try:
        for name, write in writes.items():
            with writing(folder / name):
                fill(pending[name], write)
        names = json.dumps(list(writes)).encode()
        write_whole(folder / JOURNAL, lambda file: file.write(names))
    except BaseException:
        for path in pending.values():
            path.unlink(missing_ok=True)
        raise
    _put_in_place(folder, writes)


def recover(folder: Path) -> None:
    """Finish what `write_together` began before its process died, or remove what it left.

    Raises
    ------
    RunDirectoryError
        If the journal names what it cannot have named, or files cannot be renamed.
    """
    journal = folder / JOURNAL
    if journal.is_file():
        _put_in_place(folder, _journalled(journal))
    begun = folder / PARTIAL.format(JOURNAL)
    for path in (begun, *folder.glob(_PENDING.format("*"))):
        path.unlink(missing_ok=True)


def _pending(folder: Path, name: str) -> Path:
    return folder / _PENDING.format(name)


def _put_in_place(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        with writing(folder / name):
            if _pending(folder, name).exists():
                _pending(folder, name).replace(folder / name)
    with writing(folder / JOURNAL):
        sync_folder(folder)
        (folder / JOURNAL).unlink()
        sync_folder(folder)


def _journalled(journal: Path) -> list[str]:
    """Return the names in a journal."""
    try:
        names = json.loads(journal.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunDirectoryError(f"{journal}: cannot be read: {error}.") from error
    plain = isinstance(names, list) and all(
        isinstance(n, str) and n == Path(n).name and n and "\0" not in n for n in names
    )
    if not plain:
        raise RunDirectoryError(f"{journal}: holds no names of files of its folder.")
    return list(names)
