"""Samples in a Zarr array or group, which are read by block and need not fit into memory."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.formats.stored_rows import BLOCK, StoredRows
from brainsnn.errors import InputError
from brainsnn.registry import suggest

ENDING = ".zarr"
_MARKS = ("zarr.json", ".zarray", ".zgroup")


def is_zarr(path: Path) -> bool:
    """Whether a path leads to a Zarr array or group, or should by its name."""
    return path.suffix == ENDING or any((path / mark).is_file() for mark in _MARKS)


@dataclass(frozen=True, eq=False)
class ZarrSamples:
    """A Zarr array of samples, or a group that holds one, and perhaps their labels.

    Parameters
    ----------
    path : Path
        Of the array's or the group's folder, in Zarr's format 2 or 3.
    arrays : mapping of str to zarr.Array
        By name; of an array that stands alone, by that of its folder.
    """

    path: Path
    arrays: Mapping[str, Any]

    @classmethod
    def opened(cls, path: Path) -> ZarrSamples:
        """Look at shapes and types; no value is read.

        Raises
        ------
        InputError
            If nothing is there, it is damaged, or zarr is not installed.
        """
        try:
            import zarr
        except ImportError as error:
            raise InputError(
                f"{path}: reading Zarr needs zarr, which is not installed: pip install "
                "'brainsnn[zarr]'."
            ) from error
        if not path.is_dir():
            raise InputError(f"{path}: there is no such folder.")
        try:
            found = zarr.open(path, mode="r")
            if isinstance(found, zarr.Group):
                return cls(path, dict(sorted(found.arrays())))
        except Exception as error:  # What foreign bytes raise in Zarr has no end.
            raise _damaged(path, error) from None
        return cls(path, {path.name: found})

    @property
    def samples(self) -> str:
        """Name of the only array of more than one axis.

        Raises
        ------
        InputError
            If there is none, or are several.
        """
        several = [name for name, array in self.arrays.items() if array.ndim > 1]
        if len(several) != 1:
            raise InputError(
                f"{self.path}: there are {len(several)} arrays of more than one axis; one, of "
                f"shape (n, n_features) or (n, height, width[, channels]), holds the samples. "
                f"{self._told()}"
            )
        return several[0]

    def split(self, label: str | None) -> tuple[tuple[str, ...], str]:
        """Name of the array of samples, and of that of labels: the only one of one axis by default.

        Raises
        ------
        InputError
            If either cannot be told.
        """
        flat = [name for name, array in self.arrays.items() if array.ndim == 1]
        if label is None and len(flat) != 1:
            raise InputError(
                f"{self.path}: there are {len(flat)} arrays of one axis; say which holds the "
                f"labels, or give the labels themselves. {self._told()}"
            )
        label = flat[0] if label is None else label
        if label not in self.arrays:
            raise InputError(
                f"{self.path}: there is no array {label!r}. {suggest(label, self.arrays)}"
            )
        return (self.samples,), label

    def labels(self, label: str) -> NDArray[Any]:
        """The array of labels, which alone is held in memory.

        Raises
        ------
        InputError
            If there is not one for each sample, one is missing, they are neither numbers nor text,
            or the file is damaged.
        """
        array, n = self.arrays[label], self.arrays[self.samples].shape[0]
        if array.shape != (n,):
            raise InputError(
                f"{self.path}: {label!r} has the shape {array.shape}; {n} samples in "
                f"{self.samples!r} need as many labels, one axis."
            )
        found = self._read(label, 0, n)
        if found.dtype.kind in "OT":
            found = found.astype(object)
            known = np.array([isinstance(one, str) for one in found], bool)
        elif found.dtype.kind in "biufU":
            known = np.isfinite(found) if found.dtype.kind == "f" else np.ones(n, bool)
        else:
            raise InputError(
                f"{self.path}: {label!r} holds {array.dtype}, no labels, which are numbers or text."
            )
        if not known.all():
            raise InputError(
                f"{self.path}: the label of sample {int(known.argmin())} is missing. Leave out the "
                "sample, or fill it in."
            )
        return found

    def rows(self, _: object = None) -> StoredRows:
        """The samples, to be taken one by one.

        Raises
        ------
        InputError
            If they are no finite numbers, have no values or too many axes, or the file is damaged.
        """
        name = self.samples
        array = self.arrays[name]
        axes, dtype = tuple(array.shape[1:]), np.dtype(array.dtype)
        if dtype.kind not in "biuf":
            raise InputError(f"{self.path}: {name!r} holds {dtype}, no numbers.")
        if len(axes) > 3 or not math.prod(axes):
            raise InputError(
                f"{self.path}: {name!r} has the shape {array.shape}; samples have shape "
                "(n, n_features) or (n, height, width[, channels])."
            )
        dtype = np.dtype(np.uint8) if dtype.kind == "b" else dtype
        return StoredRows(self._numbers(name), axes, dtype)

    def _numbers(self, name: str) -> Iterator[NDArray[Any]]:
        """Stretches of whole chunks, each of which is decoded once."""
        array = self.arrays[name]
        n, width, chunk = array.shape[0], math.prod(array.shape[1:]), max(array.chunks[0], 1)
        size = chunk * max(1, BLOCK // (8 * width * chunk))
        for begin in range(0, n, size):
            block = self._read(name, begin, min(begin + size, n)).reshape(-1, width)
            bad = np.argwhere(~np.isfinite(block))
            if bad.size:
                row, feature = (int(k) for k in bad[0])
                raise InputError(
                    f"{self.path}: value {block[row, feature]} of sample {begin + row}, feature "
                    f"{feature}, is no finite number. Leave out the sample, or fill it in."
                )
            yield block

    def _read(self, name: str, begin: int, end: int) -> NDArray[Any]:
        try:
            return np.asarray(self.arrays[name][begin:end])
        except Exception as error:  # As many as there are codecs.
            raise _damaged(self.path / name, error) from None

    def _told(self) -> str:
        told = (f"{name!r} of shape {array.shape}" for name, array in self.arrays.items())
        return f"There are: {', '.join(told) or 'none'}."


def _damaged(path: Path, error: Exception) -> InputError:
    reason = str(error).strip().split("\n")[0] or type(error).__name__
    return InputError(f"{path}: cannot be read as Zarr: {reason}.")
