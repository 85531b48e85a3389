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
from brainsnn.learning.kernels import matrix_at, rows_at, vector_at
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
    """All that is trained: columns with a number for each array of weights.

    `weights_at`, `values_at` and `rows_at` are the addresses that `NetworkKernel` speaks of,
    `height` and `width` shapes of weights, `n_rows` rows of a gradient. `observed` is the address
    of what the rule observes, `observed_width` bytes a trial, both 0 for nothing. `state_at` and
    `state_size`, shape (4 n,), are addresses and sizes of parameters, first, second and count of
    `OptimiserKernels`, those of all weights one kind after the other; `part` is its part, `squares`
    are the sums of a measured gradient's squares.
    """

    weights_at: Any
    values_at: Any
    rows_at: Any
    height: Any
    width: Any
    n_rows: Any
    layout: Any
    rule_parameters: Any
    observed: Any
    observed_width: Any
    state_at: Any
    state_size: Any
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
def _arrays(network, q):  # type: ignore[no-untyped-def]
    """Weights `q`, and what the optimiser has of them."""
    n, at, size = network.height.size, network.state_at, network.state_size
    return (
        matrix_at(network.weights_at[q], network.height[q], network.width[q]),
        vector_at(at[q], size[q]),
        vector_at(at[n + q], size[n + q]),
        vector_at(at[2 * n + q], size[2 * n + q]),
        rows_at(at[3 * n + q], size[3 * n + q]),
    )


@numba.njit
def _update(step, network, settings, q, start, n):  # type: ignore[no-untyped-def]
    """Update one array of weights by the gradient of `n` trials, a part of it after the other."""
    n_rows, begin, arrays = network.n_rows[q], 0, _arrays(network, q)
    values = matrix_at(network.values_at[q], n_rows, network.width[q])
    rows = rows_at(network.rows_at[q], n_rows)
    while True:
        end = min(begin + network.part[q], n_rows)
        mine, gradient, last = rows[begin:end], values[begin:end], np.int64(end == n_rows)
        descend(step, arrays, network.squares, settings, q, mine, gradient, last, start, n)
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
        for q in range(network.height.size):
            if network.postpones[q]:
                bring_up_to_date(prepare, trials, _arrays(network, q), start, n)
        if not record(run, spikes, trials, columns, settings.n_steps, start, n):
            return start
        network.n_rows[:] = 0
        gradient(
            columns.offsets[start : start + n + 1],
            columns.population,
            columns.neuron,
            columns.step,
            columns.final[start : start + n],
            trials.keys[start : start + n],
            settings.n_steps,
            network.weights_at,
            network.values_at,
            network.rows_at,
            network.n_rows,
            network.layout,
            network.rule_parameters,
            network.observed + start * network.observed_width,
        )
        for q in range(network.height.size):
            _update(step, network, settings, q, start, n)
        start += n
    return start


@cache
def network_loop() -> Any:
    """The loop, for any number of arrays of weights.

    Returns
    -------
    callable
        ``(pointers, trials, columns, network, settings, start, stop) -> reached``.
    """
    network = types.NamedTuple(
        [
            *[k.COUNT] * 6,
            *[k.ROWS, k.VECTOR, k.INDEX, k.INDEX],
            *[k.COUNT] * 4,
            k.VECTOR,
        ],
        Network,
    )
    settings = types.NamedTuple([*[k.INDEX] * 3, types.float64, types.float64], NetworkSettings)
    pointers = types.NamedUniTuple(types.int64, len(NetworkPointers._fields), NetworkPointers)
    signature = types.int64(pointers, TRIALS, COLUMNS, network, settings, k.INDEX, k.INDEX)
    return njit(signature, nogil=True)(_train)
