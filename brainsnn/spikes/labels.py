"""Names of classes as users give them: a column, one a trial."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import DataError


def as_labels(given: ArrayLike, n_trials: int) -> NDArray[Any]:
    """Names of classes as a column, one a trial: whole numbers, switches or text.

    Raises
    ------
    DataError
        If there is not one for each trial, one is missing or a fraction, or some are text and
        others are not.
    """
    column = np.asarray(given, None if hasattr(given, "dtype") else object)
    if column.shape != (n_trials,):
        raise DataError(f"{n_trials} trials need a label each; got an array of {column.shape}.")
    if column.dtype == object:
        text = [isinstance(label, str) for label in column]
        if any(text) and not all(text):
            raise DataError("Some labels are text and others are not, or are missing.")
        column = np.array(column.tolist())
    fractions = column.dtype.kind == "f" and not (column % 1 == 0).all()
    if column.dtype.kind not in "biufU" or fractions:
        raise DataError(f"Labels are whole numbers or text, and none is missing: {column[:5]}.")
    return column


def check_same_kind(labels: ArrayLike, known: NDArray[Any]) -> None:
    """Refuse labels that are text where those `known` are not, or the reverse: none would be equal.

    Raises
    ------
    DataError
    """
    given = np.asarray(labels)
    if (given.dtype.kind in "OSU") != (known.dtype.kind in "OSU"):
        raise DataError(
            f"Labels like {given.ravel().tolist()[:1]} are of another kind than the classes, "
            f"{known.tolist()[:5]}: text and numbers are never equal."
        )
