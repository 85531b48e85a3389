"""What an engine recorded of a block of trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from brainsnn.errors import DataError
from brainsnn.spikes.columns import FloatArray, IntArray, OffsetArray, first_spike_steps


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

    @classmethod
    def concatenate(cls, parts: Sequence[Recording]) -> Recording:
        """The trials of several recordings of one network, one after the other."""
        if len(parts) == 1:
            return parts[0]
        first = parts[0]
        counts = np.concatenate([part.offsets[1:] - part.offsets[:-1] for part in parts])
        columns = ("population", "neuron", "step", "potential")
        return cls(
            populations=first.populations,
            n_steps=first.n_steps,
            dt=first.dt,
            offsets=np.concatenate(([0], np.cumsum(counts))),
            **{name: np.concatenate([getattr(part, name) for part in parts]) for name in columns},
            final={
                name: np.concatenate([part.final[name] for part in parts]) for name in first.final
            },
        )

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
        wanted = self.code(population)
        first_spike_steps(self.offsets, self.population, self.neuron, self.step, wanted, out)
        return out

    def counts(self, population: str) -> IntArray:
        """Number of spikes of every neuron, shape (n_trials, size)."""
        size = self.populations[population]
        mine = self.population == self.code(population)
        flat = self.trial[mine].astype(np.int64) * size + self.neuron[mine]
        counts = np.bincount(flat, minlength=self.n_trials * size)
        return counts.reshape(self.n_trials, size).astype(np.int32)

    def to_frame(self) -> pd.DataFrame:
        """Long table: trial, population (categorical), neuron, step, time (s), potential.

        Its ``attrs``, which a Parquet file keeps, say what no row does: ``n_trials``, ``n_steps``,
        ``dt`` (s) and ``populations`` (sizes).
        """
        names = pd.Categorical.from_codes(
            self.population, categories=pd.Index(list(self.populations))
        )
        frame = pd.DataFrame(
            {
                "trial": self.trial,
                "population": names,
                "neuron": self.neuron,
                "step": self.step,
                "time": self.step * self.dt,
                "potential": self.potential,
            }
        )
        frame.attrs = {
            "n_trials": int(self.n_trials),
            "n_steps": int(self.n_steps),
            "dt": float(self.dt),
            "populations": {name: int(size) for name, size in self.populations.items()},
        }
        return frame
