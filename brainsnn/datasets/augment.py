"""Images moved a little: more to learn from, nothing new to tell apart."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError


@numba.njit(cache=True)
def _move(images: NDArray[np.uint8], moves: NDArray[np.int64], out: NDArray[np.uint8]) -> None:
    n, height, width = images.shape
    for k in range(n):
        down, right = moves[k]
        for y in range(max(0, down), min(height, height + down)):
            for x in range(max(0, right), min(width, width + right)):
                out[k, y, x] = images[k, y - down, x - right]


def shift_images(
    images: NDArray[np.uint8], amplitude: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Shift every image by a random number of pixels, black moving in from the edge.

    Parameters
    ----------
    images : array of uint8, shape (n, height, width)
        The images; left as they are.
    amplitude : int
        Largest shift, in either direction of either axis. 0 draws nothing.
    rng : numpy.random.Generator
        Draws one shift down and one to the right for each image, uniformly.

    Returns
    -------
    array of uint8, shape (n, height, width)

    Raises
    ------
    ConfigError
        If the amplitude is negative.
    """
    if amplitude < 0:
        raise ConfigError(f"Shift: the amplitude must not be negative, got {amplitude}.")
    if amplitude == 0:
        return images
    moves = rng.integers(-amplitude, amplitude, (len(images), 2), endpoint=True)
    out = np.zeros_like(images)
    _move(images, moves, out)
    return out
