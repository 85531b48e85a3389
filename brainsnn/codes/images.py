"""What every encoder of images asks of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError


def check_images(code: str, images: NDArray[np.integer], intensity_max: int) -> NDArray[np.integer]:
    """Images as an array, of integers from 0 to the largest intensity.

    Parameters
    ----------
    code : str
        Who asks, for messages.
    images : array of int, shape (n_trials, ...)
    intensity_max : int

    Raises
    ------
    DataError
        If the images are not integers, have no axis of neurons, or are out of range.
    """
    images = np.asarray(images)
    if not np.issubdtype(images.dtype, np.integer) or images.ndim < 2:
        raise DataError(
            f"{code}: images must be integers of shape (n_trials, ...), "
            f"got {images.dtype} of shape {images.shape}."
        )
    if images.size and not 0 <= images.min() <= images.max() <= intensity_max:
        raise DataError(
            f"{code}: intensities must be in 0..{intensity_max}, "
            f"got {images.min()}..{images.max()}."
        )
    return images
