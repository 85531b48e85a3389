"""Columns of spikes: their types, and what is read off them in one pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import njit

IntArray = NDArray[np.int32]
OffsetArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@njit()
def first_spike_steps(
    offsets: OffsetArray,
    population: IntArray,
    neuron: IntArray,
    step: IntArray,
    wanted: int,
    out: IntArray,
) -> None:
    """Lower `out` to the first step of each neuron of the population whose code is `wanted`."""
    for trial in range(offsets.size - 1):
        for k in range(offsets[trial], offsets[trial + 1]):
            if population[k] == wanted and step[k] < out[trial, neuron[k]]:
                out[trial, neuron[k]] = step[k]
