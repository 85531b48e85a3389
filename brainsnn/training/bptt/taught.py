"""The derived gradient of recorded trials, compiled: states follow from the spikes.

The same C function serves a rule that is asked step by step and the compiled loop over trials.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from brainsnn.engine.compiled_network import CompiledNetwork
from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.base import RowGradient, Weights
from brainsnn.learning.count.penalty import RatePenalty
from brainsnn.learning.equations.cpp.connection import CompiledConnection
from brainsnn.learning.equations.cpp.population import CompiledPopulation
from brainsnn.learning.kernels import COURSE, NetworkKernel
from brainsnn.learning.losses.trajectory import TrajectoryLoss
from brainsnn.spikes import Recording
from brainsnn.training.bptt.place import Place
from brainsnn.training.loop.function_pointers import function_at, function_pointer
from brainsnn.training.loop.work import addresses

Array = NDArray[Any]
LEARN = types.void(*[types.int64] * 14)
_learn_at = function_at(LEARN)


@njit()
def gradient(  # type: ignore[no-untyped-def]
    offsets,
    population,
    neuron,
    step,
    final,  # noqa: ARG001
    keys,
    n_steps,
    weights,
    values,
    rows,
    n_rows,
    layout,
    parameters,  # noqa: ARG001
    observed,
):
    """See `NetworkKernel`: the layout is the addresses of the C function and of what it is told."""
    _learn_at(layout[0])(
        layout[1],
        keys.size,
        n_steps,
        np.int64(offsets.ctypes.data),
        np.int64(population.ctypes.data),
        np.int64(neuron.ctypes.data),
        np.int64(step.ctypes.data),
        np.int64(keys.ctypes.data),
        np.int64(weights.ctypes.data),
        np.int64(values.ctypes.data),
        np.int64(rows.ctypes.data),
        np.int64(n_rows.ctypes.data),
        observed,
        0,
    )


@dataclass(frozen=True)
class Asked:
    """What a gradient is of.

    Parameters
    ----------
    populations : sequence of str
        As recordings count them, inputs first.
    read : (population, state)
        Whose course the loss reads.
    loss : TrajectoryLoss
    penalty : RatePenalty
    hidden : sequence of str
        Populations that it is of.
    keep_every : int
        See `BPTT`.
    """

    populations: Sequence[str]
    read: tuple[str, str]
    loss: TrajectoryLoss
    penalty: RatePenalty
    hidden: Sequence[str]
    keep_every: int


class Taught:
    """A compiled network that gives the gradients of what others recorded of it.

    Parameters
    ----------
    compiled : CompiledNetwork
    asked : Asked
    places : mapping of str to Place
        What is learned, in the order of the weights that are given.
    given : mapping of str to array, optional
        More arrays that the network's functions take.
    """

    def __init__(
        self,
        compiled: CompiledNetwork,
        asked: Asked,
        places: Mapping[str, Place],
        given: Mapping[str, Array] | None = None,
    ) -> None:
        self.compiled, self._asked, self._places = compiled, asked, dict(places)
        self._given: dict[str, Array] = dict(given or {})
        compiled.take_values(self._given)
        for p in compiled.source.neurons:
            rows, states = len(p.step.trained) + 1, len(p.step.states)
            self._given[f"G_{p.number}"] = np.zeros((rows, p.size), compiled.dtype)
            self._given[f"B0_{p.number}"] = np.zeros((states, p.size), compiled.dtype)
        self._kept: list[Any] = []
        learned = np.array([self._learned(k, x) for k, x in enumerate(places.values())], np.int64)
        self._table = compiled.table(self._given)
        self._told = self._tell(learned)

    # -- what C++ is told --------------------------------------------------------------------

    def _address(self, values: Any, dtype: Any) -> int:
        """Address of an array that stays."""
        array = np.ascontiguousarray(values, dtype)
        self._kept.append(array)
        return int(array.ctypes.data)

    def _learned(self, number: int, place: Place) -> list[int]:
        """A row of `Learned`."""
        owner, variable = place.key
        for p in self.compiled.source.neurons:
            if p.name == owner:
                return self._parameter(number, place, p, variable)
        found = enumerate(self.compiled.source.connections)
        index, connection = next((k, c) for k, c in found if c.name == owner)
        return self._synapses(number, place, index, connection, variable)

    def _parameter(
        self, number: int, place: Place, p: CompiledPopulation, variable: str
    ) -> list[int]:
        if variable in p.step.trained_first:
            own = self._given[f"X0_{p.number}"][p.names.index(variable)]
            bars = self._given[f"B0_{p.number}"][p.step.states.index(variable)]
        else:
            own = self._given[f"P_{p.number}"][p.parameters.index(variable)]
            bars = self._given[f"G_{p.number}"][p.step.trained.index(variable)]
        one = int(np.prod(place.shape)) == 1
        entry = np.zeros(p.size) if one else np.arange(p.size)
        where = [own.ctypes.data, bars.ctypes.data, self._address(entry, np.int64), 0]
        return [number, p.size, 0, -1, *where, 0, 0, 0, int(np.prod(place.shape)), place.shape[0]]

    def _synapses(
        self, number: int, place: Place, index: int, c: CompiledConnection, variable: str
    ) -> list[int]:
        names = (f"W_{index}_{variable}", f"GW_{index}_{variable}", f"shift_{index}")
        at = [self.compiled.names.index(name) for name in names]
        own = self._given[names[0]]
        bars = self._given[names[1]] = np.zeros(own.size, own.dtype)
        whole = [int(np.prod(place.shape)), place.shape[0]]
        plain = c.dense and place.entry is None and variable not in c.shared
        n, m = c.source.size, c.target.size
        rows = plain and place.shape == (n, m) and self._by_rows(c)
        shift = self._address(np.zeros(n), np.int64) if rows else 0
        size = [number, own.size, m, c.source.number if shift else -1]
        if plain and own.dtype == np.float64:
            return [*size, 0, 0, 0, shift, *at, *whole]
        entry = 0
        if not plain:
            mine = np.arange(own.size) if place.entry is None else place.entry
            ordered = mine if c.dense or variable in c.shared else mine[c.order]
            entry = self._address(ordered, np.int64)
        return [*size, own.ctypes.data, bars.ctypes.data, entry, shift, *at, *whole]

    def _tell(self, learned: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of `Told`."""
        compiled, asked, kernel = self.compiled, self._asked, self._asked.loss.kernel()
        numbers = {p.name: p.number for p in compiled.source.populations}
        output, reads = asked.read[0], asked.loss.reads == "potential"
        k = numbers[output]
        codes = [numbers[name] for name in asked.populations]
        hidden = [numbers[name] for name in asked.hidden]
        told = [
            compiled.address,
            ctypes.addressof(self._table),
            len(compiled.names),
            self._address(codes, np.int64),
            k,
            compiled.network.populations[output].size,
            int(reads),
            *self._course_at(k),
            0 if kernel is None else function_pointer(kernel.error, COURSE),
            0 if kernel is None else self._address(kernel.parameters, np.float64),
            asked.keep_every,
            len(learned),
            self._address(learned, np.int64),
            len(hidden),
            self._address(hidden, np.int64),
            self._address(self._penalty(), np.float64),
            1,
        ]
        return np.array(told, np.int64)

    def _by_rows(self, c: CompiledConnection) -> bool:  # noqa: ARG002
        """Whether only neurons that spiked in a recording have a gradient of their weights."""
        return True

    def _course_at(self, output: int) -> tuple[int, int]:
        """Where, among the arrays, what the loss reads is, and its derivatives."""
        asked, names = self._asked, self.compiled.names
        potential = asked.loss.reads == "potential"
        of = [
            f"{kind}_{output}_{asked.read[1]}" if potential else f"SX_{output}"
            for kind in ("V", "VB")
        ]
        return names.index(of[0]), names.index(of[1])

    def _penalty(self) -> tuple[float, float]:
        """Two numbers of the penalty."""
        return self._asked.penalty.weight, self._asked.penalty.target

    def _rows(self, n_steps: int) -> int:
        """Rows that the loss reads of each trial."""
        return n_steps

    # -- calls -------------------------------------------------------------------------------

    def share(self, workers: int) -> None:
        """Let so many threads share the parts of a batch; the sums stay the same."""
        self._told[-1] = workers

    def network_kernel(self) -> NetworkKernel | None:
        """For the compiled loop; None if the loss is not compiled."""
        if self._asked.loss.kernel() is None:
            return None
        layout = np.array([self.compiled.function("derived_learn"), self._told.ctypes.data])
        observes = self._asked.read if self._asked.loss.reads == "potential" else None
        nothing = np.empty(0)
        return NetworkKernel(gradient, layout, nothing, True, observes, self)

    def begin_with(self, population: str, state: str, values: Array) -> None:
        """Take first values of a state, shape (size,)."""
        p = self.compiled.population(population)
        self._given[f"X0_{p.number}"][p.names.index(state)] = values

    def by_first_values(self, population: str, state: str) -> Array:
        """Derivatives by the first values of a state, of the last gradients, shape (1, size)."""
        p = self.compiled.population(population)
        return self._given[f"B0_{p.number}"][p.step.states.index(state)][None]

    def observe(self, recording: Recording, weights: Weights) -> Array:
        """What the loss reads, shape (n_trials, n_steps, n)."""
        return self._call(recording, weights)

    def gradients(
        self,
        recording: Recording,
        weights: Weights,
        keys: Array | None,
        slopes: Array | None,
    ) -> dict[str, RowGradient]:
        """Gradient of all that is learned, summed over the trials.

        Parameters
        ----------
        recording : Recording
        weights : mapping of str to array
        keys : array of int64, shape (n_trials,), optional
            For a loss that is compiled; checked (`Keys`).
        slopes : array of float64, shape (n_trials, n_steps, n), optional
            Else the loss's derivatives by what it reads.
        """
        values = {name: np.zeros(place.shape) for name, place in self._places.items()}
        rows = {name: np.zeros(place.shape[0], np.int64) for name, place in self._places.items()}
        n_rows = np.zeros(len(values), np.int64)
        to = [addresses(values.values()), addresses(rows.values()), n_rows]
        for p in self.compiled.source.neurons:
            self._given[f"B0_{p.number}"][:] = 0
        wanted = None if keys is None else np.ascontiguousarray(keys, np.int64)
        by = None if slopes is None else np.ascontiguousarray(slopes, np.float64)
        self._call(recording, weights, to, wanted, by)
        return {
            name: RowGradient(rows[name][:n], values[name][:n])
            for name, n in zip(values, n_rows.tolist(), strict=True)
        }

    def _call(
        self,
        recording: Recording,
        weights: Weights,
        to: Sequence[Array] | None = None,
        keys: Array | None = None,
        slopes: Array | None = None,
    ) -> Array:
        self._check(recording, weights)
        mine = {n: np.ascontiguousarray(weights[n], np.float64) for n in self._places}
        n_outputs = recording.populations[self._asked.read[0]]
        course = np.empty((recording.n_trials, self._rows(recording.n_steps), n_outputs))
        found = (recording.offsets, recording.population, recording.neuron, recording.step)
        given: list[Array | None] = [*found, keys, addresses(mine.values())]
        given += [*(to or (None, None, None)), course, slopes]
        with self.compiled.turn:
            self.compiled.learn(self._told, recording.n_trials, recording.n_steps, *given)
        return course

    def _check(self, recording: Recording, weights: Weights) -> None:
        """Refuse recordings and weights of other networks.

        Raises
        ------
        LearningError
        """
        sizes = {n: self.compiled.network.populations[n].size for n in self._asked.populations}
        if dict(recording.populations) != sizes or list(recording.populations) != list(sizes):
            raise LearningError(
                f"A recording of {dict(recording.populations)}; the rule is bound to {sizes}."
            )
        for name, place in self._places.items():
            if name not in weights or weights[name].shape != place.shape:
                found = weights[name].shape if name in weights else "none"
                raise LearningError(f"Weights {name!r} have the shape {place.shape}, got {found}.")
