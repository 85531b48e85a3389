"""Named arrays plus a JSON description in one ``.npz`` file, without pickle.

The arrays form a tree by the slashes in their names (``weights/input_hidden``). Each member of the
archive carries a checksum, so damage is noticed and named.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError, RunDirectoryError
from brainsnn.records.atomic import write_whole
from brainsnn.records.unpacking import check_unpacked

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
    write_whole(path, lambda file: put_members(file, arrays))


def put_members(file: BinaryIO, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays into an open file, as an ``.npz``."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)


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
    except (KeyError, ValueError, RecursionError) as error:
        raise RunDirectoryError(f"{path}: {META!r} is damaged or missing: {error}") from error
    if not isinstance(meta, dict):
        raise RunDirectoryError(f"{path}: {META!r} is no table of values, but {meta!r:.50}.")
    return arrays, meta


def read_members(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an ``.npz`` file.

    Raises
    ------
    RunDirectoryError
        If the file is missing, damaged, or something else, holds Python objects, or would unpack to
        gigabytes; the message names the file and, where it is known, the damaged member.
    """
    arrays: dict[str, NDArray[Any]] = {}
    leaf = ""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            check_unpacked(path, sum(member.file_size for member in members))
            for member in members:
                leaf = member.filename.removesuffix(".npy")
                arrays[leaf] = _read_member(archive, member)
    except FileNotFoundError:
        raise RunDirectoryError(f"{path}: no such file.") from None
    except DataError as error:
        raise RunDirectoryError(str(error)) from error
    except Exception as error:  # What foreign bytes raise in zipfile, zlib and NumPy has no end.
        where = f"{leaf!r} is damaged" if leaf else "not a whole .npz file"
        raise RunDirectoryError(f"{path}: {where}: {error}") from error
    return arrays


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    """Read one array, once its header says that it is as large as the member."""
    with archive.open(member) as file:
        if np.lib.format.read_magic(file) == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        else:
            shape, _, dtype = np.lib.format.read_array_header_2_0(file)
        if dtype.hasobject or dtype.kind not in "biufcmMU":
            raise ValueError(f"it holds {dtype}; arrays of objects are not read")
        size, expected = member.file_size - file.tell(), math.prod(shape) * dtype.itemsize
        if min(shape, default=0) < 0 or size != expected:
            raise ValueError(f"{size} bytes are no array of {dtype} with shape {shape}")
    with archive.open(member) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def branch(arrays: Mapping[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    """The arrays below ``name/``, by the rest of their names."""
    prefix = f"{name}/"
    return {
        key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)
    }


def graft(name: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The same arrays, named ``name/...``."""
    return {f"{name}/{key}": value for key, value in arrays.items()}
