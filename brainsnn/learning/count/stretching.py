"""Weights of networks that are read by spike counts, for trials of another length."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from brainsnn.network.names import ParameterName


def stretched(
    weights: Mapping[str, NDArray[np.float64]], ratio: float, threshold: float = 1.0
) -> dict[str, NDArray[np.float64]]:
    r"""Weights and initial potentials for trials `ratio` times as long.

    Counts grow with T, and so does what a neuron receives; its bias, which is its initial potential
    but for the half threshold that rounds, has to grow with them:
    :math:`v_0' = \vartheta / 2 + r (v_0 - \vartheta / 2)`. All other weights stay.

    Parameters
    ----------
    weights : mapping of str to array
        Of a network of T steps; initial potentials are named ``<population>.v0``.
    ratio : float
        :math:`r`, the new T over the old.
    threshold : float, default 1
        :math:`\vartheta`.
    """
    half = threshold / 2
    return {
        name: half + ratio * (value - half) if ParameterName.read(name) else value
        for name, value in weights.items()
    }
