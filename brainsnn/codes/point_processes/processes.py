r"""Spike trains of point processes, from numbers that are uniform in [0, 1).

Functions of what was drawn: they draw nothing themselves, so the same numbers give the same spikes.
An interval of a Poisson process of rate 1 is :math:`-\log(1 - a)`.

References
----------
D. Heeger, Poisson model of spike generation, handout, Stanford University (2000); P. A. W. Lewis
and G. S. Shedler, Simulation of nonhomogeneous Poisson processes by thinning, Naval Res. Logist.
Q. 26, 403 (1979); E. N. Brown, R. Barbieri, V. Ventura, R. E. Kass and L. M. Frank, The
time-rescaling theorem and its application to neural spike train data analysis, Neural Comput. 14,
325 (2002).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import DataError
from brainsnn.indices import size

FloatArray = NDArray[np.float64]
Rate = Callable[[FloatArray], FloatArray]
"""Rate in 1/s, or its integral, at times in seconds."""


def spikes_per_step(
    uniforms: ArrayLike, probabilities: ArrayLike, dead_steps: int = 0
) -> NDArray[np.bool_]:
    """A spike in each step with a probability of its own: ``x <= r dt``.

    Parameters
    ----------
    uniforms : array of float, shape (n_steps, n_neurons)
    probabilities : array of float, shape (n_neurons,) or (n_steps, n_neurons)
        ``r dt``, not negative; from 1 on there is a spike in every step.
    dead_steps : int, default 0
        Steps after a spike in which there is none.

    Returns
    -------
    array of bool, shape (n_steps, n_neurons)

    Raises
    ------
    DataError
        If the shapes do not fit, a probability is negative or not finite, or a uniform number is
        not in [0, 1].
    """
    x, p = _unit(uniforms), np.asarray(probabilities, np.float64)
    if x.ndim != 2 or p.shape not in (x.shape, x.shape[1:]):
        raise DataError(
            f"Uniform numbers are (n_steps, n_neurons) and probabilities fit them, got shapes "
            f"{x.shape} and {p.shape}."
        )
    if not ((p >= 0) & np.isfinite(p)).all():
        raise DataError("Probabilities of spikes must be finite and not negative.")
    # A probability of 0 is no spike, also where the draw is 0.
    spikes = (x <= p) & (p > 0)
    wait = size("Dead time in steps", dead_steps)
    if wait:
        silent_until = np.zeros(x.shape[1], np.int64)
        for step, fired in enumerate(spikes):
            fired &= silent_until <= step
            silent_until[fired] = step + wait + 1
    return spikes


def spikes_by_gaps(
    rng: np.random.Generator, probabilities: FloatArray, n_steps: int, dead_steps: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A spike in each step with a neuron's probability, drawn from spike to spike.

    The steps from one spike to the next are geometric, plus `dead_steps`; the trains have the
    distribution of `spikes_per_step`, at a cost in proportion to the spikes.

    Parameters
    ----------
    rng : numpy.random.Generator
    probabilities : array of float, shape (n_neurons,)
        ``r dt``, not negative; from 1 on there is a spike in every step that can have one.
    n_steps : int
    dead_steps : int, default 0
        Steps after a spike in which there is none.

    Returns
    -------
    step, neuron : array of int64
        By step, then neuron.
    """
    alive = np.flatnonzero(probabilities > 0)
    chance = np.minimum(probabilities[alive], 1.0)
    with np.errstate(divide="ignore"):
        scale = -1 / np.log1p(-chance)  # of certain spikes 0: the floor of what is exponential
    mean = float((n_steps * chance / (1 + dead_steps * chance)).max(initial=0.0))
    rows = int(mean + 5 * np.sqrt(mean)) + 4
    last, found = np.full(alive.size, -1.0 - dead_steps), [np.empty((0, alive.size))]
    while (last < n_steps).any():
        gaps = np.floor(rng.standard_exponential((rows, alive.size)) * scale) + (1 + dead_steps)
        found.append(last + np.cumsum(gaps, axis=0))
        last = found[-1][-1]
    steps = np.concatenate(found)
    inside = steps < n_steps
    neuron = np.broadcast_to(alive, steps.shape)[inside]
    place = steps[inside].astype(np.int64) * probabilities.size + neuron
    place.sort()
    return place // probabilities.size, place % probabilities.size


def intervals_to_times(uniforms: ArrayLike, rate: float, duration: float) -> FloatArray:
    r"""Spikes of a Poisson process by its intervals :math:`-\log(1 - a) / r`.

    Parameters
    ----------
    uniforms : array of float, shape (n,)
        As many as it takes to pass the end, or more.
    rate : float
        In 1/s.
    duration : float
        In seconds.

    Returns
    -------
    array of float
        Times before `duration`, in seconds.

    Raises
    ------
    DataError
        If the rate or duration is impossible, or the numbers do not reach the end.
    """
    return _until(_unit_rate(uniforms) / _positive("rate", rate), _positive("duration", duration))


def rescaled_times(uniforms: ArrayLike, cumulative: Rate, duration: float) -> FloatArray:
    r"""Spikes of an inhomogeneous Poisson process by time rescaling.

    The k-th spike is where the cumulative rate is the k-th spike of a process of rate 1,
    :math:`\Lambda(t_k) = -\sum_{j \le k} \log(1 - a_j)`; found by halving to the last bits.

    Parameters
    ----------
    uniforms : array of float, shape (n,)
        As many as it takes to pass :math:`\Lambda` of the end, or more.
    cumulative : callable
        :math:`\Lambda(t) = \int_0^t r`, for an array of times in seconds; never falling.
    duration : float
        In seconds.

    Returns
    -------
    array of float
        Times before `duration`, in seconds.

    Raises
    ------
    DataError
        If the duration is impossible, or the numbers do not reach the end.
    """
    end = _positive("duration", duration)
    total = float(np.asarray(cumulative(np.array([end])))[0])
    wanted = _until(_unit_rate(uniforms), total)
    low, high = np.zeros(wanted.size), np.full(wanted.size, end)
    while True:
        middle = low + (high - low) / 2
        open_ = (low < middle) & (middle < high)
        if not open_.any():
            return high
        below = np.asarray(cumulative(middle)) < wanted
        low, high = np.where(open_ & below, middle, low), np.where(open_ & ~below, middle, high)


def thinned_times(uniforms: ArrayLike, rate: Rate, bound: float, duration: float) -> FloatArray:
    """Spikes of an inhomogeneous Poisson process by thinning one of a rate that is never below.

    Parameters
    ----------
    uniforms : array of float, shape (n, 2)
        Column 0 gives the intervals of candidates, column 1 keeps a candidate where it is at most
        ``rate / bound``.
    rate : callable
        Rate in 1/s for an array of times in seconds.
    bound : float
        In 1/s; not below the rate anywhere.
    duration : float
        In seconds.

    Returns
    -------
    array of float
        Times before `duration`, in seconds.

    Raises
    ------
    DataError
        If the rate passes the bound or is negative at a candidate, or the numbers do not reach the
        end.
    """
    pairs = _unit(uniforms)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise DataError(f"Thinning takes two uniform numbers a candidate, got shape {pairs.shape}.")
    times = intervals_to_times(pairs[:, 0], bound, duration)
    rates = np.asarray(rate(times), np.float64)
    if not ((rates >= 0) & (rates <= bound)).all():
        raise DataError(f"Thinning: the rate must be in 0..{bound:g} 1/s at all times.")
    return times[pairs[: times.size, 1] <= rates / bound]


def _unit(uniforms: ArrayLike) -> FloatArray:
    x = np.asarray(uniforms, np.float64)
    if not ((x >= 0) & (x <= 1)).all():
        raise DataError("Uniform numbers must be in 0..1.")
    return x


def _unit_rate(uniforms: ArrayLike) -> FloatArray:
    """Spike times of a process of rate 1."""
    x = _unit(uniforms)
    if x.ndim != 1 or (x == 1).any():
        raise DataError("Intervals take a column of uniform numbers below 1.")
    return np.asarray(np.cumsum(-np.log1p(-x)), np.float64)


def _until(times: FloatArray, end: float) -> FloatArray:
    if not times.size or times[-1] < end:
        raise DataError(f"{times.size} uniform numbers are too few to reach the end; draw more.")
    return times[times < end]


def _positive(what: str, value: float) -> float:
    if not 0 < value < np.inf:
        raise DataError(f"A {what} must be positive, got {value:g}.")
    return float(value)
