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


def _unit(dimension: Dimension) -> str:
    return "1" if dimension is DIMENSIONLESS else str(get_unit(dimension))
