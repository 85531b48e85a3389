"""Named arrays plus a JSON description in one ``.npz`` file, without pickle.

The arrays form a tree by the slashes in their names (``weights/input_hidden``). Each member of the
archive carries a checksum, so damage is noticed and named.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import RunDirectoryError
from brainsnn.records.atomic import write_whole

META = "meta"


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
    """Write `arrays` and `meta` (anything that JSON can hold) to `path`, whole or not at all.

    Raises
    ------
    RunDirectoryError
        If the file cannot be written (a full disk); the old one is then intact.
    """
    members = {**arrays, META: np.array(json.dumps(meta))}
    write_members(path, members)


def write_members(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays to an ``.npz`` file, whole or not at all.

    Raises
    ------
    RunDirectoryError
        If the file cannot be written.
    """

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w") as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)

    write_whole(path, write)


def read_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Arrays and description from a file of `write_arrays`.

    Raises
    ------
    RunDirectoryError
        If the file is missing or damaged; the message names the file and the damaged member.
    """
    arrays = read_members(path)
    try:
        meta = json.loads(str(arrays.pop(META)))
    except (KeyError, ValueError) as error:
        raise RunDirectoryError(f"{path}: {META!r} is damaged or missing: {error}") from error
    return arrays, meta


def read_members(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an ``.npz`` file.

    Raises
    ------
    RunDirectoryError
        If the file is missing, damaged, or something else; the message names the file and, where
        it is known, the damaged member.
    """
    arrays: dict[str, NDArray[Any]] = {}
    leaf = ""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            for leaf in (name.removesuffix(".npy") for name in archive.namelist()):
                with archive.open(f"{leaf}.npy") as member:
                    arrays[leaf] = np.lib.format.read_array(member, allow_pickle=False)
    except FileNotFoundError:
        raise RunDirectoryError(f"{path}: no such file.") from None
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        where = f"{leaf!r} is damaged" if leaf else "not a whole .npz file"
        raise RunDirectoryError(f"{path}: {where}: {error}") from error
    return arrays


def branch(arrays: Mapping[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    """The arrays below ``name/``, by the rest of their names."""
    prefix = f"{name}/"
    return {
        key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)
    }


def graft(name: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The same arrays, named ``name/...``."""
    return {f"{name}/{key}": value for key, value in arrays.items()}
