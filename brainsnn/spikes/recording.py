"""What an engine recorded of a block of trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.indices import is_sealed, seal, size
from brainsnn.jit import njit
from brainsnn.spikes.columns import (
    FloatArray,
    IntArray,
    OffsetArray,
    column,
    count_spikes,
    first_spike_steps,
)
from brainsnn.spikes.traces import Trace, traces_frame

COLUMNS = ("offsets", "population", "neuron", "step")
DTYPES: tuple[np.dtype[Any], ...] = (np.dtype(np.int64), *[np.dtype(np.int32)] * 3)

FITS, LENGTHS, POPULATION, NEURON, STEP, ORDER = range(6)
"""What `_judge` finds: nothing wrong, or what is."""


@njit()
def _judge(
    offsets: OffsetArray,
    population: IntArray,
    neuron: IntArray,
    step: IntArray,
    n_potentials: int,
    sizes: NDArray[np.int64],
    n_steps: int,
) -> tuple[int, int]:
    """What is wrong with the columns, and with which spike."""
    n, last = step.size, offsets.size - 1
    if not n == population.size == neuron.size == n_potentials:
        return LENGTHS, 0
    if last < 0 or offsets[0] != 0 or offsets[last] != n:
        return LENGTHS, 0
    for trial in range(last):
        begin, end = offsets[trial], offsets[trial + 1]
        if end < begin or end > n:
            return LENGTHS, 0
        previous = np.int64(-1)
        for k in range(begin, end):
            p, i, t = np.int64(population[k]), np.int64(neuron[k]), np.int64(step[k])
            if p < 0 or p >= sizes.size:
                return POPULATION, k
            if i < 0 or i >= sizes[p]:
                return NEURON, k
            if t < 0 or t >= n_steps:
                return STEP, k
            if k > begin and t == step[k - 1]:
                if p < population[k - 1] or (p == population[k - 1] and i <= previous):
                    return ORDER, k
            elif k > begin and t < step[k - 1]:
                return ORDER, k
            previous = i
    return FITS, 0


@lru_cache(maxsize=256)
def _sizes(populations: tuple[tuple[str, int], ...]) -> NDArray[np.int64]:
    sizes = [size(f"Recording: size of {name!r}", n) for name, n in populations]
    return np.array(sizes, np.int64)


@dataclass(frozen=True)
class Recording:
    """What happened in a block of trials, as columns sorted by trial, step, population, neuron.

    All but the potentials are read-only; what a caller can still write to is copied.

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
    states : dict of (str, str) to array of float64, shape (n_trials, n_steps, size)
        By population and variable: state variables at every step, before the reset, where a rule
        has added them.
    traces : dict of str to Trace
        State variables that the network was asked to record, by ``<population>.<variable>``.

    Raises
    ------
    DataError
        If the columns disagree in length, are not whole numbers, name a population, neuron or step
        that is not there, or are not sorted so, each spike once.
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
    states: Mapping[tuple[str, str], FloatArray] = field(default_factory=dict)
    traces: Mapping[str, Trace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = (self.offsets, self.population, self.neuron, self.step)
        if not (is_sealed(columns, DTYPES) and type(self.n_steps) is int):
            self._seal()
            columns = (self.offsets, self.population, self.neuron, self.step)
        sizes = _sizes(tuple(self.populations.items()))
        fault, k = _judge(*columns, len(self.potential), sizes, self.n_steps)
        if fault != FITS:
            raise DataError(f"Recording: {self._explain(fault, k)}")

    @classmethod
    def of_engine(
        cls,
        populations: Mapping[str, int],
        n_steps: int,
        dt: float,
        columns: tuple[OffsetArray, IntArray, IntArray, IntArray, FloatArray],
        final: Mapping[str, FloatArray],
        traces: Mapping[str, Trace] = MappingProxyType({}),
    ) -> Recording:
        """A recording of columns that compiled code wrote and sealed: they are not judged again.

        That costs as much as a short trial.
        """
        made = object.__new__(cls)
        names = (*COLUMNS, "potential")
        vars(made).update(zip(names, columns, strict=True))
        vars(made).update(populations=populations, n_steps=n_steps, dt=dt, final=final, states={})
        vars(made)["traces"] = traces
        return made

    def with_states(self, states: Mapping[tuple[str, str], FloatArray]) -> Recording:
        """Return the same recording with state variables at every step."""
        made = object.__new__(type(self))
        vars(made).update(vars(self), states=dict(states))
        return made

    def _seal(self) -> None:
        """Make the columns what they should be, where an engine has not done so already."""
        put = object.__setattr__
        put(self, "n_steps", size("Recording: n_steps", self.n_steps))
        for name, dtype in zip(COLUMNS, DTYPES, strict=True):
            put(self, name, column(f"Recording: {name}", getattr(self, name), dtype))
        potential = np.ascontiguousarray(self.potential, np.float64)
        if potential.shape != self.step.shape:
            raise DataError(
                f"Recording: one potential a spike, for {self.step.size} spikes, is needed, got "
                f"shape {potential.shape}."
            )
        put(self, "potential", potential)

    def _explain(self, fault: int, k: int) -> str:
        """What `_judge` found wrong with the columns, or with spike k."""
        if fault == LENGTHS:
            n = [np.size(getattr(self, name)) for name in (*COLUMNS[1:], "potential")]
            return (
                "population, neuron, step and potential must have one entry a spike, and offsets "
                f"must rise from 0 to that many; there are {n} entries."
            )
        names, p, i, t = list(self.populations), self.population[k], self.neuron[k], self.step[k]
        if fault == POPULATION:
            return f"spike {k} is of population {p}; there are {len(names)}."
        if fault == NEURON:
            return f"spike {k} is of neuron {i} of {self.populations[names[p]]} in {names[p]!r}."
        if fault == STEP:
            return f"spike {k} is at step {t} of trials of {self.n_steps} steps."
        return (
            f"spike {k} is not in its place: the spikes of a trial are sorted by step, population "
            "and neuron, and none comes twice."
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Recording]) -> Recording:
        """The trials of several recordings of one network, one after the other.

        Raises
        ------
        DataError
            If there is none, or they are of different networks or lengths of a trial.
        """
        if len(parts) == 1:
            return parts[0]
        networks = {
            (*part.populations.items(), part.n_steps, *part.final, *part.traces) for part in parts
        }
        if len(networks) != 1:
            raise DataError(f"Recordings of {len(networks)} different networks cannot be joined.")
        first = parts[0]
        counts = np.concatenate([part.offsets[1:] - part.offsets[:-1] for part in parts])
        names = ("population", "neuron", "step", "potential")
        columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        columns["offsets"] = np.concatenate(([0], np.cumsum(counts)))
        seal(*columns.values())
        return cls(
            populations=first.populations,
            n_steps=first.n_steps,
            dt=first.dt,
            **columns,
            final={
                name: np.concatenate([part.final[name] for part in parts]) for name in first.final
            },
            traces={
                name: Trace.concatenate([part.traces[name] for part in parts])
                for name in first.traces
            },
            states={k: np.concatenate([part.states[k] for part in parts]) for k in first.states},
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
        wanted = self.code(population)
        out = np.full((self.n_trials, self.populations[population]), self.n_steps, np.int32)
        first_spike_steps(self.offsets, self.population, self.neuron, self.step, wanted, out)
        return out

    def counts(self, population: str) -> IntArray:
        """Number of spikes of every neuron, shape (n_trials, size)."""
        code = self.code(population)
        counts = np.zeros((self.n_trials, self.populations[population]), np.int32)
        count_spikes(self.offsets, self.population, self.neuron, code, counts)
        return counts

    def traces_frame(self) -> pd.DataFrame:
        """Long table of traces: trial, population, variable, neuron, step, time (s), value."""
        return traces_frame(self.traces, self.dt)

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
