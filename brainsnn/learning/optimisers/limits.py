"""Bounds and masks of what is learned, compiled: what went beyond is put back after each step.

Limits are a vector: the least and the largest value; and, where some weights stay 0, for each
weight, row by row, whether it is learned.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.network.parameters import Parameter

Limits = NDArray[np.float64]

UNLIMITED: Limits = np.array([-math.inf, math.inf])


def limits_of(parameter: Parameter) -> Limits:
    """Limits of what is learned."""
    mask = None if parameter.constraint is None else parameter.constraint.mask
    own = np.array(parameter.bounds)
    return own if mask is None else np.concatenate((own, np.asarray(mask, np.float64).ravel()))


def limited(limits: Limits) -> bool:
    """Whether there are any."""
    return not np.array_equal(limits, UNLIMITED)


def confine_all(name: str, weights: NDArray[np.float64], limits: Limits) -> None:
    """Keep all rows of a connection's weights to limits.

    Raises
    ------
    LearningError
        If the limits are those of weights of another size, or the weights are no table of floats.
    """
    usable = weights.ndim == 2 and weights.dtype == np.float64 and weights.flags.writeable
    if not usable or (limits.size > UNLIMITED.size and limits.size != 2 + weights.size):
        raise LearningError(
            f"{name}: limits of {limits.size - 2} weights do not go with weights of shape "
            f"{weights.shape}, {weights.dtype}."
        )
    keep_all(weights, limits)


@njit()
def keep(weights, row, limits):  # type: ignore[no-untyped-def]
    """Put what is beyond a bound in a row back to it, and what is masked to 0."""
    low, high, width = limits[0], limits[1], weights.shape[1]
    for j in range(width):
        weights[row, j] = min(max(weights[row, j], low), high)
    if limits.size > 2:
        for j in range(width):
            if limits[2 + row * width + j] == 0.0:
                weights[row, j] = 0.0


@njit()
def keep_all(weights, limits):  # type: ignore[no-untyped-def]
    """Keep all rows (`keep`)."""
    for row in range(weights.shape[0]):
        keep(weights, row, limits)
