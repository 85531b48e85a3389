"""Checks that a set of images fits what is about to be done with it."""

from __future__ import annotations

import numpy as np

from brainsnn.datasets.base import ImageSet
from brainsnn.errors import DataError


def check_trainable(images: ImageSet) -> None:
    """Refuse a set that a classifier cannot learn from.

    Parameters
    ----------
    images : ImageSet
        The training images.

    Raises
    ------
    DataError
        If the set is empty, or all its images are of one class.
    """
    if len(images) == 0:
        raise DataError(f"{images.name}: the set is empty; there is nothing to learn from.")
    present = np.flatnonzero(images.counts)
    if present.size < 2:
        raise DataError(
            f"{images.name}: all {len(images)} images are of class "
            f"{images.classes[present[0]]!r}; learning to tell classes apart needs at least two."
        )


def check_image_size(images: ImageSet, expected: int | tuple[int, int]) -> None:
    """Refuse images of another size than a model's input population.

    Parameters
    ----------
    images : ImageSet
        The images to show.
    expected : int or (int, int)
        Number of input neurons (one a pixel), or height and width in pixels.

    Raises
    ------
    DataError
        If the images are of another size.
    """
    height, width = images.size
    if isinstance(expected, tuple):
        fits, wanted = (height, width) == expected, f"{expected[0]} x {expected[1]} pixels"
    else:
        fits, wanted = height * width == expected, f"{expected} pixels, one an input neuron"
    if not fits:
        raise DataError(
            f"{images.name}: images are of {height} x {width} = {height * width} pixels, "
            f"the model expects {wanted}."
        )
