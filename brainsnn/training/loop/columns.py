"""What every compiled loop reads and writes: input trials, and columns of what is recorded."""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types

from brainsnn.learning import kernels as k
from brainsnn.learning.base import add_squares

READ = types.Array(types.int64, 1, "C", readonly=True)


class Trials(NamedTuple):
    """Input spikes of many trials, columns as in `SpikeTrains`; which to train on; their `Keys`."""

    offsets: Any
    neuron: Any
    step: Any
    order: Any
    keys: Any
    seeds: Any


class Columns(NamedTuple):
    """Room for what is recorded; columns as in `Recording`, final potentials (n, all neurons).

    `observed` is what the rule adds, a row a trial; without columns if it adds nothing.
    """

    offsets: Any
    population: Any
    neuron: Any
    step: Any
    potential: Any
    final: Any
    observed: Any


TRIALS = types.NamedTuple(
    [READ, k.USED, k.USED, k.ROWS, k.ROWS, types.Array(types.uint32, 1, "C")], Trials
)
COLUMNS = types.NamedTuple([k.COUNT, *[k.COLUMN] * 3, k.VECTOR, k.MATRIX, k.MATRIX], Columns)


@numba.njit
def record(run, spikes, trials, columns, n_steps, start, n):  # type: ignore[no-untyped-def]
    """Run trials `start` to `start + n` and record them; False if there is no room."""
    offsets = np.empty(n + 1, np.int64)
    run(
        np.int64(trials.offsets.ctypes.data),
        np.int64(trials.neuron.ctypes.data),
        np.int64(trials.step.ctypes.data),
        np.int64(trials.order[start:].ctypes.data),
        n,
        n_steps,
        np.int64(trials.seeds[start:].ctypes.data) if trials.seeds.size else 0,
        np.int64(offsets.ctypes.data),
        np.int64(columns.final[start:].ctypes.data),
    )
    begin = columns.offsets[start]
    if begin + offsets[n] > columns.step.size:
        return False
    spikes(
        np.int64(columns.population[begin:].ctypes.data),
        np.int64(columns.neuron[begin:].ctypes.data),
        np.int64(columns.step[begin:].ctypes.data),
        np.int64(columns.potential[begin:].ctypes.data),
    )
    for trial in range(n + 1):
        columns.offsets[start + trial] = begin + offsets[trial]
    return True


@numba.njit
def bring_up_to_date(prepare, trials, arrays, start, n):  # type: ignore[no-untyped-def]
    """Let an optimiser that puts work off do it, for rows that trials `start` to `start + n` use.

    `arrays` are weights and what `OptimiserKernels` has of them: parameters, first, second, count.
    """
    weights, parameters, first, second, _ = arrays
    for trial in trials.order[start : start + n]:
        mine = trials.neuron[trials.offsets[trial] : trials.offsets[trial + 1]]
        prepare(weights, mine, parameters, first, second)


@numba.njit
def descend(step, arrays, squares, settings, q, rows, gradient, last, start, n):  # type: ignore[no-untyped-def]
    """Step weights `q` by rows of the sum of the gradients of `n` trials, as `StepByStep` does.

    `arrays` are those of `bring_up_to_date`.
    """
    if n > 1:
        gradient /= n
    if start == settings.measured:
        squares[q] = add_squares(gradient, squares[q])
    if settings.clip < np.inf:
        _cut(gradient, settings.clip)
    weights, parameters, first, second, count = arrays
    step(weights, rows, gradient, last, settings.rate, parameters, first, second, count)


@numba.njit
def _cut(gradient, largest):  # type: ignore[no-untyped-def]
    """Cut entries to at most `largest`, either way."""
    for i in range(gradient.shape[0]):
        for j in range(gradient.shape[1]):
            gradient[i, j] = min(max(gradient[i, j], -largest), largest)
