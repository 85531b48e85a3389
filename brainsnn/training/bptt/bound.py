"""The rule, bound to a network whose backward pass was derived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.derived import CompiledGradient
from brainsnn.errors import DerivationError, LearningError
from brainsnn.learning.base import BoundRule, RowGradient, Weights
from brainsnn.learning.count.penalty import RatePenalty
from brainsnn.learning.equations.flow import GradientFlow
from brainsnn.learning.equations.network import DerivedNetwork, Key
from brainsnn.learning.kernels import NetworkKernel
from brainsnn.learning.losses.trajectory import TrajectoryLoss
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.targets import Targets
from brainsnn.training.bptt.first_values import FirstValue
from brainsnn.training.bptt.numpy_gradient import InNumpy, NumpyGradient, raster
from brainsnn.training.bptt.place import Place
from brainsnn.training.bptt.taught import Asked, Taught
from brainsnn.training.loop.keys import keys_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BoundBPTT(BoundRule):
    """The rule, for a network whose backward pass was derived.

    Parameters
    ----------
    loss_function : TrajectoryLoss
    penalty : RatePenalty
        Of hidden populations.
    keep_every : int
    precision : {"float64", "float32"}
        See `BPTT`.
    temperature : float
        By what evidence is divided before it becomes probabilities.
    populations : tuple of str
        As recordings count them, inputs first.
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
    precision: Literal["float64", "float32"]
    temperature: float
    populations: tuple[str, ...]
    read: tuple[str, str]
    places: Mapping[str, Place] = field(repr=False, compare=False)
    first_values: tuple[FirstValue, ...] = field(repr=False, compare=False)
    constants: Mapping[Key, NDArray[Any]] = field(repr=False, compare=False)
    told: str
    derived: DerivedNetwork = field(repr=False, compare=False)

    @property
    def targets(self) -> tuple[type[Targets], ...]:
        """Those of the loss."""
        return self.loss_function.targets

    @cached_property
    def taught(self) -> Taught | NumpyGradient:
        """What gives courses and gradients, compiled when it is first needed.

        Where the equations have what only the NumPy form runs, that one.
        """
        potential = self.loss_function.reads == "potential"
        try:
            readout = [self.read] if potential else []
            compiled = CompiledGradient(self.derived, readout, self.precision)
        except DerivationError:
            return NumpyGradient(self.derived, self._asked, self.places)
        return Taught(compiled, self._asked, self.places)

    @property
    def _asked(self) -> Asked:
        """What the gradient is of."""
        return Asked(
            populations=self.populations,
            read=self.read,
            loss=self.loss_function,
            penalty=self.penalty,
            hidden=self._hidden,
            keep_every=self.keep_every,
        )

    def observe(self, recording: Recording, weights: Weights) -> Recording:
        """Add the output's potential at every step, where the loss reads it."""
        if self.loss_function.reads != "potential":
            return recording
        self._begin(weights)
        return recording.with_states({self.read: self.taught.observe(recording, weights)})

    def backward(
        self, recording: Recording, weights: Weights, wanted: Any
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of everything that is learned, the last first (see `BoundRule`)."""
        if self.loss_function.kernel() is None or isinstance(self.taught, NumpyGradient):
            if self.loss_function.reads == "potential" and self.read not in recording.states:
                recording = self.observe(recording, weights)
            slopes = self.loss_function.slope(self._course(recording), wanted)
            yield from self._learned(recording, weights, None, slopes)
            return
        shape = recording.n_trials, recording.n_steps, self._n_outputs
        keys = keys_of(self.targets[0], wanted, shape)
        yield from self._learned(recording, weights, keys.of, None)

    def _learned(
        self, recording: Recording, weights: Weights, keys: Any, slopes: Floats | None
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield what is taught, with what follows from first values, the last first."""
        self._begin(weights)
        found = self.taught.gradients(recording, weights, keys, slopes)
        self._add_first_values(found, weights)
        yield from reversed(found.items())

    def flow(
        self, inputs: SpikeTrains, n_steps: int, weights: Weights, wanted: Any
    ) -> GradientFlow:
        """How large the error of trials is in each population, step by step back through time.

        The trials are run in NumPy: a few are enough.

        Parameters
        ----------
        inputs : SpikeTrains
            Of all inputs, numbered through.
        n_steps : int
        weights, wanted
            See `backward`.

        Returns
        -------
        GradientFlow
        """
        given, begin = {}, 0
        rasters = np.zeros((n_steps, inputs.n_trials, inputs.n_neurons))
        rasters[inputs.step, inputs.trial, inputs.neuron] = 1
        for name, population in self.derived.populations.items():
            if population.step is None:
                given[name] = rasters[:, :, begin : begin + population.size]
                begin += population.size
        numpy = NumpyGradient(self.derived, self._asked, self.places)
        self._begin(weights, numpy)
        return numpy.flow(given, n_steps, weights, wanted)

    def share(self, workers: int) -> None:
        """See `BoundRule`."""
        self.taught.share(workers)

    def network_kernel(
        self, populations: Mapping[str, int], weights: Weights
    ) -> NetworkKernel | None:
        """See `BoundRule`; None where first values are learned, or equations run in NumPy."""
        mine = list(self.populations), list(self.places)
        if self.first_values or (list(populations), list(weights)) != mine:
            return None
        return None if isinstance(self.taught, InNumpy) else self.taught.network_kernel()

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
    def _n_outputs(self) -> int:
        return self.derived.populations[self.read[0]].size

    @property
    def _hidden(self) -> list[str]:
        spiking = [k for k, p in self.derived.neurons.items() if p.step and p.step.spikes]
        return [name for name in spiking if name != self.read[0]]

    def _course(self, recording: Recording) -> Floats:
        """What the loss reads, shape (n_trials, n_steps, n)."""
        if self.loss_function.reads == "spikes":
            return np.moveaxis(raster(recording, self.read[0]), 0, 1)
        if self.read not in recording.states:
            raise LearningError(
                f"The loss reads {self.read[1]!r} of {self.read[0]!r} at every step, which the "
                "recording lacks: `observe` adds it."
            )
        return recording.states[self.read]

    def _begin(self, weights: Weights, taught: NumpyGradient | None = None) -> None:
        """Give states their first values, where these follow from what is learned."""
        for first in self.first_values:
            size = self.derived.populations[first.population].size
            values = first.of(self._values(first, weights), size)
            (taught or self.taught).begin_with(first.population, first.state, values)

    def _values(self, first: FirstValue, weights: Weights) -> dict[str, NDArray[Any]]:
        """Present values of what a first value reads."""
        trained = {p.key: weights[name].ravel() for name, p in self.places.items()}
        keys = {name: (first.population, name) for name in first.names}
        return {
            name: trained[key] if key in trained else self.constants[key]
            for name, key in keys.items()
        }

    def _add_first_values(self, found: Mapping[str, RowGradient], weights: Weights) -> None:
        """Add what parameters get of the derivatives by first values."""
        names = {place.key: name for name, place in self.places.items()}
        for first in self.first_values:
            bar = self.taught.by_first_values(first.population, first.state)
            for name in first.slopes:
                mine = found[names[first.population, name]].values
                more = first.back(name, self._values(first, weights), bar)
                mine += more if mine.size == more.size else more.sum()
