"""Photographs from a folder: listed, decoded, made grey, brought to one size, and kept decoded."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from brainsnn.datasets.locate import cache_folder
from brainsnn.errors import DataError, RunDirectoryError
from brainsnn.records.arrays import read_members
from brainsnn.records.unpacking import check_unpacked

_SUFFIXES = {".jpg", ".jpeg"}
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def list_jpegs(folder: Path) -> list[Path]:
    """JPEG files of a folder, in order of name.

    Parameters
    ----------
    folder : Path
        Its files with another suffix are passed over.

    Returns
    -------
    list of Path
        Not empty.

    Raises
    ------
    DataError
        If the folder does not exist or holds no JPEG.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder.")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if not paths:
        raise DataError(f"{folder}: the folder holds no JPEG images (.jpg, .jpeg).")
    return paths


def read_grey(path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """One image, grey (ITU-R 601-2 luma) and resized (bilinear, smoothed when it shrinks).

    Parameters
    ----------
    path : Path
        The image file.
    size : (int, int)
        Height and width to bring it to, in pixels.

    Returns
    -------
    array of uint8, shape (height, width)

    Raises
    ------
    DataError
        If the file cannot be read as an image, or would unpack to gigabytes.
    """
    height, width = size
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(path)
        with opened as image:
            check_unpacked(path, image.width * image.height * len(image.getbands()))
            grey = image.convert("L").resize((width, height), Image.Resampling.BILINEAR)
    except _UNREADABLE as error:
        raise DataError(f"{path}: not a readable image ({error}).") from None
    return np.asarray(grey)


def read_grey_cached(paths: Sequence[Path], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Images as `read_grey` gives them, decoded once and then read from the user's cache.

    The cached file is named by a hash of the files' paths, lengths and times of change, and of
    the size; it is written whole or not at all. Where it cannot be written, nothing is cached.

    Parameters
    ----------
    paths : sequence of Path
        The image files.
    size : (int, int)
        Height and width in pixels.

    Returns
    -------
    array of uint8, shape (n, height, width)

    Raises
    ------
    DataError
        If a file cannot be read as an image.
    """
    target = cache_folder() / "decoded" / f"{_key(paths, size)}.npz"
    shape = (len(paths), *size)
    images = _load(target, shape)
    if images is None:
        images = np.empty(shape, np.uint8)
        for k, path in enumerate(paths):
            images[k] = read_grey(path, size)
        _save(target, images)
    return images


def _key(paths: Sequence[Path], size: tuple[int, int]) -> str:
    digest = hashlib.sha256(repr(size).encode())
    for path in paths:
        try:
            status = path.stat()
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror}).") from None
        digest.update(f"\n{path.resolve()}:{status.st_size}:{status.st_mtime_ns}".encode())
    return digest.hexdigest()[:32]


def _load(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """The cached images, or None if there are none or the file is damaged."""
    try:
        images = read_members(path)["images"]
    except (RunDirectoryError, KeyError):
        return None
    return images if images.shape == shape and images.dtype == np.uint8 else None


def _save(path: Path, images: NDArray[np.uint8]) -> None:
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
            temporary = Path(stream.name)
            np.savez(stream, images=images)
        temporary.replace(path)
    except OSError:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
