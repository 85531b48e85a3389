"""What encoders ask of images, and of values that are fractions already."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError, DataError, DataWarning

MANY = 100
"""Values from which it says something that all are almost black."""

DIM = 8
"""How many times darker than the largest intensity the brightest pixel is in images of another
scale."""


def check_lengths(code: str, n_steps: int, intensity_max: int) -> None:
    """Refuse a length of trials or a largest intensity that no column of steps or pixels holds.

    Raises
    ------
    ConfigError
    """
    most = {"n_steps": (n_steps, 2**31 - 1), "intensity_max": (intensity_max, 2**16 - 1)}
    for key, (value, largest) in most.items():
        if not 1 <= value <= largest:
            raise ConfigError(f"{code}: {key} must be in 1..{largest}, got {value}.")


def check_images(
    code: str, images: NDArray[np.integer], intensity_max: int, *, scaled: bool = True
) -> NDArray[np.integer]:
    """Images as an array, of integers from 0 to the largest intensity.

    Parameters
    ----------
    code : str
        Who asks, for messages.
    images : array of int, shape (n_trials, ...)
    intensity_max : int
    scaled : bool, default True
        Whether the code asks how bright a value is, not only which is brighter.

    Raises
    ------
    DataError
        If the images are not integers, have no axis of neurons, or are out of range.

    Warns
    -----
    DataWarning
        If all are almost black, as images of 0 and 1, or of 0 to 16, taken for 0 to 255.
    """
    images = np.asarray(images)
    if not np.issubdtype(images.dtype, np.integer) or images.ndim < 2:
        raise DataError(
            f"{code}: images must be integers of shape (n_trials, ...), "
            f"got {images.dtype} of shape {images.shape}."
        )
    darkest, brightest = (int(images.min()), int(images.max())) if images.size else (0, 0)
    if not 0 <= darkest <= brightest <= intensity_max:
        raise DataError(
            f"{code}: intensities must be in 0..{intensity_max}, got {darkest}..{brightest}."
        )
    if scaled and images.size >= MANY and 0 < brightest * DIM <= intensity_max:
        warnings.warn(
            f"{code}: the brightest of {images.size} intensities is {brightest}, and white is "
            f"{intensity_max}: ink would be almost black. If the images are of another scale, give "
            f"intensity_max={brightest}, or multiply them.",
            DataWarning,
            stacklevel=3,
        )
    return images


def check_rows_and_columns(code: str, images: NDArray[np.integer]) -> None:
    """Refuse images whose neurons have no place, which codes of neighbourhoods need.

    Parameters
    ----------
    code : str
        Who asks, for messages.
    images : array

    Raises
    ------
    DataError
        If the shape is not (n_trials, height, width).
    """
    if images.ndim != 3:
        raise DataError(
            f"{code}: images must have the shape (n_trials, height, width), got {images.shape}."
        )


def check_fractions(code: str, values: NDArray[Any]) -> NDArray[np.float64]:
    """Values as an array of float64, each from 0 to 1.

    Parameters
    ----------
    code : str
        Who asks, for messages.
    values : array of float, shape (n_trials, ...)

    Raises
    ------
    DataError
        If the values have no axis of neurons, or one is NaN or not in 0..1.
    """
    values = np.asarray(values).astype(np.float64, copy=False)
    if values.ndim < 2:
        raise DataError(f"{code}: values must have shape (n_trials, ...), got {values.shape}.")
    if not ((values >= 0) & (values <= 1)).all():
        raise DataError(
            f"{code}: values that are not integers must be in 0..1, got "
            f"{values.min()}..{values.max()}. Normalise each feature first."
        )
    return values


def fractions(code: str, images: NDArray[Any], intensity_max: int) -> NDArray[np.float64]:
    """Values as fractions of the largest, shape (n_trials, n_neurons).

    Parameters
    ----------
    code : str
        Who asks, for messages.
    images : array of int or float, shape (n_trials, ...)
        Integers in ``0..intensity_max``, which are divided by it, or fractions in 0..1.
    intensity_max : int

    Raises
    ------
    DataError
        As for `check_images` and `check_fractions`.
    """
    images = np.asarray(images)
    if np.issubdtype(images.dtype, np.floating):
        values = check_fractions(code, images)
    else:
        integers = check_images(code, images, intensity_max)
        values = integers.astype(np.float64) * (1.0 / intensity_max)
    return values.reshape(len(values), int(np.prod(values.shape[1:])))
