"""Currents and potentials of one layer in one trial, from spikes and weights.

Numbers of `Coefficients` travel as the array that `pack` makes, in the order of its fields.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import njit
from brainsnn.network.neurons.current_based import Coefficients

Floats = NDArray[np.float64]
Raster = NDArray[np.bool_]
Steps = NDArray[np.int32]


def pack(coefficients: Coefficients) -> Floats:
    """Coefficients as the array that the kernels take."""
    return np.array([getattr(coefficients, f.name) for f in fields(coefficients)], np.float64)


@njit()
def arrivals(step: Steps, neuron: Steps, weights: Floats, out: Floats) -> None:
    """Sum of the weights of the input spikes of each step, into `out` (n_steps, n).

    Parameters
    ----------
    step, neuron : array of int32, shape (n_spikes,)
        Input spikes, in any order.
    weights : array of float64, shape (pre, post)
    out : array of float64, shape (n_steps, post)
    """
    out[:] = 0.0
    for k in range(step.size):
        row, target = weights[neuron[k]], out[step[k]]
        for j in range(target.size):
            target[j] += row[j]


@njit()
def integrate(
    source: tuple[Steps, Steps],
    own: tuple[Steps, Steps],
    weights: Floats,
    bias: Floats,
    coefficients: Floats,
    current: Floats,
    potential: Floats,
    slope: Floats,
) -> None:
    """Currents and potentials (eqs. 1 and 2) of neurons whose spikes are known.

    Parameters
    ----------
    source, own : pair of array of int32
        Steps and neurons of the input spikes, and of the neurons' own, each of which resets;
        sorted by step.
    weights : array of float64, shape (pre, post)
    bias : array of float64, shape (post,)
    coefficients : array of float64
        See `pack`.
    current : array of float64, shape (n_steps, post) or (1, post)
        Filled in; with one row, which then serves all steps, that of the last.
    potential : array of float64, shape (n_steps, post)
        Filled in; that at a spike is the one before the reset.
    slope : array of float64
        Filled in for each own spike: what its potential gained in that step.
    """
    alpha_i, alpha_v, beta_i, beta_v, beta_bias = coefficients[:5]
    n_steps, n = potential.shape
    i, v, a, b = np.zeros(n), np.zeros(n), 0, 0
    for t in range(n_steps):
        now, felt, first = current[min(t, len(current) - 1)], potential[t], b
        now[:] = 0.0
        while a < source[0].size and source[0][a] == t:
            row = weights[source[1][a]]
            for j in range(n):
                now[j] += row[j]
            a += 1
        while b < own[0].size and own[0][b] == t:
            slope[b] = -v[own[1][b]]
            b += 1
        for j in range(n):
            i[j] = beta_i * now[j] + alpha_i * i[j]
            v[j] = beta_v * i[j] + beta_bias * bias[j] + alpha_v * v[j]
            now[j], felt[j] = i[j], v[j]
        for k in range(first, b):
            j = own[1][k]
            slope[k] += v[j]
            i[j] = v[j] = 0.0


@njit()
def fire(arrived: Floats, bias: Floats, coefficients: Floats, once: bool, spikes: Raster) -> None:
    """Spikes of the neurons (eqs. 1 to 3), into `spikes` (n_steps, n); see `integrate`."""
    alpha_i, alpha_v, beta_i, beta_v, beta_bias, theta = coefficients
    for j in range(arrived.shape[1]):
        current = potential = 0.0
        fired = False
        for t in range(arrived.shape[0]):
            current = beta_i * arrived[t, j] + alpha_i * current
            potential = beta_v * current + beta_bias * bias[j] + alpha_v * potential
            spikes[t, j] = potential >= theta and not (once and fired)
            if spikes[t, j]:
                fired = True
                current = potential = 0.0


@njit()
def spike_response(
    arrived: Floats, spikes: Raster, bias: Floats, kernel: Floats, leak: Floats, potential: Floats
) -> None:
    """Potentials as the spike response model sums them (eqs. 4 and 5); `integrate` is faster.

    Parameters
    ----------
    arrived, spikes, bias
        See `integrate`.
    kernel, leak : array of float64, shape (n_steps,)
        What a weight of 1, and what a bias of 1, leaves in the potential so many steps later.
    potential : array of float64, shape (n_steps, n)
        Filled in.
    """
    for j in range(arrived.shape[1]):
        since = 0
        for t in range(arrived.shape[0]):
            potential[t, j] = 0.0
            for s in range(since, t + 1):
                potential[t, j] += kernel[t - s] * arrived[s, j] + leak[t - s] * bias[j]
            if spikes[t, j]:
                since = t + 1
