"""Tables in Parquet files: written into an open file, read with care."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow.parquet as pq

from brainsnn.errors import DataError, RunDirectoryError
from brainsnn.records.unpacking import check_unpacked

DECISIONS: Mapping[str, str] = {
    "label": "iu",
    "decision": "iu",
    "decision_step": "iuf",
    "tie": "b",
    "silent": "b",
    "candidate": "b",
    "spikes_to_decision": "iuf",
    "synaptic_operations": "iuf",
}
"""Columns of a trials table that are summed up, and the kinds of numbers they may hold."""


def table_writer(table: pd.DataFrame) -> Callable[[BinaryIO], Any]:
    """What writes a table into an open file."""
    return lambda file: table.to_parquet(file, index=False)


def table_writers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Callable[[BinaryIO], Any]]:
    """What writes several tables, by the names of their files."""
    return {f"{name}.parquet": table_writer(table) for name, table in tables.items()}


def csv_writer(table: pd.DataFrame, **how: Any) -> Callable[[BinaryIO], Any]:
    """What writes a table as text into an open file; `how` as for `pandas.DataFrame.to_csv`."""
    return lambda file: table.to_csv(file, index=False, **how)


def read_table(path: Path) -> pd.DataFrame:
    """Read a table.

    Raises
    ------
    RunDirectoryError
        If it is not there, damaged, no table, or would unpack to gigabytes.
    """
    if not path.is_file():
        raise RunDirectoryError(f"{path}: no such table; the run has not come so far.")
    try:
        about = pq.read_metadata(path)
        values = 8 * about.num_rows * about.num_columns
        check_unpacked(path, values)
        return pd.read_parquet(path)
    except DataError as error:
        raise RunDirectoryError(str(error)) from error
    except Exception as error:  # What foreign bytes raise in pyarrow and pandas has no end.
        raise RunDirectoryError(f"{path}: damaged or not a table: {error}") from error


def require(table: pd.DataFrame, path: Path, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a table that has rows, and columns of certain kinds.

    Parameters
    ----------
    table : pandas.DataFrame
    path : Path
        Where it is from, for the message.
    columns : mapping of str to str
        Columns that it must have, and NumPy's letters of the kinds that each may be of.

    Raises
    ------
    RunDirectoryError
    """
    missing = [name for name in columns if name not in table.columns]
    if missing or table.empty:
        lack = f"the column(s) {', '.join(missing)}" if missing else "rows"
        have = ", ".join(map(str, table.columns)) or "no column"
        raise RunDirectoryError(f"{path}: lacks {lack}; it has {have}.")
    for name, kinds in columns.items():
        kind = getattr(table[name], "dtypes", None)
        if getattr(kind, "kind", None) not in set(kinds):
            raise RunDirectoryError(f"{path}: the column {name!r} holds {kind}, not numbers.")
    return table
