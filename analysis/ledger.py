"""The measured rows: one CSV file a protocol, one line a run, never changed, only added to."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from brainsnn.analysis.files import replace_file
from brainsnn.analysis.tables import TableError, require

TEXTS = ("protocol", "variant", "command", "commit", "date", "machine")
"""Columns of text."""

NUMBERS = (
    "seed",
    "seconds",
    "accuracy",
    "accuracy_ties_wrong",
    "accuracy_ties_right",
    "silent_fraction",
    "decision_step",
    "spikes_to_decision",
    "epochs",
    "label_step",
)
"""Columns of numbers; seconds is the whole run's wall time, accuracies are fractions of the test
set, `label_step` is the mean step of the first spike of the label's output."""

WHOLE = ("seed", "epochs")
"""Those of them that are whole and in every row."""

LATER = ("label_step",)
"""Columns that earlier rows lack, and others may; they have no value there."""

COLUMNS = (
    "protocol",
    "variant",
    "seed",
    "command",
    "commit",
    "date",
    "machine",
    "seconds",
    "accuracy",
    "accuracy_ties_wrong",
    "accuracy_ties_right",
    "silent_fraction",
    "decision_step",
    "spikes_to_decision",
    "epochs",
    "label_step",
)
"""Columns of a ledger, in order."""


def read_rows(path: Path | str) -> pd.DataFrame:
    """Measured rows of one file.

    Raises
    ------
    TableError
        If a column is missing, or a number is not one, naming the file.
    """
    kinds = {**dict.fromkeys(TEXTS, str), **dict.fromkeys(NUMBERS, float)}
    try:
        frame = pd.read_csv(path, dtype=kinds, keep_default_na=False, na_values=[""])
    except ValueError as error:
        raise TableError(f"{path} cannot be read as measured rows: {error}") from error
    frame = frame.assign(**{name: float("nan") for name in LATER if name not in frame.columns})
    require(frame, COLUMNS, str(path))
    frame[list(TEXTS)] = frame[list(TEXTS)].fillna("")
    for name in WHOLE:
        if not (frame[name] % 1 == 0).all():
            raise TableError(f"{path}: the column {name} must hold a whole number in every row.")
    return frame.astype(dict.fromkeys(WHOLE, int))[list(COLUMNS)]


def read_ledger(folder: Path | str) -> pd.DataFrame:
    """Measured rows of every ``*.csv`` in a folder, sorted by protocol, variant and seed."""
    parts = [read_rows(path) for path in sorted(Path(folder).glob("*.csv"))]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = pd.concat(parts, ignore_index=True)
    order = ["protocol", "variant", "seed", "date"]
    return rows.sort_values(order, kind="stable", ignore_index=True)


def append_row(path: Path | str, row: Mapping[str, object]) -> None:
    """Add a measured row to a file; many processes may do so at once.

    Parameters
    ----------
    path : path
        The CSV file; made, with its folder, if it is not there.
    row : mapping of str to object
        A value for every one of `COLUMNS`, but for those in `LATER`, and nothing else.

    Raises
    ------
    TableError
        If columns are missing or unknown, or seed or epochs are not whole; the file is then as it
        was.

    Notes
    -----
    The new file is written beside the old one and takes its place in one step, under a lock on
    the folder, so no row is lost and no reader sees half a row.
    """
    missing = [name for name in COLUMNS if name not in row and name not in LATER]
    unknown = [name for name in row if name not in COLUMNS]
    if missing or unknown:
        raise TableError(
            f"A measured row has the columns {', '.join(COLUMNS)}; "
            f"missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}."
        )
    fractions = [name for name in WHOLE if not float(str(row[name])).is_integer()]
    if fractions:
        raise TableError(
            f"A measured row's {fractions[0]} is a whole number, not {row[fractions[0]]!r}."
        )
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    line = pd.DataFrame([dict(row)], columns=list(COLUMNS))
    with _locked(target.parent):
        old = _with_columns(target) if target.exists() else ""
        replace_file(target, old + line.to_csv(index=False, header=not old, lineterminator="\n"))


def _with_columns(path: Path) -> str:
    """The text of a file, its rows with an empty value for each column that they lack."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lacking = [name for name in LATER if lines and name not in lines[0].strip().split(",")]
    if not lacking:
        return "".join(lines)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return table.assign(**dict.fromkeys(lacking, "")).to_csv(index=False, lineterminator="\n")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; it goes with the process and leaves no file behind."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
