"""Columns of spikes: their types, what is asked of them, and what is read off in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from brainsnn.errors import DataError
from brainsnn.indices import sealed, whole_numbers
from brainsnn.jit import njit

IntArray = NDArray[np.int32]
OffsetArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


def column(what: str, values: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """Whole numbers as a column that stays as it is: read-only, a copy if others can write to it.

    Raises
    ------
    DataError
        If they are not whole numbers, or no column.
    """
    return sealed(whole_numbers(what, values, dtype), values)


def check_offsets(what: str, offsets: OffsetArray, n_spikes: int) -> None:
    """Check that offsets share out spikes among trials.

    Raises
    ------
    DataError
        If they do not rise from 0 to the number of spikes.
    """
    if offsets.size < 1:
        raise DataError(f"{what}: offsets need one entry more than there are trials, got none.")
    if offsets[0] != 0 or offsets[-1] != n_spikes or not _rises(offsets):
        raise DataError(f"{what}: offsets must rise from 0 to the {n_spikes} spikes.")


@njit()
def _rises(offsets: OffsetArray) -> bool:
    for k in range(1, offsets.size):  # noqa: SIM110 -- numba compiles the loop, not a generator
        if offsets[k] < offsets[k - 1]:
            return False
    return True


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


@njit()
def all_first_spike_steps(
    offsets: OffsetArray,
    population: IntArray,
    neuron: IntArray,
    step: IntArray,
    begin: OffsetArray,
    size: OffsetArray,
    out: IntArray,
) -> None:
    """Lower `out` to the first step of each neuron: from `begin[p]` on, a row a trial.

    `begin` and `size` (of a row) are by population.
    """
    for trial in range(offsets.size - 1):
        for k in range(offsets[trial], offsets[trial + 1]):
            p = population[k]
            place = begin[p] + trial * size[p] + neuron[k]
            out[place] = min(out[place], step[k])


@njit()
def count_spikes(
    offsets: OffsetArray, population: IntArray, neuron: IntArray, wanted: int, out: IntArray
) -> None:
    """Add the spikes of the population whose code is `wanted` to `out`, (n_trials, size)."""
    for trial in range(offsets.size - 1):
        for k in range(offsets[trial], offsets[trial + 1]):
            if population[k] == wanted:
                out[trial, neuron[k]] += 1
