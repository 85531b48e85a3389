"""Checks and small helpers that every table of this package uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

_FIRST_STEP = re.compile(r"first_step_(\d+)")
_SPIKES = "spikes_to_decision_"


class TableError(ValueError):
    """A table lacks rows or columns that are needed, or holds values that cannot be."""


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
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise TableError(
            f"The {table} table lacks the column(s) {', '.join(missing)}; "
            f"it has {', '.join(map(str, frame.columns)) or 'none'}."
        )
    if frame.empty:
        raise TableError(f"The {table} table has no rows.")


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
