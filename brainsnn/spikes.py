"""Spikes as columns: the input spikes of many trials, and what an engine recorded of them.

Both tables are sorted by trial, then step; ``offsets`` says where each trial begins. A step is an
integer from 0; ``time = step * dt``. A neuron that never spikes in a trial has, as its first-spike
step, ``n_steps``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.errors import DataError

IntArray = NDArray[np.int32]
OffsetArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@numba.njit(cache=True)
def _first_steps(
    offsets: OffsetArray, neuron: IntArray, step: IntArray, wanted: NDArray[np.bool_], out: IntArray
) -> None:
    for trial in range(offsets.size - 1):
        for k in range(offsets[trial], offsets[trial + 1]):
            if wanted[k] and step[k] < out[trial, neuron[k]]:
                out[trial, neuron[k]] = step[k]


@dataclass(frozen=True)
class SpikeTrains:
    """Spikes of one population in a block of trials, usually the input of a network.

    Parameters
    ----------
    n_neurons, n_steps : int
        Size of the population and length of a trial in steps.
    offsets : array of int64, shape (n_trials + 1,)
        Trial ``k`` owns the spikes ``offsets[k]:offsets[k + 1]``.
    neuron, step : array of int32, shape (n_spikes,)
        Who spiked, and when; sorted by step, then neuron, within a trial.

    Raises
    ------
    DataError
        If the columns disagree in length, are out of range, or are not sorted by step.
    """

    n_neurons: int
    n_steps: int
    offsets: OffsetArray
    neuron: IntArray
    step: IntArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "offsets", np.ascontiguousarray(self.offsets, np.int64))
        object.__setattr__(self, "neuron", np.ascontiguousarray(self.neuron, np.int32))
        object.__setattr__(self, "step", np.ascontiguousarray(self.step, np.int32))
        self._check()

    def _check(self) -> None:
        n = self.neuron.size
        if self.step.size != n or self.offsets.size < 1:
            raise DataError("Spike trains: neuron and step must have one entry a spike.")
        if self.offsets[0] != 0 or self.offsets[-1] != n or (np.diff(self.offsets) < 0).any():
            raise DataError(f"Spike trains: offsets must rise from 0 to the {n} spikes.")
        if n == 0:
            return
        if self.neuron.min() < 0 or self.neuron.max() >= self.n_neurons:
            raise DataError(f"Spike trains: neurons must be in 0..{self.n_neurons - 1}.")
        if self.step.min() < 0 or self.step.max() >= self.n_steps:
            raise DataError(f"Spike trains: steps must be in 0..{self.n_steps - 1}.")
        falls = np.flatnonzero(np.diff(self.step) < 0) + 1
        if not np.isin(falls, self.offsets).all():
            raise DataError("Spike trains: the spikes of a trial must be sorted by step.")

    @property
    def n_trials(self) -> int:
        """Number of trials."""
        return self.offsets.size - 1

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
        """
        steps = np.asarray(steps)
        trial, neuron = np.nonzero(steps < n_steps)
        step = steps[trial, neuron]
        order = np.lexsort((neuron, step, trial))
        counts = np.bincount(trial, minlength=steps.shape[0])
        offsets = np.concatenate(([0], np.cumsum(counts)))
        return cls(steps.shape[1], n_steps, offsets, neuron[order], step[order])

    def first_steps(self) -> IntArray:
        """First-spike step of every neuron, shape (n_trials, n_neurons); `n_steps` if silent."""
        out = np.full((self.n_trials, self.n_neurons), self.n_steps, np.int32)
        _first_steps(self.offsets, self.neuron, self.step, np.ones(self.neuron.size, np.bool_), out)
        return out

    def take(self, trials: NDArray[np.integer]) -> SpikeTrains:
        """The given trials, in the given order."""
        trials = np.asarray(trials, np.int64)
        counts = np.diff(self.offsets)[trials]
        offsets = np.concatenate(([0], np.cumsum(counts)))
        index = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - self.offsets[trials], counts)
        return SpikeTrains(
            self.n_neurons, self.n_steps, offsets, self.neuron[index], self.step[index]
        )


@dataclass(frozen=True)
class Recording:
    """What happened in a block of trials, as columns sorted by trial, step, population, neuron.

    Parameters
    ----------
    populations : mapping of str to int
        Name and size of every population, inputs first; its order gives the integer codes in
        the column `population`.
    n_steps : int
        Length of a trial in steps.
    dt : float
        Length of a step in seconds.
    offsets : array of int64, shape (n_trials + 1,)
        Trial ``k`` owns the rows ``offsets[k]:offsets[k + 1]``.
    population, neuron, step : array of int32, shape (n_spikes,)
        Who spiked, and when.
    potential : array of float64, shape (n_spikes,)
        Membrane potential at the spike, before the reset; NaN for populations without one.
    final : dict of str to array of float64, shape (n_trials, size)
        Membrane potential at the end of each trial, for every population that has one.
    """

    populations: Mapping[str, int]
    n_steps: int
    dt: float
    offsets: OffsetArray
    population: IntArray
    neuron: IntArray
    step: IntArray
    potential: FloatArray
    final: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def n_trials(self) -> int:
        """Number of trials."""
        return self.offsets.size - 1

    def code(self, population: str) -> int:
        """Integer that stands for `population` in the column of that name.

        Raises
        ------
        DataError
            If there is no such population.
        """
        names = list(self.populations)
        if population not in names:
            raise DataError(f"No population {population!r} in this recording; it has {names}.")
        return names.index(population)

    @property
    def trial(self) -> IntArray:
        """Trial of every spike, shape (n_spikes,)."""
        return np.repeat(np.arange(self.n_trials, dtype=np.int32), np.diff(self.offsets))

    def first_steps(self, population: str) -> IntArray:
        """First-spike step of every neuron, shape (n_trials, size); `n_steps` if silent."""
        out = np.full((self.n_trials, self.populations[population]), self.n_steps, np.int32)
        wanted = self.population == self.code(population)
        _first_steps(self.offsets, self.neuron, self.step, wanted, out)
        return out

    def counts(self, population: str) -> IntArray:
        """Number of spikes of every neuron, shape (n_trials, size)."""
        size = self.populations[population]
        mine = self.population == self.code(population)
        flat = self.trial[mine].astype(np.int64) * size + self.neuron[mine]
        counts = np.bincount(flat, minlength=self.n_trials * size)
        return counts.reshape(self.n_trials, size).astype(np.int32)

    def to_frame(self) -> pd.DataFrame:
        """Long table: trial, population (categorical), neuron, step, time (s), potential."""
        names = pd.Categorical.from_codes(self.population, categories=list(self.populations))
        return pd.DataFrame(
            {
                "trial": self.trial,
                "population": names,
                "neuron": self.neuron,
                "step": self.step,
                "time": self.step * self.dt,
                "potential": self.potential,
            }
        )
