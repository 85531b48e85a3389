"""Derived gradients as compiled code: forward and backward of a block of trials in two calls."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.compiled_network import CompiledNetwork
from brainsnn.engine.turns import in_turn
from brainsnn.errors import DataError
from brainsnn.learning.equations.cpp.eligible_network import EligibleSource
from brainsnn.learning.equations.cpp.network import CompiledSource
from brainsnn.learning.equations.cpp.population import CompiledPopulation
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.parts import Key

Array = NDArray[Any]


@dataclass
class Recorded:
    """What a block of trials left.

    Parameters
    ----------
    spikes : dict of str to (array, array)
        Of each population with equations: offsets of its trials' steps, shape
        ``(n_trials * n_steps + 1,)``, and the neurons that spiked.
    states : dict of (population, state) to array, shape (n_steps, n_trials, neurons)
        Those of the readout, at the threshold.
    n_trials, n_steps : int
    sizes : dict of str to int
    """

    spikes: dict[str, tuple[Array, Array]]
    states: dict[Key, Array]
    n_trials: int
    n_steps: int
    sizes: dict[str, int]

    def raster(self, population: str) -> Array:
        """Spikes as 0 and 1, shape (n_steps, n_trials, neurons)."""
        offsets, neurons = self.spikes[population]
        rows = np.repeat(np.arange(offsets.size - 1), np.diff(offsets))
        found = np.zeros((self.n_steps, self.n_trials, self.sizes[population]))
        found[rows % self.n_steps, rows // self.n_steps, neurons] = 1
        return found


class CompiledGradient(CompiledNetwork):
    """A derived network, compiled: the same numbers as `DerivedNetwork`, at the speed of C++.

    Trained values are those of the derived network: what is written there counts from the next
    `run` on.

    Parameters
    ----------
    network : DerivedNetwork
    readout : sequence of (population, state)
        States that are recorded, at the threshold, and by which losses have derivatives.
    dtype : {"float64", "float32"}, default "float64"
        Of states, weights and gradients. With float32, sums may be in any order.

    Raises
    ------
    DerivationError
        If the network has what only the NumPy form runs; it says what.
    EngineError
        If there is no compiler.
    """

    def __init__(
        self,
        network: DerivedNetwork,
        readout: Sequence[Key] = (),
        dtype: Literal["float64", "float32"] = "float64",
    ) -> None:
        self._readout = tuple(readout)
        source = CompiledSource(network, "double" if dtype == "float64" else "float", self._readout)
        self.source = source
        for key in self._readout:
            self._check_state(key)
        super().__init__(network, source, dtype)
        self._declare()
        self._given: dict[str, Array] = {}
        self._block, self._keep_every = (0, 0), 0

    def _declare(self) -> None:
        library, pointer, number = self._library, ctypes.c_void_p, ctypes.c_int64
        library.derived_run.argtypes = [pointer, number, number, number, pointer]
        library.derived_run.restype = None
        library.derived_spikes.argtypes = [pointer, number, pointer, pointer]
        library.derived_spikes.restype = number
        library.derived_gradient.argtypes = [pointer, number, number, pointer]
        library.derived_gradient.restype = None

    # -- forward -----------------------------------------------------------------------------

    @in_turn
    def run(
        self,
        inputs: Mapping[str, Array],
        n_steps: int,
        seed: int = 0,
        n_trials: int | None = None,
        *,
        keep_every: int = 0,
    ) -> Recorded:
        """Run a block of trials.

        Parameters
        ----------
        inputs, n_steps, seed, n_trials
            As for `DerivedNetwork.run`.
        keep_every : int, default 0
            Steps between two states that are kept for the way back, which runs what is between
            them again: memory for fewer states, about one more forward pass. 0 keeps all.

        Raises
        ------
        DataError
            If inputs are missing, or have another shape.
        """
        trials = self.network.check(inputs, n_steps, n_trials)
        if keep_every < 0:
            raise DataError(f"keep_every must be 0 or more, got {keep_every}.")
        given: dict[str, Array] = {}
        self.take_values(given)
        rng = np.random.default_rng(seed)
        drawn = self.network.draws(n_steps, trials, rng)
        states = {
            key: np.empty((n_steps, trials, self.population(key[0]).size), self.dtype)
            for key in self._readout
        }
        for p in self.source.populations:
            if p.population.step is None:
                given[f"off_{p.number}"], given[f"idx_{p.number}"] = _lists(inputs[p.name])
            elif p.draws:
                given[f"D_{p.number}"] = np.ascontiguousarray(drawn[p.name], self.dtype)
        for (owner, name), values in states.items():
            given[f"V_{self.population(owner).number}_{name}"] = values
        self._given, self._block, self._keep_every = given, (trials, n_steps), keep_every
        self._library.derived_run(self._net, trials, n_steps, keep_every, self.table(given))
        spikes = {p.name: self._spikes(p) for p in self.source.neurons if p.step.spikes}
        sizes = {p.name: p.size for p in self.source.populations}
        return Recorded(spikes, states, trials, n_steps, sizes)

    def _check_state(self, key: Key) -> None:
        population = self.population(key[0])
        if population.population.step is None or key[1] not in population.step.states:
            raise DataError(f"{key[0]!r} has no state {key[1]!r} that a loss could read.")

    def _spikes(self, p: CompiledPopulation) -> tuple[Array, Array]:
        offsets, neurons = ctypes.POINTER(ctypes.c_int64)(), ctypes.POINTER(ctypes.c_int32)()
        n = self._library.derived_spikes(
            self._net, p.number, ctypes.byref(offsets), ctypes.byref(neurons)
        )
        rows = self._block[0] * self._block[1] + 1
        found = np.ctypeslib.as_array(neurons, (n,)).copy() if n else np.empty(0, np.int32)
        return np.ctypeslib.as_array(offsets, (rows,)).copy(), found

    # -- backward ----------------------------------------------------------------------------

    @in_turn
    def gradient(
        self,
        by_spike: Mapping[str, Array] | None = None,
        by_state: Mapping[Key, Array] | None = None,
    ) -> dict[Key, Array]:
        """Gradient of a loss of the block that was run last; see `DerivedNetwork.gradient`.

        Raises
        ------
        DataError
            If no block was run, or an array is of another shape.
        """
        given = self._ready(by_spike or {}, by_state or {})
        self._library.derived_gradient(self._net, *self._block, self.table(given))
        return self._found(given)

    def calls(
        self,
        by_spike: Mapping[str, Array] | None = None,
        by_state: Mapping[Key, Array] | None = None,
    ) -> tuple[Callable[[], object], Callable[[], object]]:
        """Forward and backward of the block that was run last, without what is checked and copied.

        For measurements: the second adds to arrays that nobody sees.
        """
        given = self._ready(by_spike or {}, by_state or {})
        trials, n_steps = self._block
        there = (self._net, trials, n_steps, self._keep_every, self.table(self._given))
        back = (self._net, trials, n_steps, self.table(given))
        return partial(self._library.derived_run, *there), partial(
            self._library.derived_gradient, *back
        )

    def _ready(
        self, by_spike: Mapping[str, Array], by_state: Mapping[Key, Array]
    ) -> dict[str, Array]:
        """All arrays of the way back."""
        if not self._given:
            raise DataError("There is no gradient before a block has been run.")
        trials, n_steps = self._block
        given = dict(self._given)
        for name, values in by_spike.items():
            given[f"SX_{self.population(name).number}"] = self._derivatives(name, values)
        unread = sorted(set(by_state) - set(self._readout))
        if unread:
            raise DataError(f"{unread[0]} is not in the readout, {self._readout}.")
        for owner, state in self._readout:
            place = self.population(owner)
            values = by_state.get((owner, state), np.zeros((n_steps, trials, place.size)))
            given[f"VB_{place.number}_{state}"] = self._derivatives(owner, values)
        for p in self.source.neurons:
            given[f"G_{p.number}"] = np.zeros((len(p.step.trained) + 1, p.size), self.dtype)
            given[f"B0_{p.number}"] = np.empty((trials, len(p.step.states), p.size), self.dtype)
        for number, c in enumerate(self.source.connections):
            for n in c.connection.effect.trained:
                given[f"GW_{number}_{n}"] = np.zeros_like(given[f"W_{number}_{n}"])
        return given

    def _derivatives(self, population: str, values: Array) -> Array:
        p, wanted = self.population(population), (self._block[1], self._block[0])
        if p.population.step is None or np.shape(values) != (*wanted, p.size):
            raise DataError(
                f"Derivatives of {population!r} have shape {np.shape(values)}; (steps, trials, "
                f"neurons) is {(*wanted, p.size)}."
            )
        return np.ascontiguousarray(values, self.dtype)

    def _found(self, given: Mapping[str, Array]) -> dict[Key, Array]:
        found: dict[Key, Array] = {}
        for p in self.source.neurons:
            rows, first = given[f"G_{p.number}"], given[f"B0_{p.number}"]
            for row, n in zip(rows, p.step.trained, strict=False):
                found[p.name, n] = row if np.ndim(p.population.values[n]) else row.sum()
            for k, n in enumerate(p.step.states):
                found[p.name, f"{n}(0)"] = first[:, k]
                if n in p.step.trained_first:
                    total, shape = first[:, k].sum(axis=0), np.shape(p.population.start[n])
                    found[p.name, n] = total if shape == total.shape else total.sum().reshape(shape)
        for number, c in enumerate(self.source.connections):
            for n in c.connection.effect.trained:
                values = given[f"GW_{number}_{n}"]
                shape = np.shape(c.connection.values[n])
                if n not in c.shared and not c.dense:
                    ordered, values = values, np.empty_like(values)
                    values[c.order] = ordered
                found[c.name, n] = values.reshape(shape)
        return found


class CompiledTraces(CompiledNetwork):
    """A derived network, compiled, that learns from recordings forward in time.

    Parameters
    ----------
    source : EligibleSource
    dtype : {"float64", "float32"}
        See `CompiledGradient`.

    Raises
    ------
    EngineError
        If there is no compiler.
    """

    def __init__(self, source: EligibleSource, dtype: Literal["float64", "float32"]) -> None:
        super().__init__(source.network, source, dtype)


def _lists(raster: Array) -> tuple[Array, Array]:
    """Spikes of shape (steps, trials, neurons) as offsets of each trial's steps, and neurons."""
    by_trial = np.moveaxis(np.asarray(raster) != 0, 0, 1)
    trials, steps, _ = by_trial.shape
    k, t, i = np.nonzero(by_trial)
    offsets = np.searchsorted(k * steps + t, np.arange(trials * steps + 1)).astype(np.int64)
    return offsets, np.append(i, 0).astype(np.int32)
