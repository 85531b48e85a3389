"""A step of an optimiser on an array of which every entry has a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers.base import Optimiser


def step_whole(
    optimiser: Optimiser, name: str, values: NDArray[Any], slope: NDArray[Any], rate: float
) -> None:
    """Change values in place by a step.

    Parameters
    ----------
    optimiser : Optimiser
    name : str
        Of the array, by which the optimiser keeps its state.
    values : array, shape (n,) or (pre, post)
        Nothing happens if it is empty.
    slope : array of the same shape
    rate : float
    """
    if values.size:
        rows = np.atleast_2d(values)
        gradient = RowGradient(np.arange(len(rows)), slope.astype(np.float64).reshape(rows.shape))
        optimiser.step(name, rows, gradient, rate)
