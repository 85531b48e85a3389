"""The inner loop of rules that give all gradients of a network at once, in one compiled function.

See `brainsnn.training.loop.gated_loop`, which this is for other rules.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types

from brainsnn.engine.compiled_trials import RUN, SPIKES
from brainsnn.jit import njit
from brainsnn.learning import kernels as k
from brainsnn.training.loop.columns import COLUMNS, TRIALS, bring_up_to_date, descend, record
from brainsnn.training.loop.function_pointers import function_at

SIGNATURES = {"gradient": k.GRADIENT, "prepare": k.PREPARE, "step": k.STEP}
"""Of the functions that the loop calls, but for the engine's."""

_run_at, _spikes_at, _gradient_at = function_at(RUN), function_at(SPIKES), function_at(k.GRADIENT)
_prepare_at, _step_at = function_at(k.PREPARE), function_at(k.STEP)


class NetworkPointers(NamedTuple):
    """Of everything that the loop calls."""

    run: int
    spikes: int
    gradient: int
    prepare: int
    step: int


class Network(NamedTuple):
    """All that is trained: tuples of arrays, one for each array of weights.

    `values` and `rows` are room for a whole gradient, `n_rows` is how many rows it has; the fields
    before `layout` are the addresses that `NetworkKernel` speaks of, `observed` is that of what the
    rule observes, `observed_width` bytes a trial, both 0 for nothing. The rest is
    `OptimiserKernels`, with `part`, and the sums of a measured gradient's squares.
    """

    weights: Any
    values: Any
    rows: Any
    n_rows: Any
    weights_at: Any
    values_at: Any
    rows_at: Any
    layout: Any
    rule_parameters: Any
    observed: Any
    observed_width: Any
    parameters: Any
    first: Any
    second: Any
    count: Any
    postpones: Any
    part: Any
    squares: Any


class NetworkSettings(NamedTuple):
    """As `brainsnn.training.loop.gated_loop.Settings`."""

    n_steps: Any
    batch_size: Any
    measured: Any
    rate: Any
    clip: Any


@numba.njit
def _update(step, network, settings, q, start, n):  # type: ignore[no-untyped-def]
    """Update one array of weights by the gradient of `n` trials, a part of it after the other."""
    n_rows, begin = network.n_rows[q], 0
    while True:
        end = min(begin + network.part[q], n_rows)
        rows, gradient = network.rows[q][begin:end], network.values[q][begin:end]
        last = np.int64(end == n_rows)
        descend(step, network, settings, q, rows, gradient, last, start, n)
        if last:
            return
        begin = end


def _train(pointers, trials, columns, network, settings, start, stop):  # type: ignore[no-untyped-def]
    """Train on trials `start` to `stop`; return the first one that there was no room to record."""
    run, spikes = _run_at(pointers.run), _spikes_at(pointers.spikes)
    gradient = _gradient_at(pointers.gradient)
    prepare, step = _prepare_at(pointers.prepare), _step_at(pointers.step)
    while start < stop:
        n = min(settings.batch_size, stop - start)
        bring_up_to_date(prepare, trials, network, start, n)
        if not record(run, spikes, trials, columns, settings.n_steps, start, n):
            return start
        network.n_rows[:] = 0
        gradient(
            columns.offsets[start : start + n + 1],
            columns.population,
            columns.neuron,
            columns.step,
            columns.final[start : start + n],
            trials.labels[start : start + n],
            settings.n_steps,
            network.weights_at,
            network.values_at,
            network.rows_at,
            network.n_rows,
            network.layout,
            network.rule_parameters,
            network.observed + start * network.observed_width,
        )
        for q in range(len(network.weights)):
            _update(step, network, settings, q, start, n)
        start += n
    return start


@cache
def network_loop(n: int) -> Any:
    """The loop for networks with `n` arrays of weights.

    Returns
    -------
    callable
        ``(pointers, trials, columns, network, settings, start, stop) -> reached``.
    """
    several = types.UniTuple
    matrices, vectors = several(k.MATRIX, n), several(k.VECTOR, n)
    network = types.NamedTuple(
        [
            *[matrices, matrices, several(k.ROWS, n), k.ROWS, *[k.COUNT] * 3, k.ROWS, k.VECTOR],
            *[k.INDEX] * 2,
            *[*[vectors] * 3, several(k.COUNT, n), k.COUNT, k.COUNT, k.VECTOR],
        ],
        Network,
    )
    settings = types.NamedTuple([*[k.INDEX] * 3, types.float64, types.float64], NetworkSettings)
    pointers = types.NamedUniTuple(types.int64, len(NetworkPointers._fields), NetworkPointers)
    signature = types.int64(pointers, TRIALS, COLUMNS, network, settings, k.INDEX, k.INDEX)
    return njit(signature, nogil=True)(_train)
