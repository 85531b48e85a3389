"""Spike-time jitter: noise on input spikes, to train against or to measure robustness."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError
from brainsnn.indices import MOST
from brainsnn.jit import njit
from brainsnn.spikes import IntArray, OffsetArray, SpikeTrains

BLOCK = 1_000_000
"""Shifts drawn at once; bounds memory, changes no result."""


@njit()
def _shift(
    sizes: tuple[int, int],
    offsets: OffsetArray,
    neuron: IntArray,
    step: IntArray,
    shifts: IntArray,
    out_neuron: IntArray,
    out_step: IntArray,
    out_offsets: OffsetArray,
) -> int:
    """Move every spike, sort each trial by step and neuron, merge spikes that fell together."""
    n_neurons, n_steps = sizes
    kept = 0
    for trial in range(offsets.size - 1):
        begin, end = offsets[trial], offsets[trial + 1]
        keys = np.empty(end - begin, np.int64)
        for k in range(begin, end):
            moved = min(max(step[k] + shifts[k], 0), n_steps - 1)
            keys[k - begin] = np.int64(moved) * n_neurons + neuron[k]
        keys.sort()
        previous = np.int64(-1)
        for key in keys:
            if key != previous:
                out_step[kept] = key // n_neurons
                out_neuron[kept] = key % n_neurons
                kept += 1
            previous = key
        out_offsets[trial + 1] = kept
    return kept


def _draw(
    n: int, amplitude: NDArray[np.float64], distribution: str, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Shifts of `n` spikes; their amplitude, or one amplitude a spike."""
    shifts = np.empty(n, np.int32)
    for begin in range(0, n, BLOCK):
        part = shifts[begin : begin + BLOCK]
        size = amplitude if amplitude.ndim == 0 else amplitude[begin : begin + BLOCK]
        if distribution == "uniform":
            largest = size.astype(np.int64)
            part[:] = rng.integers(-largest, largest, part.size, endpoint=True)
        else:
            drawn = np.rint(size * rng.standard_normal(part.size, np.float32))
            part[:] = np.clip(drawn, -MOST, MOST)
    return shifts


def jitter_steps(
    trains: SpikeTrains,
    amplitude: float | NDArray[np.float64],
    rng: np.random.Generator,
    distribution: Literal["uniform", "normal"] = "uniform",
) -> SpikeTrains:
    """Shift every spike by a random number of steps.

    A spike that would leave the trial stays at its first or last step. Spikes of one neuron that
    fall on the same step become one. Silent neurons stay silent.

    Parameters
    ----------
    trains : SpikeTrains
        The spikes; left as they are.
    amplitude : float, or array of float, shape (n_trials,)
        Largest shift in steps (uniform: integers from ``-amplitude`` to ``amplitude``), or
        standard deviation in steps (normal, rounded), of all trials or of each. 0 for all draws
        nothing and moves nothing.
    rng : numpy.random.Generator
        Draws the shifts, spike by spike.
    distribution : {"uniform", "normal"}, default "uniform"
        How shifts are distributed.

    Returns
    -------
    SpikeTrains

    Raises
    ------
    ConfigError
        If an amplitude is negative, not a number or beyond all steps, there is not one for each
        trial, or the distribution is unknown.
    """
    size = np.asarray(amplitude, np.float64)
    if not ((size >= 0) & (size <= MOST)).all():
        raise ConfigError(
            f"Jitter: the amplitude must not be negative, and at most {MOST} steps, got "
            f"{size.min()}..{size.max()}."
        )
    if size.ndim and size.shape != (trains.n_trials,):
        raise ConfigError(f"Jitter: {size.shape} amplitudes for {trains.n_trials} trials.")
    if distribution not in ("uniform", "normal"):
        raise ConfigError(f"Jitter: unknown distribution {distribution!r}. Known: normal, uniform.")
    if not size.any():
        return trains
    if size.ndim:
        size = np.repeat(size, np.diff(trains.offsets))
    shifts = _draw(trains.step.size, size, distribution, rng)
    neuron, step = np.empty_like(trains.neuron), np.empty_like(trains.step)
    offsets = np.zeros_like(trains.offsets)
    sizes = (trains.n_neurons, trains.n_steps)
    columns = (trains.offsets, trains.neuron, trains.step)
    kept = _shift(sizes, *columns, shifts, neuron, step, offsets)
    return SpikeTrains(*sizes, offsets, neuron[:kept], step[:kept])
