"""Spikes of one population in a block of trials, usually the input of a network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.indices import indices, seal, size
from brainsnn.spikes.columns import (
    IntArray,
    OffsetArray,
    check_offsets,
    column,
    first_spike_steps,
)
from brainsnn.spikes.sorting import (
    count_spikes,
    sort_by_step,
    sorted_by_comparison,
    sorted_within_trials,
)

LONG = 1_000_000
"""Steps from which on spikes are sorted by comparing them: a place a step takes too much memory."""


@dataclass(frozen=True)
class SpikeTrains:
    """Spikes of one population in a block of trials, usually the input of a network.

    The columns are read-only; what a caller can still write to is copied.

    Parameters
    ----------
    n_neurons, n_steps : int
        Size of the population and length of a trial in steps.
    offsets : array of int64, shape (n_trials + 1,)
        Trial ``k`` owns the spikes ``offsets[k]:offsets[k + 1]``.
    neuron, step : array of int32, shape (n_spikes,)
        Who spiked, and when; sorted by step, then neuron, within a trial, no spike twice.

    Raises
    ------
    DataError
        If the columns disagree in length, are not whole numbers, are out of range, or are not
        sorted so.
    """

    n_neurons: int
    n_steps: int
    offsets: OffsetArray
    neuron: IntArray
    step: IntArray

    def __post_init__(self) -> None:
        dtypes = {"offsets": np.int64, "neuron": np.int32, "step": np.int32}
        for name, dtype in dtypes.items():
            values = column(f"Spike trains: {name}", getattr(self, name), dtype)
            object.__setattr__(self, name, values)
        for name in ("n_neurons", "n_steps"):
            number = size(f"Spike trains: {name}", getattr(self, name))
            object.__setattr__(self, name, number)
        self._check()

    def _check(self) -> None:
        n = self.neuron.size
        if self.step.size != n:
            raise DataError("Spike trains: neuron and step must have one entry a spike.")
        check_offsets("Spike trains", self.offsets, n)
        if n == 0:
            return
        if self.neuron.min() < 0 or self.neuron.max() >= self.n_neurons:
            raise DataError(f"Spike trains: neurons must be in 0..{self.n_neurons - 1}.")
        if self.step.min() < 0 or self.step.max() >= self.n_steps:
            raise DataError(f"Spike trains: steps must be in 0..{self.n_steps - 1}.")
        if not sorted_within_trials(self.offsets, self.neuron, self.step):
            raise DataError(
                "Spike trains: the spikes of a trial must be sorted by step, then neuron, and a "
                "neuron can spike only once in a step."
            )

    @property
    def n_trials(self) -> int:
        """Number of trials."""
        return self.offsets.size - 1

    @property
    def n_spikes(self) -> int:
        """Spikes of all trials."""
        return self.neuron.size

    @property
    def trial(self) -> IntArray:
        """Trial of every spike, shape (n_spikes,)."""
        return np.repeat(np.arange(self.n_trials, dtype=np.int32), np.diff(self.offsets))

    def __len__(self) -> int:
        return self.n_trials

    def __getitem__(self, trial: int) -> SpikeTrains:
        """One trial, as a block of its own; from the end if `trial` is negative."""
        if not -self.n_trials <= trial < self.n_trials:
            raise IndexError(f"There is no trial {trial} among {self.n_trials}.")
        return self.take(np.array([trial % self.n_trials]))

    @classmethod
    def from_first_steps(cls, steps: NDArray[np.integer], n_steps: int) -> SpikeTrains:
        """Trains in which neuron ``i`` of trial ``k`` spikes once, at ``steps[k, i]``.

        Parameters
        ----------
        steps : array of int, shape (n_trials, n_neurons)
            A step of `n_steps` or more stands for silence.
        n_steps : int
            Length of a trial.

        Returns
        -------
        SpikeTrains

        Raises
        ------
        DataError
            If the steps are not integers, not a table, or negative, or `n_steps` is impossible.
        """
        steps, n_steps = np.ascontiguousarray(steps), size("Spike trains: n_steps", n_steps)
        if steps.ndim != 2 or not np.issubdtype(steps.dtype, np.integer):
            raise DataError(
                f"First-spike steps must be integers of shape (n_trials, n_neurons), "
                f"got {steps.dtype} of shape {steps.shape}."
            )
        offsets = np.empty(len(steps) + 1, np.int64)
        if not count_spikes(steps, n_steps, offsets):
            raise DataError(f"First-spike steps must not be negative, got {steps.min()}.")
        if n_steps < LONG:
            neuron, step = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.int32)
            sort_by_step(steps, n_steps, offsets, neuron, step)
        else:
            neuron, step = sorted_by_comparison(steps, n_steps)
        seal(offsets, neuron, step)
        return cls(steps.shape[1], n_steps, offsets, neuron, step)

    @classmethod
    def from_raster(cls, raster: NDArray[np.bool_]) -> SpikeTrains:
        """Trains of a raster: who spikes when.

        Parameters
        ----------
        raster : array of bool, shape (n_trials, n_steps, n_neurons)

        Raises
        ------
        DataError
            If it is of another type or number of axes.
        """
        raster = np.asarray(raster)
        if raster.dtype != np.bool_ or raster.ndim != 3:
            raise DataError(
                "A raster is an array of bool, shape (n_trials, n_steps, n_neurons), got "
                f"{raster.dtype} of shape {raster.shape}."
            )
        trial, step, neuron = np.nonzero(raster)
        offsets = np.searchsorted(trial, np.arange(len(raster) + 1))
        n_steps, n_neurons = raster.shape[1:]
        return cls(n_neurons, n_steps, offsets, neuron.astype(np.int32), step.astype(np.int32))

    @classmethod
    def concatenate(cls, parts: Iterable[SpikeTrains]) -> SpikeTrains:
        """Join blocks of trials of the same population, in order.

        Give a generator rather than a list to keep memory low: each block is let go of as soon
        as its columns have been taken.

        Raises
        ------
        DataError
            If there is no block, or they differ in neurons or steps.
        """
        sizes, counts = set(), [np.zeros(1, np.int64)]
        neuron, step = np.empty(0, np.int32), np.empty(0, np.int32)
        for part in parts:
            sizes.add((part.n_neurons, part.n_steps))
            counts.append(np.diff(part.offsets))
            begin, end = neuron.size, neuron.size + part.neuron.size
            neuron.resize(end, refcheck=False)
            step.resize(end, refcheck=False)
            neuron[begin:], step[begin:] = part.neuron, part.step
        if len(sizes) != 1:
            raise DataError(f"Spike trains of {len(sizes)} different sizes cannot be joined.")
        seal(neuron, step)
        return cls(*sizes.pop(), np.cumsum(np.concatenate(counts)), neuron, step)

    @classmethod
    def beside(cls, parts: Sequence[SpikeTrains]) -> SpikeTrains:
        """Put trains of the same trials side by side, as those of one larger population.

        Parameters
        ----------
        parts : sequence of SpikeTrains
            One a population: neuron 0 of the second follows the last neuron of the first.

        Returns
        -------
        SpikeTrains
            As long as the longest part.

        Raises
        ------
        DataError
            If there is none, or they differ in the number of trials.
        """
        if len({part.n_trials for part in parts}) != 1:
            counts = ", ".join(str(part.n_trials) for part in parts) or "none"
            raise DataError(f"Trains side by side need the same trials, got {counts}.")
        firsts = np.cumsum([0, *(part.n_neurons for part in parts)])
        n_neurons = size("Spike trains: n_neurons", int(firsts[-1]))
        trials = np.arange(parts[0].n_trials)
        trial = np.concatenate([np.repeat(trials, np.diff(part.offsets)) for part in parts])
        neuron = np.concatenate(
            [part.neuron + np.int32(first) for part, first in zip(parts, firsts, strict=False)]
        )
        step = np.concatenate([part.step for part in parts])
        order = np.lexsort((neuron, step, trial))
        offsets = np.sum([part.offsets for part in parts], axis=0)
        n_steps = max(part.n_steps for part in parts)
        return cls(n_neurons, n_steps, offsets, neuron[order], step[order])

    def first_steps(self) -> IntArray:
        """First-spike step of every neuron, shape (n_trials, n_neurons); `n_steps` if silent."""
        out = np.full((self.n_trials, self.n_neurons), self.n_steps, np.int32)
        everyone = np.broadcast_to(np.int32(0), self.step.shape)
        first_spike_steps(self.offsets, everyone, self.neuron, self.step, 0, out)
        return out

    def take(self, trials: NDArray[np.integer]) -> SpikeTrains:
        """The given trials, in the given order.

        Raises
        ------
        DataError
            If there is no such trial.
        """
        trials = indices("Trials", trials, self.n_trials)
        counts = np.diff(self.offsets)[trials]
        offsets = np.concatenate(([0], np.cumsum(counts)))
        index = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - self.offsets[trials], counts)
        neuron, step = self.neuron[index], self.step[index]
        seal(neuron, step)
        return SpikeTrains(self.n_neurons, self.n_steps, offsets, neuron, step)
