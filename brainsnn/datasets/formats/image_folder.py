"""A user's own images: a folder with a folder of image files for each class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from brainsnn.datasets.formats.photographs import read_grey
from brainsnn.errors import DataError, InputError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".pgm")
"""Files that are taken for images."""


def read_image_folder(
    folder: Path | str, size: tuple[int, int] | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """Grey images of a folder's folders, and the name of its folder for each.

    Parameters
    ----------
    folder : Path or str
        Holds a folder for each class; what is no image file is passed over.
    size : (int, int), optional
        Height and width to bring every image to; by default, all must be of one size already.

    Returns
    -------
    images : array of uint8, shape (n, height, width)
    labels : array of str, shape (n,)

    Raises
    ------
    InputError
        If the folder holds no folders of images, an image cannot be read, or, without `size`,
        sizes differ.
    """
    folder = Path(folder)
    files = image_files(folder)
    if not files:
        raise InputError(
            f"{folder}: images are looked for in a folder for each class, as in "
            f"{folder.name}/cats/1.png; there are none ({', '.join(SUFFIXES)})."
        )
    images = read_images(files, size)
    return images, np.array([path.parent.name for path in files])


def image_files(folder: Path) -> list[Path]:
    """Image files in the folders of a folder, in order of name.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder.")
    return sorted(p for p in folder.glob("*/*") if p.suffix.lower() in SUFFIXES)


def read_images(files: Sequence[Path], size: tuple[int, int] | None) -> NDArray[np.uint8]:
    """Grey images of files, shape (n, height, width).

    Raises
    ------
    InputError
        If one cannot be read, or, without `size`, sizes differ.
    """
    first = size
    images = []
    for path in files:
        own = size or _size(path)
        if first is not None and own != first:
            raise InputError(
                f"{path}: {own[0]} x {own[1]} pixels, and {files[0]} has {first[0]} x {first[1]}. "
                "Bring all to one size: datasets.read_image_folder(folder, size=(28, 28))."
            )
        first = own
        try:
            images.append(read_grey(path, own))
        except DataError as error:
            raise InputError(str(error)) from None
    return np.stack(images)


def _size(path: Path) -> tuple[int, int]:
    """Height and width of an image file."""
    try:
        with Image.open(path) as image:
            return image.height, image.width
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{path}: not a readable image ({error}).") from None
