"""The address of an event: its pixel, and whether it became darker or brighter."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.indices import whole_numbers

CHANNELS = 2
"""Polarities: darker, brighter."""


def addresses(
    x: NDArray[Any],
    y: NDArray[Any],
    polarity: NDArray[Any],
    field: tuple[int, int],
    name: str = "events",
) -> NDArray[np.int32]:
    """Addresses of events: ``(y * width + x) * 2 + polarity``.

    Parameters
    ----------
    x, y : array of int, shape (n_events,)
        Pixel, from 0.
    polarity : array, shape (n_events,)
        Darker or brighter: 0 and 1, -1 and 1, or false and true.
    field : (int, int)
        Height and width of the camera.
    name : str
        What the events are of, for messages.

    Raises
    ------
    DataError
        If a pixel is outside the field, or a polarity is anything else.
    """
    height, width = field
    columns = [whole_numbers(f"{name}: {what}", c) for what, c in (("x", x), ("y", y))]
    signs = np.asarray(polarity)
    signs = whole_numbers(f"{name}: polarity", signs.astype(int) if signs.dtype == bool else signs)
    if not columns[0].size == columns[1].size == signs.size:
        raise DataError(f"{name}: events need an x, a y and a polarity each.")
    x, y = columns
    outside = np.flatnonzero((x < 0) | (x >= width) | (y < 0) | (y >= height))
    if outside.size:
        k = outside[0]
        raise DataError(
            f"{name}: event {k} is at x = {x[k]}, y = {y[k]}, outside the field of "
            f"{width} x {height} ({outside.size} such events)."
        )
    found = np.unique(signs).tolist()
    if not set(found) <= {0, 1} and not set(found) <= {-1, 1}:
        raise DataError(f"{name}: polarities must be 0 and 1, or -1 and 1, got {found[:5]}.")
    return ((y * width + x) * CHANNELS + (signs > 0)).astype(np.int32)
