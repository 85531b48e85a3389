"""The inner loop of eligibility traces: some steps of all synapses of a connection."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import njit

Array = NDArray[Any]


@njit()
def _pushed(trace, matrix, column, k, new):  # type: ignore[no-untyped-def]
    """Fill in what a map of the target neuron makes of a synapse's trace."""
    for n in range(new.size):
        total = 0.0
        for m in range(new.size):
            total += matrix[n, m, column] * trace[m, k]
        new[n] = total


@njit()
def _filtered(filtered, kept, k, y, amount, entry, first, new):  # type: ignore[no-untyped-def]
    """Take one value into the readout's filter of a synapse; return what is read of it.

    Spikes that arrive first act in this step, others after what is read.
    """
    if first:
        filtered[entry, k] += amount
    for n in range(new.size):
        total = 0.0
        for m in range(new.size):
            total += kept[n, m] * filtered[m, k]
        new[n] = total
    for n in range(new.size):
        filtered[n, k] = new[n]
    if not first:
        filtered[entry, k] += amount
    return new[y]


@njit()
def advance(  # type: ignore[no-untyped-def]
    start,
    spikes,
    rows,
    columns,
    lags,
    added,
    first,
    slopes,
    maps,
    resets,
    signal,
    direct,
    kept,
    y,
    entry,
    traces,
    filtered,
    gradient,
):
    """Advance the traces of a connection by some steps, and add to its gradient.

    Parameters
    ----------
    start : int
        The first of the steps.
    spikes : array of uint8, shape (n_steps, trials, sources)
    rows, columns, lags : array of int64, shape (synapses,)
        Source, target, and steps from spike to arrival.
    added : array, shape (states, synapses)
        Derivative of what an arriving spike adds to each state, by what is trained.
    first : bool
        Whether spikes arrive before the state update.
    slopes, maps, resets : array, shape (steps, trials, states, ..., targets)
        ``h``, ``M`` and ``R`` (`brainsnn.learning.equations.eprop.population`).
    signal : array, shape (steps, trials, targets)
        What filtered traces are multiplied with; empty if there is none.
    direct : array, shape (steps, trials, targets)
        Derivative of the loss by each spike itself.
    kept : array, shape (filter states, filter states)
        What a step of the readout keeps of its states.
    y, entry : int
        The state that is read, and that which spikes are added to.
    traces, filtered : array, shape (trials, states, synapses)
    gradient : array, shape (synapses,)
    """
    n_trials, n_states, n = traces.shape
    new, of_filter = np.empty(n_states), np.empty(kept.shape[0])
    for trial in range(n_trials):
        trace, smooth = traces[trial], filtered[trial]
        for step in range(maps.shape[0]):
            t = start + step
            h, m, r = slopes[step, trial], maps[step, trial], resets[step, trial]
            for k in range(n):
                j, then = columns[k], t - lags[k]
                came = then >= 0 and spikes[max(then, 0), trial, rows[k]] != 0
                if first and came:
                    for s in range(n_states):
                        trace[s, k] += added[s, k]
                eligible = 0.0
                for s in range(n_states):
                    eligible += h[s, j] * trace[s, k]
                gradient[k] += direct[step, trial, j] * eligible
                if signal.size:
                    read = _filtered(smooth, kept, k, y, eligible, entry, first, of_filter)
                    gradient[k] += signal[step, trial, j] * read
                _pushed(trace, m, j, k, new)
                for s in range(n_states):
                    trace[s, k] = new[s]
                if not first and came:
                    for s in range(n_states):
                        for q in range(n_states):
                            trace[s, k] += r[s, q, j] * added[q, k]
