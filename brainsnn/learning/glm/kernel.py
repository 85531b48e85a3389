"""The likelihoods' gradients for a batch of trials, compiled (`brainsnn.learning.kernels`).

The equations are those of `rate` and `first_to_spike`; what differs is the order of work. Input
spikes are binary and rare, so each of them adds one row of weights to a sum per sample and basis
function, and the kernels act on those few sums: work is in proportion to spikes.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import copy_row, njit
from brainsnn.learning.glm.activations import terms
from brainsnn.learning.kernels import matrix_at, rows_at

FloatArray = NDArray[np.float64]


INPUTS, CLASSES, FUNCTIONS, WINDOW, FEEDBACK, ACTIVATION, LIKELIHOOD, GAP, BIAS = range(9)
"""Numbers of the layout: sizes, what is maximised, and the place of the biases among all weights,
after which those of the feedback functions follow. The kernels' weights stand first, in order."""

RATE = 0
"""Number of the likelihood of desired trains; the other is that of the first spike."""


@njit()
def gather(  # type: ignore[no-untyped-def]
    weights, n_inputs, begin, end, population, neuron, step, sums
):
    """Sum the weight rows of the inputs that spike in each sample; the last reaches no potential.

    `weights` are addresses, one a basis function; `sums` has a column for each basis function and
    class, class fastest. Spikes come in the order of their steps.
    """
    sums[:] = 0.0
    last, n_classes = sums.shape[0] - 1, sums.shape[1] // weights.size
    total = np.empty(n_classes)
    for k in range(weights.size):
        matrix, e = matrix_at(weights[k], n_inputs, n_classes), begin
        while e < end and step[e] < last:
            s = step[e]
            total[:] = 0.0
            while e < end and step[e] == s:
                if population[e] == 0:
                    row = matrix[np.uint64(neuron[e])]
                    for i in range(n_classes):
                        total[i] += row[i]
                e += 1
            for i in range(n_classes):
                sums[s, k * n_classes + i] = total[i]


@njit()
def potentials_of(sums, basis, bias, u):  # type: ignore[no-untyped-def]
    """Potentials without feedback, from the sums of `gather`."""
    n_steps, n_classes = u.shape
    window, n_functions = basis.shape
    for t in range(n_steps):
        for i in range(n_classes):
            u[t, i] = bias[i]
        for s in range(max(0, t - window), t):
            for k in range(n_functions):
                a = basis[t - s - 1, k]
                if a != 0.0:
                    for i in range(n_classes):
                        u[t, i] += a * sums[s, k * n_classes + i]


@njit()
def _rate_error(u, label, gap, own, code, error):  # type: ignore[no-untyped-def]
    """Fill `error` for the desired trains. `own` is what their spikes add to the potential."""
    n_steps, n_classes = u.shape
    for t in range(n_steps):
        u[t, label] += own[t, label]
        for i in range(n_classes):
            _, _, probability, rho = terms(u[t, i], code)
            if i == label and t % (gap + 1) == gap:
                error[t, i] = rho * (1.0 - probability)
            else:
                error[t, i] = -rho * probability


@njit()
def _first_to_spike_error(u, label, code, log_p, error):  # type: ignore[no-untyped-def]
    """Fill `error` for a right first spike; overwrites `u`."""
    n_steps, n_classes = u.shape
    silence, largest = 0.0, -np.inf
    for t in range(n_steps):
        own = 0.0
        for i in range(n_classes):
            spike, silent, probability, rho = terms(u[t, i], code)
            u[t, i] = rho * probability
            if i == label:
                log_p[t], own, error[t, i] = spike, silent, rho
            else:
                silence += silent
        log_p[t] += silence
        silence += own
        largest = max(largest, log_p[t])
    total = 0.0
    for t in range(n_steps):
        total += math.exp(log_p[t] - largest)
    h = 0.0
    for t in range(n_steps - 1, -1, -1):
        q = math.exp(log_p[t] - largest) / total
        h += q
        for i in range(n_classes):
            reward = error[t, i] * q if i == label else 0.0
            error[t, i] = reward - h * u[t, i]


@njit()
def _back(error, basis, sums):  # type: ignore[no-untyped-def]
    """Derivatives by the sums of `gather`, from those by the potentials."""
    n_steps, n_classes = error.shape
    window, n_functions = basis.shape
    sums[:] = 0.0
    for t in range(n_steps):
        for s in range(max(0, t - window), t):
            for k in range(n_functions):
                a = basis[t - s - 1, k]
                if a != 0.0:
                    for i in range(n_classes):
                        sums[s, k * n_classes + i] += a * error[t, i]


@njit()
def _slots(n_inputs, last, population, neuron, step, begin, end):  # type: ignore[no-untyped-def]
    """Row of each input in the gradient, -1 for those that no potential hears; and how many."""
    slot = np.full(n_inputs, -1, np.int64)
    for e in range(begin, end):
        if population[e] == 0 and step[e] < last:
            slot[neuron[e]] = 0
    n = 0
    for j in range(n_inputs):
        if slot[j] == 0:
            slot[j] = n
            n += 1
    return slot, n


@njit()
def _begin(slot, n, n_functions, n_classes, values, rows, n_rows):  # type: ignore[no-untyped-def]
    """Empty gradients: the rows of inputs that spiked, and one of each parameter."""
    for q in range(values.size):
        mine = n if q < n_functions else 1
        n_rows[q] = mine
        matrix, row = matrix_at(values[q], mine, n_classes), rows_at(rows[q], mine)
        matrix[:] = 0.0
        if q < n_functions:
            for j in range(slot.size):
                if slot[j] >= 0:
                    row[slot[j]] = j
        else:
            row[0] = 0


@njit()
def _add(  # type: ignore[no-untyped-def]
    sums, error, label, own, layout, slot, n_rows, begin, end, population, neuron, step, values
):
    """Subtract a trial's derivatives of the likelihood from the gradients: the loss is minus it."""
    n_steps, n_classes = error.shape
    n_functions, n_feedback = layout[FUNCTIONS], layout[FEEDBACK]
    total = np.empty(n_classes)
    for k in range(n_functions):
        matrix = matrix_at(values[k], n_rows[k], n_classes)
        e = begin
        while e < end and step[e] < n_steps - 1:
            s = step[e]
            copy_row(sums[s, k * n_classes : (k + 1) * n_classes], total)
            while e < end and step[e] == s:
                if population[e] == 0:
                    row = matrix[np.uint64(slot[neuron[e]])]
                    for i in range(n_classes):
                        row[i] -= total[i]
                e += 1
    bias = matrix_at(values[layout[BIAS]], 1, n_classes)
    for t in range(n_steps):
        for i in range(n_classes):
            bias[0, i] -= error[t, i]
    for k in range(n_feedback):
        feedback = matrix_at(values[layout[BIAS + 1 + k]], 1, n_classes)
        for t in range(n_steps):
            feedback[0, label] -= own[t, k] * error[t, label]


@njit()
def added(weights, layout, own):  # type: ignore[no-untyped-def]
    """What each output's desired spikes add to its own potential, shape (n_steps, n_classes)."""
    out = np.zeros((own.shape[0], layout[CLASSES]))
    for k in range(layout[FEEDBACK]):
        feedback = matrix_at(weights[layout[BIAS + 1 + k]], 1, layout[CLASSES])
        for t in range(own.shape[0]):
            for i in range(layout[CLASSES]):
                out[t, i] += own[t, k] * feedback[0, i]
    return out


@njit()
def matrices(layout, n_steps, parameters):  # type: ignore[no-untyped-def]
    """Basis functions, and the traces of desired spikes through the feedback's."""
    n = layout[WINDOW] * layout[FUNCTIONS]
    basis = parameters[:n].reshape(layout[WINDOW], layout[FUNCTIONS])
    return basis, parameters[n:].reshape(n_steps, layout[FEEDBACK])


@njit()
def _by_step(u, own, layout, out):  # type: ignore[no-untyped-def]
    """Log-likelihoods in each step of each class being the label; `u` is without feedback.

    Of desired trains, what the step adds; of the first spike, that the label's falls in the step.
    """
    code, gap, silence = layout[ACTIVATION], layout[GAP], 0.0
    for t in range(u.shape[0]):
        if layout[LIKELIHOOD] == RATE:
            silence = 0.0
        for i in range(u.shape[1]):
            silence += terms(u[t, i], code)[1]
        for i in range(u.shape[1]):
            spike, silent, _, _ = terms(u[t, i], code)
            others = silence - silent
            if layout[LIKELIHOOD] == RATE:
                spike, silent, _, _ = terms(u[t, i] + own[t, i], code)
                out[t, i] = others + (spike if t % (gap + 1) == gap else silent)
            else:
                out[t, i] = others + spike


@njit()
def gradient(  # type: ignore[no-untyped-def]
    offsets,
    population,
    neuron,
    step,
    final,  # noqa: ARG001
    labels,
    n_steps,
    weights,
    values,
    rows,
    n_rows,
    layout,
    parameters,
    observed,
):
    """See `NetworkKernel`; layout is described above, parameters are those of `matrices`."""
    n_inputs, n_classes, n_functions = layout[INPUTS], layout[CLASSES], layout[FUNCTIONS]
    basis, own = matrices(layout, n_steps, parameters)
    code, likelihood, gap = layout[ACTIVATION], layout[LIKELIHOOD], layout[GAP]
    first, last = offsets[0], offsets[labels.size]
    slot, n = _slots(n_inputs, n_steps - 1, population, neuron, step, first, last)
    _begin(slot, n, n_functions, n_classes, values, rows, n_rows)
    bias, adds = matrix_at(weights[layout[BIAS]], 1, n_classes)[0], added(weights, layout, own)
    sums = np.empty((n_steps, n_functions * n_classes))
    u, error = np.empty((n_steps, n_classes)), np.empty((n_steps, n_classes))
    log_p = np.empty(n_steps)
    for k in range(labels.size):
        begin, end = offsets[k], offsets[k + 1]
        gather(weights[:n_functions], n_inputs, begin, end, population, neuron, step, sums)
        potentials_of(sums, basis, bias, u)
        if observed:
            room = observed + 8 * k * n_steps * n_classes
            _by_step(u, adds, layout, matrix_at(room, n_steps, n_classes))
        if likelihood == RATE:
            _rate_error(u, labels[k], gap, adds, code, error)
        else:
            _first_to_spike_error(u, labels[k], code, log_p, error)
        _back(error, basis, sums)
        mine = (begin, end, population, neuron, step, values)
        _add(sums, error, labels[k], own, layout, slot, n_rows, *mine)


@njit()
def observe(  # type: ignore[no-untyped-def]
    offsets, population, neuron, step, weights, layout, n_steps, parameters, out
):
    """Fill `out` (n, n_steps, n_classes) by `_by_step`, for every trial."""
    basis, own = matrices(layout, n_steps, parameters)
    bias = matrix_at(weights[layout[BIAS]], 1, layout[CLASSES])[0]
    adds, u = added(weights, layout, own), np.empty((n_steps, layout[CLASSES]))
    sums = np.empty((n_steps, layout[FUNCTIONS] * layout[CLASSES]))
    for k in range(out.shape[0]):
        mine = (offsets[k], offsets[k + 1], population, neuron, step)
        gather(weights[: layout[FUNCTIONS]], layout[INPUTS], *mine, sums)
        potentials_of(sums, basis, bias, u)
        _by_step(u, adds, layout, out[k])
