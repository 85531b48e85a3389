"""The IDX file format: an array of bytes with a header, gzipped.

Layout: two zero bytes, a byte for the type (8: unsigned byte), a byte for the number of axes, each
axis' length as a big-endian 32-bit integer, then the items in C order. Images have three axes
(magic number 2051), labels one (2049).
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.records.unpacking import ALWAYS

_CHUNK = 1 << 20
_UNSIGNED_BYTE = 8
HEADER = 4 + 4 * 255
"""Bytes that the header may have."""


def read_gzip(path: Path, most: int = ALWAYS) -> bytearray:
    """Uncompressed contents of a gzipped file.

    Parameters
    ----------
    path : Path
        The file.
    most : int, default 256 MiB
        Bytes that it may unpack to; what is beyond is not unpacked.

    Returns
    -------
    bytearray

    Raises
    ------
    DataError
        If the file is missing, unreadable, not gzip, truncated, damaged, or larger.
    """
    contents = bytearray()
    try:
        with gzip.open(path) as stream:
            while chunk := stream.read(_CHUNK):
                contents += chunk
                if len(contents) > most:
                    raise DataError(f"{path}: wrong size; unpacks to more than {most:,} bytes.")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file.{_neighbours(path)}") from None
    except EOFError:
        raise DataError(f"{path}: truncated; the gzip stream ends early.") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path}: not a sound gzip file ({error}).") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}).") from None
    return contents


def parse_idx(contents: bytearray, path: Path) -> NDArray[np.uint8]:
    """Array that the contents of an IDX file describe; shares their memory, read-only.

    Parameters
    ----------
    contents : bytearray
        The uncompressed file.
    path : Path
        Where it came from, for messages.

    Returns
    -------
    array of uint8

    Raises
    ------
    DataError
        If the magic number is wrong, or the size is not what the header says.
    """
    magic = int.from_bytes(contents[:4], "big")
    n_axes = magic & 0xFF
    if len(contents) < 4 or magic >> 8 != _UNSIGNED_BYTE or n_axes == 0:
        raise DataError(
            f"{path}: wrong magic number {magic} (0x{magic:08x}); an IDX file of bytes begins "
            f"with 2051 (images) or 2049 (labels)."
        )
    header = 4 + 4 * n_axes
    shape = tuple(int.from_bytes(contents[i : i + 4], "big") for i in range(4, header, 4))
    promised = header + int(np.prod(shape, dtype=object))
    if len(contents) != promised:
        raise DataError(
            f"{path}: wrong size; the header promises {shape} items, {promised} bytes in all, "
            f"and the file holds {len(contents)}."
        )
    array = np.frombuffer(contents, np.uint8, offset=header).reshape(shape)
    array.flags.writeable = False
    return array


def _neighbours(path: Path) -> str:
    """Sentence that lists what the folder of a missing file holds."""
    if not path.parent.is_dir():
        return f" The folder {path.parent} does not exist."
    names = sorted(entry.name for entry in path.parent.iterdir())
    return f" Its folder holds: {', '.join(names) if names else 'nothing'}."
