"""The inner loop of rules whose gradients are errors gated by time, in one compiled function.

What is called in it was compiled elsewhere, and is called through pointers: the engine's trials
(`brainsnn.engine.compiled_trials`), and the kernels of rule, loss and optimiser
(`brainsnn.learning.kernels`). The loop itself is compiled once for each number of layers. It gives
what `brainsnn.training.loop.updates.StepByStep` gives, to the last bit.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types

from brainsnn.engine.compiled_trials import RUN, SPIKES
from brainsnn.jit import copy_row, njit
from brainsnn.learning import kernels as k
from brainsnn.training.loop.columns import COLUMNS, TRIALS, bring_up_to_date, descend, record
from brainsnn.training.loop.function_pointers import function_at

_FIRST = types.void(k.COUNT, *[k.COLUMN] * 3, *[k.COUNT] * 2, k.COLUMN)
_ACTIVE = types.int64(k.STEPS, k.INDEX, k.ROWS)
_VALUES = types.void(k.STEPS, k.STEPS, k.MATRIX, k.ROWS, k.INDEX, k.MATRIX)
SIGNATURES = {
    "first_steps": _FIRST,
    "error": k.ERROR,
    "begin": k.BEGIN,
    "below": k.BELOW,
    "prepare": k.PREPARE,
    "step": k.STEP,
    "step_one": k.STEP_ONE,
    "active_rows": _ACTIVE,
    "row_values": _VALUES,
}
"""Of the functions that the loop calls, but for the engine's."""

_run_at, _spikes_at, _first_at = function_at(RUN), function_at(SPIKES), function_at(_FIRST)
_error_at, _begin_at, _below_at = map(function_at, (k.ERROR, k.BEGIN, k.BELOW))
_prepare_at, _step_at = function_at(k.PREPARE), function_at(k.STEP)
_one_at = function_at(k.STEP_ONE)
_active_at, _values_at = function_at(_ACTIVE), function_at(_VALUES)


class FunctionPointers(NamedTuple):
    """Of everything that the loop calls."""

    run: int
    spikes: int
    first_steps: int
    error: int
    begin: int
    below: int
    prepare: int
    step: int
    step_one: int
    active_rows: int
    row_values: int


class Layers(NamedTuple):
    """A chain of connections from the input to the output: tuples of arrays, one a connection.

    `steps` has one more, being first-spike steps by population: parts of `all_steps`, from `begin`
    on, with rows of `size`; `deltas` and `gates` belong to the target of a connection. The rest is
    `OptimiserKernels`, with room for a part of a gradient, and the sums of a measured gradient's
    squares.
    """

    weights: Any
    steps: Any
    all_steps: Any
    begin: Any
    size: Any
    deltas: Any
    gates: Any
    rows: Any
    values: Any
    parameters: Any
    first: Any
    second: Any
    count: Any
    postpones: Any
    squares: Any


class Settings(NamedTuple):
    """Length of a trial, trials of a batch, whether updates are sequential, learning rate.

    `one` says whether the optimiser takes the gradient of one trial as it is (`STEP_ONE`),
    `measured` is the first trial of the batch whose gradients are measured, -1 for none, and `clip`
    the largest absolute value of an entry of a batch's mean gradient, infinity for any.
    """

    n_steps: Any
    batch_size: Any
    sequential: Any
    one: Any
    measured: Any
    rate: Any
    clip: Any
    loss_parameters: Any
    rule_parameters: Any


@numba.njit
def _arrays(layers, q):  # type: ignore[no-untyped-def]
    """Weights of a connection, and what the optimiser has of them."""
    own = layers.parameters[q], layers.first[q], layers.second[q], layers.count[q]
    return (layers.weights[q], *own)


@numba.njit
def _update(step, one, active, values, layers, settings, q, start, n):  # type: ignore[no-untyped-def]
    """Update connection `q` by the gradient of `n` trials, a part of its rows after the other."""
    if n == 1 and settings.one and start != settings.measured:
        one(
            layers.weights[q],
            layers.steps[q][0],
            layers.gates[q][0],
            layers.deltas[q][0],
            settings.n_steps,
            settings.clip,
            settings.rate,
            layers.parameters[q],
            layers.first[q],
            layers.second[q],
            layers.count[q],
        )
        return
    pre, post, delta = layers.steps[q][:n], layers.gates[q][:n], layers.deltas[q][:n]
    rows, part = layers.rows[q], layers.values[q]
    n_rows = active(pre, settings.n_steps, rows)
    begin = 0
    while True:
        end = min(begin + part.shape[0], n_rows)
        mine, gradient = rows[begin:end], part[: end - begin]
        values(pre, post, delta, mine, settings.n_steps, gradient)
        last = np.int64(end == n_rows)
        arrays = _arrays(layers, q)
        descend(step, arrays, layers.squares, settings, q, mine, gradient, last, start, n)
        if last:
            return
        begin = end


@numba.njit
def _backward(  # type: ignore[no-untyped-def]
    error, begin, below, step, one, active, values, layers, settings, start, labels
):
    """Ask the rule and update, from the last connection to the first."""
    n, last, n_steps = labels.size, len(layers.weights) - 1, settings.n_steps
    output, delta = layers.steps[last + 1][:n], layers.deltas[last][:n]
    error(output, labels, n_steps, settings.loss_parameters, delta, np.empty(n))
    begin(delta, settings.rule_parameters)
    for trial in range(n):
        copy_row(output[trial], layers.gates[last][trial])
    for q in range(last, -1, -1):
        if settings.sequential:
            _update(step, one, active, values, layers, settings, q, start, n)
        if q > 0:
            below(
                layers.steps[q][:n],
                layers.gates[q][:n],
                layers.deltas[q][:n],
                layers.weights[q],
                layers.steps[q - 1][:n],
                layers.weights[q - 1],
                n_steps,
                settings.rule_parameters,
                layers.deltas[q - 1][:n],
                layers.gates[q - 1][:n],
            )
    if not settings.sequential:
        for q in range(last, -1, -1):
            _update(step, one, active, values, layers, settings, q, start, n)


def _train(pointers, trials, columns, layers, settings, start, stop):  # type: ignore[no-untyped-def]
    """Train on trials `start` to `stop`; return the first one that there was no room to record."""
    run, spikes = _run_at(pointers.run), _spikes_at(pointers.spikes)
    first_steps = _first_at(pointers.first_steps)
    error, begin = _error_at(pointers.error), _begin_at(pointers.begin)
    below, prepare = _below_at(pointers.below), _prepare_at(pointers.prepare)
    step, active = _step_at(pointers.step), _active_at(pointers.active_rows)
    values, one = _values_at(pointers.row_values), _one_at(pointers.step_one)
    while start < stop:
        n = min(settings.batch_size, stop - start)
        for q in range(len(layers.weights)):
            if layers.postpones[q]:
                bring_up_to_date(prepare, trials, _arrays(layers, q), start, n)
        if not record(run, spikes, trials, columns, settings.n_steps, start, n):
            return start
        spiked = columns.population, columns.neuron, columns.step
        layers.all_steps[:] = settings.n_steps
        offsets = columns.offsets[start : start + n + 1]
        first_steps(offsets, *spiked, layers.begin, layers.size, layers.all_steps)
        labels = trials.keys[start : start + n]
        _backward(error, begin, below, step, one, active, values, layers, settings, start, labels)
        start += n
    return start


@cache
def gated_loop(n_layers: int) -> Any:
    """The loop for chains of `n_layers` connections.

    Returns
    -------
    callable
        ``(pointers, trials, columns, layers, settings, start, stop) -> reached``.
    """
    several = types.UniTuple
    steps, gates = several(k.STEPS, n_layers + 1), several(k.STEPS, n_layers)
    matrices, vectors = several(k.MATRIX, n_layers), several(k.VECTOR, n_layers)
    rows, counts = several(k.ROWS, n_layers), several(k.COUNT, n_layers)
    layers = types.NamedTuple(
        [
            *[matrices, steps, k.COLUMN, k.COUNT, k.COUNT, matrices, gates, rows, matrices],
            *[*[vectors] * 3, counts, k.COUNT, k.VECTOR],
        ],
        Layers,
    )
    settings = types.NamedTuple(
        [*[k.INDEX] * 5, types.float64, types.float64, k.VECTOR, k.VECTOR], Settings
    )
    pointers = types.NamedUniTuple(types.int64, len(FunctionPointers._fields), FunctionPointers)
    signature = types.int64(pointers, TRIALS, COLUMNS, layers, settings, k.INDEX, k.INDEX)
    return njit(signature, nogil=True)(_train)
