"""Rows of numbers that need not fit into memory: in a file, from which any of them are taken."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import InputError
from brainsnn.indices import indices

BLOCK = 2**21
"""Bytes of the rows that are taken at once where all are gone through."""


class StoredRows:
    """Rows of numbers in a temporary file, of which only those that are asked for are in memory.

    Training presents trials in random order, which files that are compressed by block cannot give.
    So they are read once, in their order, and laid down row by row, as wide as their numbers are,
    in the folder for temporary files (``TMPDIR``); the file goes when the rows do.

    Parameters
    ----------
    blocks : iterable of array, shape (n, n_features)
        In order. They are of one type; numbers are kept as they are.
    axes : tuple of int
        Shape of a sample, whose product is ``n_features``.
    dtype : numpy.dtype
        Type of the numbers.
    columns : sequence of str, optional
        Names of the features.

    Attributes
    ----------
    low, high : array of float64, shape (n_features,)
        Least and largest value of each feature.

    Raises
    ------
    InputError
        If there is no row, or no room for them.
    """

    def __init__(
        self,
        blocks: Iterable[NDArray[Any]],
        axes: tuple[int, ...],
        dtype: np.dtype[Any],
        columns: tuple[str, ...] | None = None,
    ) -> None:
        self.axes, self.columns, self._dtype = axes, columns, np.dtype(dtype)
        self._width = int(np.prod(axes))
        self.low, self.high = np.full(self._width, np.inf), np.full(self._width, -np.inf)
        self._n = 0
        self._file, path = tempfile.mkstemp(prefix="brainsnn-rows-")
        os.unlink(path)  # noqa: PTH108 - the rows end with this process, however it ends
        weakref.finalize(self, os.close, self._file)
        for block in blocks:
            self._append(np.ascontiguousarray(block, self._dtype))
        if not self._n:
            raise InputError("There is no row: nothing to learn from or to decide about.")

    def __len__(self) -> int:
        return self._n

    def take(self, rows: NDArray[np.integer]) -> NDArray[np.float64]:
        """The given rows, in the given order, shape (n, n_features).

        Raises
        ------
        DataError
            If there is no such row.
        """
        rows = indices("Rows", rows, self._n)
        found = np.empty((rows.size, self._width), self._dtype)
        # Rows that follow each other are read at once.
        begins = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        for begin, end in zip(begins, [*begins[1:], rows.size], strict=True):
            self._read(found[begin:end], int(rows[begin]))
        return found.astype(np.float64)

    def blocks(self) -> Iterator[NDArray[np.float64]]:
        """All rows in order, a few at a time."""
        size = max(1, BLOCK // (8 * max(self._width, 1)))
        for begin in range(0, self._n, size):
            yield self.take(np.arange(begin, min(begin + size, self._n)))

    def _append(self, block: NDArray[Any]) -> None:
        if not len(block):
            return
        self.low = np.minimum(self.low, block.min(axis=0))
        self.high = np.maximum(self.high, block.max(axis=0))
        left = block.data.cast("B") if block.nbytes else memoryview(b"")
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            raise InputError(
                f"{tempfile.gettempdir()}: there is no room for rows in the order of training "
                f"({error.strerror}). TMPDIR names another folder."
            ) from None
        self._n += len(block)

    def _read(self, found: NDArray[Any], first: int) -> None:
        room = found.data.cast("B") if found.nbytes else memoryview(b"")
        position = first * self._width * self._dtype.itemsize
        while room:
            n = os.preadv(self._file, [room], position)
            room, position = room[n:], position + n
