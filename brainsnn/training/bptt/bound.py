"""The rule, bound to a network whose backward pass was derived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.derived import CompiledGradient
from brainsnn.errors import DerivationError, LearningError
from brainsnn.learning.base import BoundRule, RowGradient, Weights
from brainsnn.learning.count.penalty import RatePenalty
from brainsnn.learning.equations.network import DerivedNetwork, Key
from brainsnn.learning.losses.trajectory import TrajectoryLoss
from brainsnn.spikes import Recording
from brainsnn.spikes.targets import Targets
from brainsnn.training.bptt.first_values import FirstValue
from brainsnn.training.bptt.numpy_gradient import NumpyGradient

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Place:
    """Where something that is learned stands in the derived network.

    Parameters
    ----------
    key : (owner, variable)
    shape : tuple of int
        Of its weights.
    entry : array of int64, optional
        Of each synapse, the place of its weight among them; None where they are in order.
    """

    key: Key
    shape: tuple[int, int]
    entry: NDArray[np.int64] | None = None

    def spread(self, weights: Floats) -> Floats:
        """Value of each synapse, or of each neuron, of its own memory."""
        return weights.flatten() if self.entry is None else weights.ravel()[self.entry]

    def gather(self, values: NDArray[Any]) -> Floats:
        """Sum over the synapses that share a weight, in the shape of the weights."""
        found = np.array(values, np.float64).ravel()
        if self.entry is not None:
            size = int(np.prod(self.shape))
            found = np.bincount(self.entry, found, minlength=size).astype(np.float64)
        return found.reshape(self.shape)


@dataclass(frozen=True)
class BoundBPTT(BoundRule):
    """The rule, for a network whose backward pass was derived.

    Parameters
    ----------
    loss_function : TrajectoryLoss
    penalty : RatePenalty
        Of hidden populations.
    keep_every : int
        See `BPTT`.
    temperature : float
        By what evidence is divided before it becomes probabilities.
    inputs : tuple of str
        Populations whose spikes are given.
    read : (str, str)
        The population that is read, and its potential.
    places : mapping of str to Place
        What is learned, by the name of its weights.
    first_values : tuple of FirstValue
        First values of states that follow from what is trained.
    constants : mapping of (population, name) to array
        Parameters that they read.
    told : str
        Settings of the rule, in words.
    derived : DerivedNetwork
    """

    loss_function: TrajectoryLoss
    penalty: RatePenalty
    keep_every: int
    temperature: float
    inputs: tuple[str, ...]
    read: tuple[str, str]
    places: Mapping[str, Place] = field(repr=False, compare=False)
    first_values: tuple[FirstValue, ...] = field(repr=False, compare=False)
    constants: Mapping[Key, NDArray[Any]] = field(repr=False, compare=False)
    told: str
    derived: DerivedNetwork = field(repr=False, compare=False)
    _last: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def targets(self) -> tuple[type[Targets], ...]:
        """Those of the loss."""
        return self.loss_function.targets

    @cached_property
    def compiled(self) -> CompiledGradient | NumpyGradient:
        """The derived network as compiled code, made when it is first needed.

        Where the equations have what only the NumPy form runs, that one.
        """
        readout = [self.read] if self.loss_function.reads == "potential" else []
        try:
            return CompiledGradient(self.derived, readout)
        except DerivationError:
            return NumpyGradient(self.derived, readout)

    def observe(self, recording: Recording, weights: Weights) -> Recording:
        """Add the output's potential at every step, where the loss reads it."""
        if self.loss_function.reads != "potential":
            return recording
        ran = self._run(recording, weights)
        made = recording.with_states({self.read: np.moveaxis(ran.states[self.read], 0, 1)})
        self._last["recording"] = made
        return made

    def backward(
        self, recording: Recording, weights: Weights, wanted: Any
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of everything that is learned, the last first (see `BoundRule`)."""
        ran = self._run(recording, weights)
        by_spike = self._by_hidden_spikes(recording)
        by_state: dict[Key, Floats] = {}
        if self.loss_function.reads == "potential":
            course = np.moveaxis(ran.states[self.read], 0, 1)
            by_state[self.read] = np.moveaxis(self.loss_function.slope(course, wanted), 0, 1)
        else:
            course = np.moveaxis(ran.raster(self.read[0]), 0, 1)
            by_spike[self.read[0]] = np.moveaxis(self.loss_function.slope(course, wanted), 0, 1)
        found = dict(self.compiled.gradient(by_spike, by_state))
        self._add_first_values(found)
        for name, place in reversed(list(self.places.items())):
            values = place.gather(found[place.key])
            yield name, RowGradient(np.arange(len(values)), values)

    def loss(self, recording: Recording, wanted: Any) -> Floats:
        """Loss of each trial, penalties included.

        Raises
        ------
        LearningError
            If the loss reads potentials, and they were not added by `observe`.
        """
        value = self.loss_function.value(self._course(recording), wanted)
        if self.penalty.weight:
            for name in self._hidden:
                counts = recording.counts(name).astype(np.float64)
                value = value + self.penalty.value(counts, recording.n_steps)
        return value

    @property
    def _hidden(self) -> list[str]:
        spiking = [k for k, p in self.derived.neurons.items() if p.step and p.step.spikes]
        return [name for name in spiking if name != self.read[0]]

    def _course(self, recording: Recording) -> Floats:
        """What the loss reads, shape (n_trials, n_steps, n)."""
        if self.loss_function.reads == "spikes":
            return np.moveaxis(_raster(recording, self.read[0]), 0, 1)
        if self.read not in recording.states:
            raise LearningError(
                f"The loss reads {self.read[1]!r} of {self.read[0]!r} at every step, which the "
                "recording lacks: `observe` adds it."
            )
        return recording.states[self.read]

    def _by_hidden_spikes(self, recording: Recording) -> dict[str, Floats]:
        """Derivatives of the penalty by hidden spikes."""
        found: dict[str, Floats] = {}
        for name in self._hidden if self.penalty.weight else ():
            counts = recording.counts(name).astype(np.float64)
            error = self.penalty.error(counts, recording.n_steps)
            found[name] = np.broadcast_to(error, (recording.n_steps, *counts.shape))
        return found

    def _run(self, recording: Recording, weights: Weights) -> Any:
        """Run the trials of a recording again, unless they were the last, with these weights."""
        last, values = self._last, {n: p.spread(weights[n]) for n, p in self.places.items()}
        known = last.get("recording") is recording
        if not (known and all(np.array_equal(v, last["values"][n]) for n, v in values.items())):
            self._take(values)
            rasters = {name: _raster(recording, name) for name in self.inputs}
            last["ran"] = self.compiled.run(rasters, recording.n_steps, keep_every=self.keep_every)
            last["recording"], last["values"] = recording, values
        return last["ran"]

    def _take(self, values: Mapping[str, Floats]) -> None:
        """Give the derived network values of all that is learned, and first values."""
        for name, place in self.places.items():
            own = self.derived.values(place.key)
            own[...] = values[name].reshape(own.shape)
        for first in self.first_values:
            population = self.derived.populations[first.population]
            population.start[first.state] = first.of(self._values(first), population.size)

    def _values(self, first: FirstValue) -> dict[str, NDArray[Any]]:
        """Present values of what a first value reads."""
        trained = {p.key for p in self.places.values()}
        keys = {name: (first.population, name) for name in first.names}
        return {
            name: self.derived.values(key) if key in trained else self.constants[key]
            for name, key in keys.items()
        }

    def _add_first_values(self, found: dict[Key, Any]) -> None:
        """Add what parameters get of the derivatives by first values."""
        for first in self.first_values:
            bar = found[first.population, f"{first.state}(0)"]
            for name in first.slopes:
                key = (first.population, name)
                found[key] = found[key] + first.back(name, self._values(first), bar)


def _raster(recording: Recording, name: str) -> Floats:
    """Spikes of a population as 0 and 1, shape (n_steps, n_trials, neurons)."""
    mine = recording.population == recording.code(name)
    found = np.zeros((recording.n_steps, recording.n_trials, recording.populations[name]))
    found[recording.step[mine], recording.trial[mine], recording.neuron[mine]] = 1
    return found
