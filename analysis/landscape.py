"""A loss over a plane of weights, and what a field of gradients makes of it.

Tables are long, a row a point: ``x``, ``y`` (coordinates in the plane) and values.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.linalg import lsqr

from brainsnn.analysis.tables import TableError, require

Array = NDArray[np.float64]


def grid_of(table: pd.DataFrame, column: str) -> tuple[Array, Array, Array]:
    """A column of a long table as a grid.

    Returns
    -------
    x, y : array of float, shape (n_x,), (n_y,)
        Rising coordinates.
    values : array of float, shape (n_y, n_x)

    Raises
    ------
    TableError
        If a column is missing, or the points are not a whole grid with each point once.
    """
    require(table, ("x", "y", column), "landscape")
    x, y = (np.unique(table[name].to_numpy(float)) for name in ("x", "y"))
    if len(table) != x.size * y.size or table.duplicated(["x", "y"]).any():
        raise TableError(
            f"The landscape table has {len(table)} points; a grid of {x.size} x {y.size} needs "
            "each of its points once."
        )
    order = table.sort_values(["y", "x"])
    return x, y, order[column].to_numpy(float).reshape(y.size, x.size)


def integrate_gradients(x: Array, y: Array, along_x: Array, along_y: Array) -> Array:
    """The surface whose slopes are closest to a field of gradients, in the sense of least squares.

    The difference between neighbours on the grid is asked to be the mean of their gradients times
    the distance. A field that is no surface's gradient gets the one that fits best.

    Parameters
    ----------
    x, y : array of float, shape (n_x,), (n_y,)
        Rising coordinates.
    along_x, along_y : array of float, shape (n_y, n_x)
        Components of the gradient.

    Returns
    -------
    array of float, shape (n_y, n_x)
        With mean 0.

    Raises
    ------
    TableError
        If the grid has fewer than two points along an axis or the shapes do not fit.
    """
    shape = (y.size, x.size)
    if min(shape) < 2 or along_x.shape != shape or along_y.shape != shape:
        raise TableError(
            f"Gradients of shapes {along_x.shape} and {along_y.shape} on a grid of {shape}; both "
            "need a value a point, and the grid two points or more along each axis."
        )
    number = np.arange(x.size * y.size).reshape(shape)
    begin = np.concatenate((number[:, :-1].ravel(), number[:-1].ravel()))
    end = np.concatenate((number[:, 1:].ravel(), number[1:].ravel()))
    rise_x = (along_x[:, :-1] + along_x[:, 1:]) / 2 * np.diff(x)
    rise_y = (along_y[:-1] + along_y[1:]) / 2 * np.diff(y)[:, None]
    rise = np.concatenate((rise_x.ravel(), rise_y.ravel()))
    row = np.tile(np.arange(rise.size), 2)
    sign = np.repeat([1.0, -1.0], rise.size)
    equations = coo_array((sign, (row, np.concatenate((end, begin)))), (rise.size, number.size))
    surface: Array = lsqr(equations.tocsr(), rise, atol=1e-12, btol=1e-12)[0].reshape(shape)
    return surface - surface.mean()


def resemblance(true: Array, estimated: Array) -> dict[str, float]:
    """How much an estimated surface is like the true one, whatever their means.

    Returns
    -------
    dict of str to float
        ``correlation`` over the points (0 if the estimate is flat and so tells nothing), and
        ``slope``: how much the estimate rises where the true surface rises by 1. Both are NaN if
        the true surface is flat.
    """
    a, b = (np.ravel(values) - np.mean(values) for values in (true, estimated))
    if not a.any():
        return {"correlation": float("nan"), "slope": float("nan")}
    size = np.sqrt((a @ a) * (b @ b))
    return {"correlation": float(a @ b / size) if size else 0.0, "slope": float(a @ b / (a @ a))}
