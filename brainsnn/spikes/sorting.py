"""Spikes of many trials brought into the order of time, or found to be in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import njit
from brainsnn.spikes.columns import IntArray, OffsetArray


@njit()
def count_spikes(steps: NDArray[np.integer], n_steps: int, offsets: OffsetArray) -> bool:
    """Fill in the offsets; False if a step is negative."""
    n_trials, n_neurons = steps.shape
    offsets[0] = 0
    for trial in range(n_trials):
        count = 0
        for i in range(n_neurons):
            if steps[trial, i] < 0:
                return False
            if steps[trial, i] < n_steps:
                count += 1
        offsets[trial + 1] = offsets[trial] + count
    return True


@njit()
def sort_by_step(
    steps: NDArray[np.integer], n_steps: int, offsets: OffsetArray, neuron: IntArray, step: IntArray
) -> None:
    """Counting sort of each trial's spikes; those of one step stay in order of neuron."""
    n_trials, n_neurons = steps.shape
    place = np.empty(n_steps + 1, np.int64)
    for trial in range(n_trials):
        place[:] = 0
        for i in range(n_neurons):
            if steps[trial, i] < n_steps:
                place[np.int64(steps[trial, i]) + 1] += 1
        place[0] = offsets[trial]
        for later in range(1, n_steps + 1):
            place[later] += place[later - 1]
        for i in range(n_neurons):
            t = np.int64(steps[trial, i])
            if t < n_steps:
                neuron[place[t]] = i
                step[place[t]] = t
                place[t] += 1


def sorted_by_comparison(
    steps: NDArray[np.integer], n_steps: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Neuron and step of the spikes of every trial, as `sort_by_step` fills them in."""
    trial, neuron = np.nonzero(steps < n_steps)
    step = steps[trial, neuron].astype(np.int32)
    order = np.lexsort((neuron, step, trial))
    return neuron[order].astype(np.int32), step[order]


@njit()
def sorted_within_trials(offsets: OffsetArray, neuron: IntArray, step: IntArray) -> bool:
    """Whether the spikes of each trial are sorted by step, then neuron, each once."""
    for trial in range(offsets.size - 1):
        for k in range(offsets[trial] + 1, offsets[trial + 1]):
            if step[k] < step[k - 1] or (step[k] == step[k - 1] and neuron[k] <= neuron[k - 1]):
                return False
    return True
