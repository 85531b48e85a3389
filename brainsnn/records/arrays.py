"""Named arrays plus a JSON description in one ``.npz`` file, without pickle.

The arrays form a tree by the slashes in their names (``weights/input_hidden``). Each member of the
archive carries a checksum, so damage is noticed and named.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
    write_whole(path, lambda file: np.savez(file, allow_pickle=False, **members))


def read_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Arrays and description from a file of `write_arrays`.

    Raises
    ------
    RunDirectoryError
        If the file is missing or damaged; the message names the file and the damaged member.
    """
    arrays: dict[str, NDArray[Any]] = {}
    leaf = ""
    try:
        with np.load(path, allow_pickle=False) as archive:
            for leaf in archive.files:
                arrays[leaf] = archive[leaf]
        leaf = META
        meta = json.loads(str(arrays.pop(META)))
    except FileNotFoundError:
        raise RunDirectoryError(f"{path}: no such file.") from None
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        where = f"{path}: {leaf!r} is" if leaf else f"{path}: the file is"
        raise RunDirectoryError(f"{where} damaged or not of this kind: {error}") from error
    return arrays, meta


def branch(arrays: Mapping[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    """The arrays below ``name/``, by the rest of their names."""
    prefix = f"{name}/"
    return {
        key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)
    }


def graft(name: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The same arrays, named ``name/...``."""
    return {f"{name}/{key}": value for key, value in arrays.items()}
