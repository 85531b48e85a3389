"""Names of neurons, trials and stimuli, as they come from files and frames.

The same thing may be the number 1 in one place, the text "1" in another and 1.0 in a third; they
are one name. "1.1" and "1.10" are two. What is missing has no name and is refused, for a spike of
nobody would otherwise become a spike of somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.tables import TableError

_WHOLE = re.compile(r"[+-]?\d+")


def coded(column: Iterable[Any], what: str) -> tuple[NDArray[np.int64], pd.Index]:
    """Distinct names of a column, as text, and which of them each row has.

    Parameters
    ----------
    column : pandas.Series or iterable
    what : str
        What is named (``"neuron"``), for messages.

    Returns
    -------
    codes : array of int64, shape (n_rows,)
    names : pandas.Index of str

    Raises
    ------
    TableError
        If a name is missing, or is a number with a fraction (a neuron 1.10 that was read as a
        number can no longer be told from 1.1).
    """
    series = column if isinstance(column, pd.Series) else pd.Series(list(column), dtype=object)
    rows, found = pd.factorize(series)
    nameless = np.array([not _is_named(value) for value in found], bool)
    missing = int((rows < 0).sum() + nameless[rows[rows >= 0]].sum())
    if missing:
        raise TableError(
            f"{missing} of {len(series)} rows have no {what} (it is missing): leave these rows "
            f"out, or give the {what} a name."
        )
    texts = np.array([_text(value, what) for value in found], object)
    same, names = pd.factorize(texts)
    codes = same[rows] if len(found) else rows
    return codes.astype(np.int64), pd.Index(names, dtype=object)


def _is_named(value: Any) -> bool:
    """Whether a value of a column is there at all."""
    return bool(pd.notna(value)) and (not isinstance(value, str) or bool(value.strip()))


def _text(value: Any, what: str) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Integral) and not isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, Real) and not isinstance(value, bool | np.bool_):
        number = float(value)
        if number.is_integer():
            return str(int(number))
        if what != "stimulus":
            raise TableError(
                f"A {what} is the number {number!r}: as a number 1.10 is 1.1, so that names may "
                f"have been merged. Read the column of the {what} as text."
            )
        return repr(number)
    return str(value)


def in_order(names: Iterable[str]) -> list[str]:
    """Names sorted: by size if all are whole numbers, else as text."""
    names = list(names)
    if all(_WHOLE.fullmatch(name) for name in names):
        return sorted(names, key=lambda name: (int(name), name))
    return sorted(names)


def stimuli(column: Iterable[Any]) -> pd.Series:
    """Stimuli that can be told apart and sorted: all numbers, or all text.

    Numbers stay numbers, so that a tuning curve has its axis; where some are numbers and some are
    text, all become text.

    Raises
    ------
    TableError
        If one is missing.
    """
    codes, names = coded(column, "stimulus")
    values = np.asarray(column) if isinstance(column, pd.Series) else np.array(list(column), object)
    plain = pd.Series(values, dtype=object).infer_objects()
    kept = plain.to_numpy()
    if kept.dtype.kind in "iufb":
        return pd.Series(kept)
    return pd.Series(np.asarray(names, object)[codes], dtype=object)


def numbers_if_distinct(texts: Sequence[str] | pd.Series) -> pd.Series:
    """Text of a file as numbers, if all of it is numbers and no two texts are the same number."""
    codes, names = pd.factorize(pd.Series(texts))
    numbers = pd.to_numeric(pd.Series(np.asarray(names, object)), errors="coerce")
    if not len(names) or not np.isfinite(numbers.to_numpy(np.float64)).all():
        return pd.Series(np.asarray(names, object)[codes], dtype=object)
    if numbers.nunique() < len(names):
        return pd.Series(np.asarray(names, object)[codes], dtype=object)
    return pd.Series(numbers.to_numpy()[codes])


def matched(
    rows: pd.DataFrame, listed: pd.DataFrame, keys: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers that are the same for rows of both tables with the same names in `keys`.

    Returns
    -------
    rows, listed : array of int64
        A number for each row of either table.
    """
    mine, theirs = np.zeros(len(rows), np.int64), np.zeros(len(listed), np.int64)
    for key in keys:
        here, names = coded(rows[key], key)
        there, known = coded(listed[key], key)
        every = names.union(known, sort=False)
        mine = mine * len(every) + every.get_indexer(names)[here]
        theirs = theirs * len(every) + every.get_indexer(known)[there]
    return mine, theirs
