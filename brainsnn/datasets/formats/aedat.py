"""Event files of the format AEDAT 3.1: packets of events of a camera.

Layout: lines of text that begin with ``#``, the first ``#!AER-DAT3.1``, the last ``#!END-HEADER``
(files without this last line are read too); then packets. A packet has 28 bytes ahead, little
endian: type and source (16 bits each), bytes an event, place of the time in an event, overflow of
the time, capacity, number of events, valid ones (32 bits each). An event of type 1 is 8 bytes: a
word (bit 0: valid, 1: polarity, 2-16: y, 17-31: x) and the time in microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.formats.event_addresses import addresses
from brainsnn.errors import DataError

VERSION = b"#!AER-DAT3.1"
"""What a file begins with."""

_END = b"#!END-HEADER"
_POLARITY = 1
_HEADER = np.dtype(
    [
        *(("type", "<i2"), ("source", "<i2"), ("size", "<i4"), ("time_offset", "<i4")),
        *(("overflow", "<i4"), ("capacity", "<i4"), ("number", "<i4"), ("valid", "<i4")),
    ]
)
_EVENT = np.dtype([("data", "<u4"), ("time", "<i4")])
_BITS_OF_TIME = 31


def read_aedat(path: Path, field: tuple[int, int]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Read and check the polarity events of a file; packets of other kinds are passed over.

    Parameters
    ----------
    path : Path
    field : (int, int)
        Height and width of the camera.

    Returns
    -------
    address : array of int32, shape (n_events,)
        See `brainsnn.datasets.formats.event_addresses.addresses`.
    time : array of int64, shape (n_events,)
        In microseconds on the camera's clock, never falling.

    Raises
    ------
    DataError
        If the file cannot be read, is of another format, ends within a packet, or an event lies
        outside the field or before the one ahead of it.
    """
    try:
        contents = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    words, times = [np.empty(0, np.uint32)], [np.empty(0, np.int64)]
    for header, events in _packets(path, contents, _begin(path, contents)):
        kept = events[(events["data"] & 1) == 1]
        words.append(kept["data"])
        times.append(kept["time"].astype(np.int64) + (int(header["overflow"]) << _BITS_OF_TIME))
    word, time = np.concatenate(words), np.concatenate(times)
    x, y, polarity = (word >> 17).astype(int), (word >> 2 & 0x7FFF).astype(int), word >> 1 & 1
    address = addresses(x, y, polarity.astype(int), field, str(path))
    back = np.flatnonzero(np.diff(time) < 0)
    if back.size or (time < 0).any():
        k = back[0] if back.size else int((time < 0).argmax()) - 1
        raise DataError(
            f"{path}: events are out of order or before 0 us: event {k + 1} is at {time[k + 1]} us."
        )
    return address, time


def _begin(path: Path, contents: bytes) -> int:
    """Position of the first packet."""
    if not contents.startswith(VERSION):
        raise DataError(
            f"{path}: begins with {contents[:20]!r}; a file of AEDAT 3.1 begins with "
            f"{VERSION.decode()}."
        )
    position = 0
    while contents[position : position + 1] == b"#":
        line = contents.find(b"\n", position)
        if line < 0:
            raise DataError(f"{path}: truncated; the lines ahead of the events do not end.")
        last = contents[position:line].startswith(_END)
        position = line + 1
        if last:
            break
    return position


def _packets(path: Path, contents: bytes, position: int) -> Iterator[tuple[np.void, NDArray]]:
    """Header and events of each packet of polarity events."""
    while position < len(contents):
        if len(contents) - position < _HEADER.itemsize:
            raise DataError(f"{path}: truncated in the header of a packet, at byte {position}.")
        header = np.frombuffer(contents, _HEADER, 1, position)[0]
        size, number = int(header["size"]), int(header["number"])
        position += _HEADER.itemsize
        left = len(contents) - position
        if size < 0 or number < 0 or size * number > left:
            raise DataError(
                f"{path}: a packet of {number} events of {size} bytes at byte {position}, "
                f"{left} bytes before the end; the file is truncated or damaged."
            )
        if header["type"] == _POLARITY:
            if size != _EVENT.itemsize:
                raise DataError(
                    f"{path}: polarity events of {size} bytes at byte {position}; they take "
                    f"{_EVENT.itemsize}."
                )
            yield header, np.frombuffer(contents, _EVENT, number, position)
        position += size * number
