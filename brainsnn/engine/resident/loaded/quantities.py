"""Values with units, as the plain numbers in SI units that compiled code reads."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2.units.fundamentalunits import (
    DIMENSIONLESS,
    Dimension,
    DimensionMismatchError,
    Quantity,
    get_unit,
)
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import DataError
from brainsnn.indices import whole_numbers


def in_si_units(values: ArrayLike, dimension: Dimension, what: str) -> NDArray[Any]:
    """Numbers without units, which are taken to be in SI units, or those of a quantity.

    Parameters
    ----------
    values : array, or Quantity
    dimension : Dimension
        What a quantity must have.
    what : str
        What the values are for, as the message of an error begins.

    Raises
    ------
    DataError
        If they are not numbers, or have another dimension.
    """
    try:
        given = Quantity(values)
    except (DimensionMismatchError, TypeError, ValueError) as error:
        raise DataError(f"{what} takes numbers. {error}") from error
    if given.dim not in (DIMENSIONLESS, dimension):
        raise DataError(f"{what} has the unit {_unit(dimension)}, not {_unit(given.dim)}.")
    return np.asarray(given)


def as_type(values: NDArray[Any], dtype: np.dtype[Any], what: str) -> NDArray[Any]:
    """Values as a column for an array of a type: none becomes another whole number.

    Raises
    ------
    DataError
        If the array is of whole numbers, and a value is not one, or too large for it.
    """
    column = values.ravel()
    if dtype.kind not in "iu" or column.dtype.kind == "b":
        return column
    return whole_numbers(what, column, dtype)


def _unit(dimension: Dimension) -> str:
    return "1" if dimension is DIMENSIONLESS else str(get_unit(dimension))
