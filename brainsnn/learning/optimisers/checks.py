"""What optimisers check before compiled code changes weights in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.indices import all_below
from brainsnn.jit import njit
from brainsnn.learning.base import RowGradient, Weights

Rows = Mapping[str, NDArray[np.integer[Any]]]
Layout = Mapping[str, tuple[int, ...]]
"""Kinds of arrays that an optimiser keeps of a connection, and the shape of each."""


def check_fit(name: str, layout: Layout, kept: Mapping[str, NDArray[Any]]) -> None:
    """Check that what is kept of a connection has the shapes that its weights ask for.

    Parameters
    ----------
    name : str
        The connection.
    layout : mapping of str to tuple of int
        Shapes by kind, as `Optimiser.layout` gives them.
    kept : mapping of str to array

    Raises
    ------
    LearningError
        If an array has another shape.
    """
    for kind, array in kept.items():
        if array.shape != layout[kind]:
            raise LearningError(
                f"Optimiser state {name}.{kind} has shape {array.shape}; weights of this shape "
                f"need {layout[kind]}. It is the state of another network."
            )


def check_gradient(name: str, weights: NDArray[np.float64], gradient: RowGradient) -> None:
    """Check that a gradient is one of such weights.

    Raises
    ------
    LearningError
        If the weights are no table of float64 that can be written to, a row is not theirs or comes
        twice, or the values are not one row each, as wide as the weights.
    """
    _check_weights(name, weights)
    rows, values = gradient.rows, gradient.values
    _check_rows(name, weights, rows)
    if not isinstance(values, np.ndarray) or values.dtype != np.float64:
        raise LearningError(f"Gradient of {name!r}: values must be an array of float64.")
    if values.shape != (rows.size, weights.shape[1]):
        raise LearningError(
            f"Gradient of {name!r}: {rows.size} rows of weights of shape {weights.shape} have a "
            f"gradient of shape {(rows.size, weights.shape[1])}, got {values.shape}."
        )
    if not rises(rows) and np.unique(rows).size < rows.size:
        raise LearningError(f"Gradient of {name!r}: a row comes twice; sum its values.")


def check_rows(weights: Weights, rows: Rows) -> None:
    """Check that rows are there.

    Raises
    ------
    LearningError
        If there is no such connection or row.
    """
    for name, mine in rows.items():
        if name not in weights:
            raise LearningError(f"No weights of {name!r}; there are those of {list(weights)}.")
        _check_weights(name, weights[name])
        _check_rows(name, weights[name], mine)


def _check_weights(name: str, weights: NDArray[np.float64]) -> None:
    if weights.ndim != 2 or weights.dtype != np.float64 or not weights.flags.writeable:
        raise LearningError(
            f"Weights of {name!r} must be an array of float64, shape (pre, post), that can be "
            f"written to; got {weights.dtype} of shape {weights.shape}."
        )


def _check_rows(name: str, weights: NDArray[np.float64], rows: NDArray[np.integer[Any]]) -> None:
    if not isinstance(rows, np.ndarray) or rows.ndim != 1 or rows.dtype.kind not in "iu":
        raise LearningError(f"Rows of {name!r} must be whole numbers, shape (n,); got {rows!r}.")
    if not all_below(rows, weights.shape[0]):
        raise LearningError(
            f"Rows of {name!r} must be in 0..{weights.shape[0] - 1}, got {rows.min()}.."
            f"{rows.max()}: its weights have shape {weights.shape}."
        )


@njit()
def rises(rows: NDArray[np.integer[Any]]) -> bool:
    """Whether each row comes after the one before it."""
    for k in range(1, rows.size):  # noqa: SIM110 -- numba compiles the loop, not a generator
        if rows[k] <= rows[k - 1]:
            return False
    return True
