"""A table of numbers in Parquet files, which is read by block and need not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from brainsnn.datasets.formats.stored_rows import BLOCK, StoredRows
from brainsnn.errors import InputError
from brainsnn.registry import suggest

ENDINGS = (".parquet", ".pq")


def is_parquet(path: Path) -> bool:
    """Whether a path leads to a Parquet file, or to a folder that holds some."""
    return path.suffix in ENDINGS or (path.is_dir() and bool(_files(path)))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix in ENDINGS)


@dataclass(frozen=True)
class ParquetTable:
    """Columns of one Parquet file, or of all in a folder, in the order of their names.

    Parameters
    ----------
    path : Path
        Of the file or the folder.
    names : tuple of str
        Columns, in order.
    """

    path: Path
    names: tuple[str, ...]

    @classmethod
    def opened(cls, path: Path) -> ParquetTable:
        """Look at the columns; no row is read.

        Raises
        ------
        InputError
            If a file is missing or damaged, names a column twice, or lacks one of the first's.
        """
        first, *others = _files(path) or [path]
        names = _schema(first).names
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise InputError(f"{first}: the column {twice[0]!r} is there more than once.")
        for file in others:
            missing = set(names) - set(_schema(file).names)
            if missing:
                raise InputError(
                    f"{file}: the column {min(missing)!r} of {first.name} is missing. All files "
                    "of a folder have the same columns."
                )
        return cls(path, tuple(names))

    def split(self, label: str | None) -> tuple[tuple[str, ...], str]:
        """Columns of features, and that of labels: the last by default.

        Raises
        ------
        InputError
            If there is no such column, or no other.
        """
        if not self.names:
            raise InputError(f"{self.path}: the table has no column.")
        label = self.names[-1] if label is None else label
        if label not in self.names:
            raise InputError(
                f"{self.path}: there is no column {label!r}. {suggest(label, self.names)}"
            )
        if len(self.names) < 2:
            raise InputError(
                f"{self.path}: {label!r} is the only column; there is nothing to learn from."
            )
        return tuple(name for name in self.names if name != label), label

    def labels(self, label: str) -> NDArray[Any]:
        """The column of labels, which alone is held in memory.

        Raises
        ------
        InputError
            If a label is missing, the column holds no labels, or a file is damaged.
        """
        for file in _files(self.path):
            _check_labels(_schema(file).field(label), file)
        parts = []
        for batch, file, begin in self._batches([label], 2**16):
            column = batch.column(0)
            _check_complete(column, file, begin, label)
            parts.append(column.to_pandas())
        if not parts:
            raise InputError(f"{self.path}: the table has no row.")
        found: NDArray[Any] = pd.concat(parts).to_numpy()
        return found

    def rows(self, features: Sequence[str] | None = None) -> StoredRows:
        """The columns of features, all by default, to be taken row by row.

        Raises
        ------
        InputError
            If one is missing or holds no finite numbers, there is no row, or a file is damaged.
        """
        features = self.names if features is None else features
        missing = [name for name in features if name not in self.names]
        if missing:
            raise InputError(
                f"{self.path}: the column {missing[0]!r}, which was learned from, is missing. "
                f"There are: {', '.join(self.names)}."
            )
        dtype = np.result_type(
            *(_dtype(_schema(file).field(n), file) for file in _files(self.path) for n in features)
        )
        return StoredRows(self._numbers(features, dtype), (len(features),), dtype, tuple(features))

    def _numbers(self, features: Sequence[str], dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
        size = max(1, BLOCK // (8 * len(features)))
        for batch, file, begin in self._batches(features, size):
            block = np.empty((batch.num_rows, len(features)), dtype)
            for k, name in enumerate(features):
                column = batch.column(name)
                _check_complete(column, file, begin, name)
                block[:, k] = column.to_numpy(zero_copy_only=False)
            if dtype.kind == "f":
                _check_finite(block, file, begin, features)
            yield block

    def _batches(
        self, names: Sequence[str], size: int
    ) -> Iterator[tuple[pa.RecordBatch, Path, int]]:
        """Stretches of the given columns, with their file and the number of their first row."""
        for file in _files(self.path):
            begin = 0
            try:
                with pq.ParquetFile(file, pre_buffer=False) as source:
                    for batch in source.iter_batches(size, columns=list(names), use_threads=False):
                        yield batch, file, begin
                        begin += batch.num_rows
            except (pa.ArrowException, OSError) as error:
                raise _damaged(file, error) from None


def _schema(file: Path) -> pa.Schema:
    try:
        return pq.read_schema(file)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error) from None


def _damaged(file: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error).strip().split("\n")[0]
    return InputError(f"{file}: cannot be read as a Parquet table: {reason}.")


def _dtype(field: pa.Field, file: Path) -> np.dtype[Any]:
    """Type of a column's numbers.

    Raises
    ------
    InputError
        If it holds something else.
    """
    kind = field.type
    if pa.types.is_boolean(kind):
        return np.dtype(np.uint8)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return np.dtype(kind.to_pandas_dtype())
    raise InputError(
        f"{file}: the column {field.name!r} holds {kind}, no numbers. Leave it out, or turn it "
        "into numbers."
    )


def _check_labels(field: pa.Field, file: Path) -> None:
    kind = field.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise InputError(
            f"{file}: the column {field.name!r} holds {kind}, no labels, which are numbers or text."
        )


def _check_complete(column: pa.Array, file: Path, begin: int, name: str) -> None:
    if column.null_count:
        row = begin + int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise InputError(f"{file}, row {row}: {name} is missing. Leave out the row, or fill it in.")


def _check_finite(block: NDArray[Any], file: Path, begin: int, names: Sequence[str]) -> None:
    bad = np.argwhere(~np.isfinite(block))
    if bad.size:
        row, column = (int(k) for k in bad[0])
        raise InputError(
            f"{file}, row {begin + row}: {names[column]} = {block[row, column]} is no finite "
            "number. Leave out the row or the column, or fill it in."
        )
