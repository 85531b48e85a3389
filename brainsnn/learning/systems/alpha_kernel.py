r"""First spikes of alpha synapses and their derivatives, compiled.

Inputs are taken in the order of their times. With those up to now, :math:`\tau`, a neuron's
potential is, a time s later and before the next input,

.. math::
    V(\tau + s) = e^{-K s} (a s - b), \qquad a = \sum_C w_i e^{-K (\tau - t_i)}, \qquad
    b = \sum_C w_i (t_i - \tau) e^{-K (\tau - t_i)} .

Both are moved on from input to input, so no exponential grows, however late a spike is. The first
s with :math:`V = \theta` is :math:`b / a - W / K` with
:math:`W = W_0(-\frac{K \theta}{a} e^{K b / a})`, and the slope there :math:`e^{-K s} a (1 + W)`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import njit

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

_FLATTEST = 1e-300
"""Least slope at a spike: where a potential only touches the threshold, nothing divides by 0."""


@njit(error_model="numpy")
def lambert_w(x: float) -> float:
    """Lambert's W, its upper branch, of -1/e to 0; -1 of anything less."""
    p = 2.0 * (np.e * x + 1.0)
    if p <= 0.0:
        return -1.0
    p = np.sqrt(p)
    w = -1.0 + p * (1.0 - p * (1.0 / 3.0 - p * (11.0 / 72.0 - p * 43.0 / 540.0)))
    if p < 1e-3:
        return w
    if x > -0.2:
        w = x * (1.0 - x * (1.0 - 1.5 * x))
    for _ in range(20):
        grown = np.exp(w)
        off = w * grown - x
        step = off / (grown * (w + 1.0) - (w + 2.0) * off / (2.0 * w + 2.0))
        w -= step
        if abs(step) <= 1e-16 + 1e-15 * abs(w):
            break
    return w


@njit(error_model="numpy")
def crossing(a: float, b: float, gap: float, decay: float, threshold: float) -> tuple[float, float]:
    """How much later a potential first reaches the threshold, and its slope there.

    Parameters
    ----------
    a, b : float
        Of a neuron below the threshold; see the module docstring.
    gap : float
        Time until the next input; infinity if there is none.
    decay, threshold : float

    Returns
    -------
    float
        Infinity if it does not within `gap`.
    float
    """
    peak = 1.0 / decay + b / a
    if not (a > 0.0 and peak > 0.0):
        return np.inf, 0.0
    until = min(peak, gap)
    if np.exp(-decay * until) * (a * until - b) < threshold:
        return np.inf, 0.0
    w = lambert_w(-decay * threshold / a * np.exp(decay * b / a))
    after = min(max(b / a - w / decay, 0.0), gap)
    return after, max(np.exp(-decay * after) * a * (1.0 + w), _FLATTEST)


@njit(error_model="numpy")
def _may_cross(
    a: Floats, b: Floats, times: Floats, gap: float, decay: float, threshold: float, found: Flags
) -> None:
    """Fill in who is silent and may cross within `gap`; one exponential and no branch in all."""
    factor = np.exp(-decay * gap)
    for j in range(a.size):
        rising = a[j] + decay * b[j]
        between = (rising > 0.0) & (rising < decay * gap * a[j]) & (a[j] >= decay * threshold)
        at_end = factor * (gap * a[j] - b[j]) >= threshold
        found[j] = (between | at_end) & (times[j] == np.inf)


@njit(error_model="numpy")
def first_spikes(
    inputs: Floats,
    order: Places,
    weights: Floats,
    decay: float,
    threshold: float,
    times: Floats,
    last: Places,
    slope: Floats,
) -> None:
    """Fill in what each neuron does in each trial.

    Parameters
    ----------
    inputs : array, shape (trials, pre)
        Times; infinity for none.
    order : array of int, shape (trials, pre)
        Sorts them.
    weights : array, shape (pre, post)
    decay, threshold : float
    times : array, shape (trials, post)
        Filled in; infinity for neurons that are silent.
    last : array of int, shape (trials, post)
        Filled in: place in `order` of the last input before a spike; -1 for none.
    slope : array, shape (trials, post)
        Filled in: of the potential at a spike.
    """
    n_pre, n_post = weights.shape
    a, b, may = np.empty(n_post), np.empty(n_post), np.empty(n_post, np.bool_)
    for n in range(inputs.shape[0]):
        a[:], b[:], times[n], last[n], slope[n] = 0.0, 0.0, np.inf, -1, 0.0
        left = n_post
        for k in range(n_pre):
            now = inputs[n, order[n, k]]
            if now == np.inf or left == 0:
                break
            row = weights[order[n, k]]
            for j in range(n_post):
                a[j] += row[j]
            after = inputs[n, order[n, k + 1]] if k + 1 < n_pre else np.inf
            if after == now:
                continue
            _may_cross(a, b, times[n], after - now, decay, threshold, may)
            for j in range(n_post):
                if may[j]:
                    later, steep = crossing(a[j], b[j], after - now, decay, threshold)
                    if later < np.inf:
                        times[n, j], last[n, j], slope[n, j] = now + later, k, steep
                        left -= 1
            factor = np.exp(-decay * (after - now))
            for j in range(n_post):
                b[j] = factor * (b[j] - (after - now) * a[j])
                a[j] *= factor


@njit(error_model="numpy")
def derivatives(
    inputs: Floats,
    order: Places,
    weights: Floats,
    spikes: tuple[Floats, Places, Floats],
    bar: Floats,
    constants: tuple[float, float],
    since: int,
    by_weight: Floats,
    by_input: Floats,
) -> None:
    r"""Add up derivatives of the loss, by those of spike times.

    .. math::
        \frac{\partial T}{\partial w_i} = -\frac{(T - t_i) e^{-K (T - t_i)}}{V'(T)}, \qquad
        \frac{\partial T}{\partial t_i} = \frac{w_i (1 - K (T - t_i)) e^{-K (T - t_i)}}{V'(T)}

    Parameters
    ----------
    inputs, order, weights
        See `first_spikes`.
    spikes : tuple
        ``times``, ``last`` and ``slope`` of it.
    bar : array, shape (trials, post)
        Derivatives of the loss by times; those of silent neurons count nothing.
    constants : tuple of float
        Decay, and the largest derivative of a spike time.
    since : int
        First input by whose time derivatives are wanted.
    by_weight : array, shape (pre, post)
        Added to.
    by_input : array, shape (trials, pre - since)
        Filled in.
    """
    times, last, slope = spikes
    decay, clip = constants
    n_post = weights.shape[1]
    grown, first, when = np.empty(n_post), np.empty(n_post), np.empty(n_post)
    for n in range(inputs.shape[0]):
        by_input[n] = 0.0
        end = -1
        for j in range(n_post):
            grown[j], first[j], when[j] = 0.0, 0.0, 0.0
            if last[n, j] >= 0:
                when[j] = times[n, j]
                apart = when[j] - inputs[n, order[n, last[n, j]]]
                first[j] = np.exp(-decay * apart) / slope[n, j]
                end = max(end, last[n, j])
        factor, after = 0.0, 0.0
        for k in range(end, -1, -1):
            i = order[n, k]
            t, row, out = inputs[n, i], weights[i], by_weight[i]
            if k < end:
                factor = np.exp(-decay * (after - t))
            after = t
            for j in range(n_post):
                grown[j] = first[j] if last[n, j] == k else grown[j] * factor
                out[j] += bar[n, j] * min(max((t - when[j]) * grown[j], -clip), clip)
            if i >= since:
                total = 0.0
                for j in range(n_post):
                    d = row[j] * (1.0 - decay * (when[j] - t)) * grown[j]
                    total += bar[n, j] * min(max(d, -clip), clip)
                by_input[n, i - since] = total
