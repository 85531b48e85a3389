"""Checks and small helpers that every table of this package uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_FIRST_STEP = re.compile(r"first_step_(\d+)")
_SPIKES = "spikes_to_decision_"


class TableError(ValueError):
    """A table lacks rows or columns that are needed, or holds values that cannot be."""


class TableWarning(UserWarning):
    """A table can be what it says, but is more likely something else."""


def require_columns(frame: pd.DataFrame, columns: Iterable[str], table: str) -> None:
    """Raise unless `frame` has the given columns; it may have no rows.

    Parameters
    ----------
    frame, columns, table
        As for `require`.

    Raises
    ------
    TableError
        Naming the missing columns and those that are there.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise TableError(
            f"The {table} table lacks the column(s) {', '.join(missing)}; "
            f"it has {', '.join(map(str, frame.columns)) or 'none'}."
        )


def require(frame: pd.DataFrame, columns: Iterable[str], table: str) -> None:
    """Raise unless `frame` has rows and the given columns.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table to look at.
    columns : iterable of str
        Columns that must be there.
    table : str
        What the table is called, for the message (``"trials"``).

    Raises
    ------
    TableError
        Naming the missing columns and those that are there.
    """
    require_columns(frame, columns, table)
    if frame.empty:
        raise TableError(f"The {table} table has no rows.")


def named(frame: pd.DataFrame, columns: Sequence[str], table: str) -> None:
    """Raise where a column that tells rows apart is missing: such rows belong to no group.

    Parameters
    ----------
    frame, columns, table
        As for `require`; the columns are there.

    Raises
    ------
    TableError
        Naming the columns.
    """
    holes = {name: int(frame[name].isna().sum()) for name in columns}
    told = ", ".join(f"{name} in {n}" for name, n in holes.items() if n)
    if told:
        raise TableError(f"The {table} table: missing of {len(frame)} rows: {told}.")


def whole_numbers(frame: pd.DataFrame, column: str, least: int, table: str) -> NDArray[np.int64]:
    """A column of classes, steps or the like: whole numbers, none missing.

    Parameters
    ----------
    frame : pandas.DataFrame
    column : str
    least : int
        Smallest value that can be: 0 for labels, -1 for decisions (no class).
    table : str
        What the table is called, for the message.

    Raises
    ------
    TableError
        If values are missing, not numbers, not whole, or below `least`.
    """
    values = frame[column]
    missing = int(values.isna().sum())
    if missing:
        none = "; -1 stands for no class" if least < 0 else ""
        raise TableError(
            f"The {table} table: {column} is missing in {missing} of {len(values)} rows{none}."
        )
    try:
        numbers = values.to_numpy(np.float64)
    except (TypeError, ValueError):
        numbers = np.full(len(values), np.nan)
    text = pd.api.types.infer_dtype(values) == "string"
    wrong = ~((numbers == np.floor(numbers)) & (np.abs(numbers) < 2.0**53)) | text
    wrong |= numbers < least
    if wrong.any():
        raise TableError(
            f"The {table} table: {column} must be whole numbers from {least}, got "
            f"{values.iloc[int(wrong.argmax())]!r} in row {int(wrong.argmax())} "
            f"({np.count_nonzero(wrong)} such rows)."
        )
    return numbers.astype(np.int64)


def flags(frame: pd.DataFrame, column: str, table: str) -> NDArray[np.bool_]:
    """A column that says yes or no: booleans, or 0 and 1, none missing.

    Parameters
    ----------
    frame, column, table
        As for `whole_numbers`.

    Raises
    ------
    TableError
        If values are missing or anything else.
    """
    values = frame[column]
    if pd.api.types.is_bool_dtype(values.dtype) and not values.isna().any():
        return values.to_numpy(np.bool_)
    missing = int(values.isna().sum())
    if missing:
        raise TableError(
            f"The {table} table: {column} is missing in {missing} of {len(values)} rows; where it "
            "is not known, leave those rows out."
        )
    try:
        numbers = values.to_numpy(np.float64)
    except (TypeError, ValueError):
        numbers = np.full(len(values), np.nan)
    text = pd.api.types.infer_dtype(values) == "string"
    wrong = ~np.isin(numbers, (0.0, 1.0)) | text
    if wrong.any():
        raise TableError(
            f"The {table} table: {column} must be true or false, got "
            f"{values.iloc[int(wrong.argmax())]!r} in row {int(wrong.argmax())}."
        )
    return numbers == 1


def measures(frame: pd.DataFrame, columns: Sequence[str], table: str) -> pd.DataFrame:
    """The rows of a table in which all of some measures are numbers, for comparing them.

    Parameters
    ----------
    frame : pandas.DataFrame
        A failed run has NaN where its measure should be; such rows are left out.
    columns : sequence of str
    table : str
        What the table is called, for the message.

    Raises
    ------
    TableError
        If a column is missing, or no row is left.
    """
    require(frame, columns, table)
    known = frame[frame[list(columns)].notna().all(axis=1)]
    if known.empty:
        raise TableError(f"The {table} table has no row with both {' and '.join(columns)}.")
    return known


def first_step_columns(trials: pd.DataFrame) -> list[str]:
    """Columns ``first_step_0`` .. of a trials table, in the order of the output neurons.

    Raises
    ------
    TableError
        If there are none.
    """
    matches = [_FIRST_STEP.fullmatch(str(name)) for name in trials.columns]
    found = sorted((int(match[1]), match[0]) for match in matches if match)
    if not found:
        raise TableError("The trials table lacks the columns first_step_0, first_step_1, ...")
    return [name for _, name in found]


def populations_of(trials: pd.DataFrame) -> list[str]:
    """Populations whose spikes up to the decision a trials table counts, in its column order."""
    names = map(str, trials.columns)
    return [name.removeprefix(_SPIKES) for name in names if name.startswith(_SPIKES)]


def class_names(n_classes: int, classes: Sequence[str] | None) -> list[str]:
    """Name of every class; its number where no names are given.

    Parameters
    ----------
    n_classes : int
        Number of classes.
    classes : sequence of str or None
        Names in the order of the labels.

    Raises
    ------
    TableError
        If there are fewer names than classes.
    """
    if classes is None:
        return [str(index) for index in range(n_classes)]
    if len(classes) < n_classes:
        raise TableError(f"{len(classes)} class names were given for {n_classes} classes.")
    return [str(name) for name in classes]
