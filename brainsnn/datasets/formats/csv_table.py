"""A user's own table of numbers: a CSV file with a row a sample, and maybe a column of labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from brainsnn.errors import InputError
from brainsnn.registry import suggest


def read_csv(path: Path) -> pd.DataFrame:
    """Table from a CSV file whose first line names the columns.

    Raises
    ------
    InputError
        If the file cannot be read as one, is empty, or names a column twice.
    """
    try:
        table = pd.read_csv(path)
        header = pd.read_csv(path, header=None, nrows=1).iloc[0].tolist()
    except (OSError, ValueError, pd.errors.ParserError) as error:
        reason = getattr(error, "strerror", None) or str(error).strip()
        raise InputError(f"{path}: cannot be read as a CSV table: {reason}.") from None
    if not len(table):
        raise InputError(f"{path}: the table has no row below the line of names.")
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise InputError(f"{path}: the column {str(twice[0])!r} is there more than once.")
    if all(_is_number(name) for name in header):
        raise InputError(
            f"{path}: the first line holds numbers ({', '.join(map(str, header[:3]))}, ...); it "
            "has to name the columns."
        )
    return table


def _is_number(name: object) -> bool:
    try:
        float(str(name))
    except ValueError:
        return False
    return True


def labels_of(table: pd.DataFrame, label: str | None, path: Path | str) -> tuple[pd.DataFrame, str]:
    """Features of a table, and the name of its column of labels.

    Parameters
    ----------
    table : DataFrame
    label : str or None
        The column of labels; by default, the last.
    path : Path or str
        Where the table is from, for messages.

    Raises
    ------
    InputError
        If there is no such column, no other, or a label is missing.
    """
    names = [str(name) for name in table.columns]
    label = names[-1] if label is None else label
    if label not in names:
        raise InputError(f"{path}: there is no column {label!r}. {suggest(label, names)}")
    if len(names) < 2:
        raise InputError(f"{path}: {label!r} is the only column; there is nothing to learn from.")
    missing = np.flatnonzero(table[label].isna())
    if missing.size:
        raise InputError(f"{path}, line {missing[0] + 2}: the label ({label}) is missing.")
    return table.drop(columns=label), label


def numbers_of(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The table, once every column of it is known to hold finite numbers.

    Raises
    ------
    InputError
        If one does not; the message names line and column.
    """
    for name in table.columns:
        column = pd.to_numeric(table[name], errors="coerce")
        bad = np.flatnonzero(~np.isfinite(column.to_numpy(np.float64)))
        if bad.size:
            raise InputError(
                f"{path}, line {bad[0] + 2}: {name} = {table[name].iloc[bad[0]]!s:.40} is no "
                "finite number. Leave out the row or the column, or fill it in."
            )
    return table
