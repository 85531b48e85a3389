"""Products of counts, errors and weights, compiled: one way for a connection and for a block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import njit

Floats = NDArray[np.float64]


@njit()
def over_trials(counts: Floats, error: Floats, out: Floats) -> None:
    """Sum over trials of each count, (n, pre), times each error, (n, post)."""
    np.dot(counts.T, error, out)


@njit()
def total_over_trials(error: Floats, out: Floats) -> None:
    """Sum of the errors, (n, post), over trials, into the one row of `out`."""
    for j in range(error.shape[1]):
        out[0, j] = 0.0
    for n in range(error.shape[0]):
        for j in range(error.shape[1]):
            out[0, j] += error[n, j]


@njit()
def back(error: Floats, weights: Floats, out: Floats) -> None:
    """Errors, (n, post), through the weights, (pre, post)."""
    np.dot(error, weights.T, out)


@njit()
def patches(
    counts: Floats, height: int, width: int, channels: int, kernel: int, out: Floats
) -> None:
    """Fill in what each place of a kernel sees of each image: a row a trial and place."""
    down, across = height - kernel + 1, width - kernel + 1
    for n in range(counts.shape[0]):
        for y in range(down):
            for x in range(across):
                row = (n * down + y) * across + x
                for dy in range(kernel):
                    seen = ((y + dy) * width + x) * channels
                    for k in range(kernel * channels):
                        out[row, dy * kernel * channels + k] = counts[n, seen + k]


@njit()
def add_patches(
    seen: Floats, height: int, width: int, channels: int, kernel: int, out: Floats
) -> None:
    """Add to each pixel, (n, pixels), what the places that saw it give back."""
    down, across = height - kernel + 1, width - kernel + 1
    for n in range(out.shape[0]):
        for dy in range(kernel):
            for dx in range(kernel):
                for y in range(down):
                    for x in range(across):
                        row, pixel = (n * down + y) * across + x, (y + dy) * width + x + dx
                        for c in range(channels):
                            given = seen[row, (dy * kernel + dx) * channels + c]
                            out[n, pixel * channels + c] += given


@njit()
def unpooled(error: Floats, height: int, width: int, channels: int, size: int, out: Floats) -> None:
    """Share out each neuron's error among the square of pixels that it averages."""
    for n in range(out.shape[0]):
        for y in range(height):
            for x in range(width):
                place = (y // size) * (width // size) + x // size
                for c in range(channels):
                    given = error[n, place * channels + c] / size**2
                    out[n, (y * width + x) * channels + c] = given
