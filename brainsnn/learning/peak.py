"""Largest potential of each neuron up to a step, from the spikes that reached it.

A neuron that fires once has fired by step t if its potential was ever above the threshold before t,
which the potential at t does not tell: later spikes may have taken it down again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import njit

Steps = NDArray[np.int32]
Values = NDArray[np.float64]


@njit()
def in_order(pre: Steps, before: int, place: NDArray[np.int64], order: NDArray[np.int64]) -> int:
    """Fill in the neurons that spiked before a step, by time; return how many.

    Parameters
    ----------
    pre : array of int32, shape (n_pre,)
        First-spike steps, 0 or more.
    before : int
    place : array of int64, longer than `before` by 1 or more
        Room to work in.
    order : array of int64, shape (n_pre,)
    """
    place[: before + 1] = 0
    for i in range(pre.size):
        if pre[i] < before:
            place[pre[i] + 1] += 1
    for t in range(before):
        place[t + 1] += place[t]
    n = place[before]
    for i in range(pre.size):
        if pre[i] < before:
            order[place[pre[i]]] = i
            place[pre[i]] += 1
    return n


@njit()
def peaks(
    pre: Steps, weights: Values, order: NDArray[np.int64], total: Values, peak: Values, gate: Steps
) -> None:
    """Fill in the largest potential of each neuron, 0 at least, and the step just after it.

    Parameters
    ----------
    pre : array of int32, shape (n_pre,)
        First-spike steps.
    weights : array of float64, shape (n_pre, n_post)
    order : array of int64
        The neurons whose spikes arrive, by time (`in_order`).
    total : array of float64, shape (n_post,)
        Room to work in.
    peak : array of float64, shape (n_post,)
        What the spikes before the gate add up to.
    gate : array of int32, shape (n_post,)
        The first step at which that is so, 0 for a potential that never rose.
    """
    total[:], peak[:], gate[:] = 0.0, 0.0, 0
    k = 0
    while k < order.size:
        t = pre[order[k]]
        while k < order.size and pre[order[k]] == t:
            row = weights[order[k]]
            for j in range(total.size):
                total[j] += row[j]
            k += 1
        for j in range(total.size):
            if total[j] > peak[j]:
                peak[j], gate[j] = total[j], t + 1
