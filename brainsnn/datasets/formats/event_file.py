"""Event files of N-MNIST: a row of 5 bytes an event.

x, y, then 24 bits, first byte first, of which the highest is the polarity (1: brighter) and the
rest the time in microseconds (Orchard et al. 2015).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.formats.event_addresses import addresses
from brainsnn.errors import DataError

_BYTES = 5


def read_event_file(
    path: Path, height: int, width: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Read and check one event file.

    Returns
    -------
    address, time : array of int32, shape (n_events,)
        See `brainsnn.datasets.EventSet`.

    Raises
    ------
    DataError
        If the file cannot be read, is empty or truncated, or an event lies outside the field or
        before the one ahead of it.
    """
    try:
        contents = np.fromfile(path, np.uint8)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    if contents.size == 0:
        raise DataError(f"{path}: the file is empty; a recording has at least one event.")
    if contents.size % _BYTES:
        raise DataError(
            f"{path}: {contents.size} bytes; events take {_BYTES} each, so the file is truncated."
        )
    x, y, high, middle, low = contents.reshape(-1, _BYTES).T.astype(np.int32)
    time = ((high & 127) << 16) | (middle << 8) | low
    address = addresses(x, y, high >> 7, (height, width), str(path))
    back = np.flatnonzero(np.diff(time) < 0)
    if back.size:
        k = back[0]
        raise DataError(
            f"{path}: events are out of order: event {k + 1} is at {time[k + 1]} us, the one "
            f"before it at {time[k]} us."
        )
    return address, time
