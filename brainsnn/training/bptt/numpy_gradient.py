"""Derived networks that have no compiled form, with the interface of `Taught`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.base import RowGradient, Weights
from brainsnn.learning.count.penalty import RatePenalty
from brainsnn.learning.equations.flow import GradientFlow, flow_of
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.parts import Key, Trace
from brainsnn.spikes import Recording
from brainsnn.training.bptt.place import Place
from brainsnn.training.bptt.taught import Asked

Array = NDArray[Any]


class InNumpy:
    """What derived networks in NumPy have in common, through time and of exact times.

    Parameters
    ----------
    network : DerivedNetwork or EventNetwork
    asked : Asked
    places : mapping of str to Place
    """

    def __init__(self, network: Any, asked: Any, places: Mapping[str, Place]) -> None:
        self.network, self._asked, self._places = network, asked, dict(places)
        self._by_first: dict[Key, Array] = {}

    def share(self, workers: int) -> None:
        """Nothing is shared here."""

    def begin_with(self, population: str, state: str, values: Array) -> None:
        """Take first values of a state, shape (size,)."""
        self.network.populations[population].start[state] = values

    def by_first_values(self, population: str, state: str) -> Array:
        """Derivatives by the first values of a state, of the last gradients, shape (1, size)."""
        return self._by_first[population, state]

    def _take(self, weights: Weights) -> None:
        """Put what is learned where the network reads it."""
        for name, place in self._places.items():
            own = self.network.values(place.key)
            own[...] = place.spread(weights[name]).reshape(own.shape)

    def _keep_first(self, found: Mapping[Key, Array]) -> None:
        """Keep derivatives by first values, which the network gives a trial."""
        self._by_first = {
            (owner, name.removesuffix("(0)")): bar.sum(axis=0, keepdims=True)
            for (owner, name), bar in found.items()
            if name.endswith("(0)")
        }

    def _rows(self, found: Mapping[Key, Array]) -> dict[str, RowGradient]:
        """Gradients of what is learned, all rows of each."""
        values = {name: p.gather(found[p.key]) for name, p in self._places.items()}
        return {name: RowGradient(np.arange(len(v)), v) for name, v in values.items()}


class NumpyGradient(InNumpy):
    """A derived network in NumPy: any equations that were derived, slowly; see `InNumpy`."""

    network: DerivedNetwork
    _asked: Asked

    def observe(self, recording: Recording, weights: Weights) -> Array:
        """What the loss reads, shape (n_trials, n_steps, n)."""
        return self._course(self._run(recording, weights))

    def gradients(
        self,
        recording: Recording,
        weights: Weights,
        keys: Array | None,  # noqa: ARG002
        slopes: Array | None,
    ) -> dict[str, RowGradient]:
        """See `Taught.gradients`; from the loss's derivatives."""
        assert slopes is not None
        by_spike, by_state = self._by_output(slopes)
        by_spike |= by_hidden_spikes(recording, self._asked.penalty, self._asked.hidden)
        found = self.network.gradient(self._run(recording, weights), by_spike, by_state)
        self._keep_first(found)
        return self._rows(found)

    def flow(
        self, inputs: Mapping[str, Array], n_steps: int, weights: Weights, wanted: Any
    ) -> GradientFlow:
        """How large the error of trials is on its way back, penalties left out.

        Parameters
        ----------
        inputs : mapping of str to array, shape (n_steps, n_trials, neurons)
            Spikes that are given.
        n_steps : int
        weights : mapping of str to array
        wanted
            As for a rule's `backward`.
        """
        self._take(weights)
        trace = self.network.run(inputs, n_steps)
        slopes = self._asked.loss.slope(self._course(trace), wanted)
        return flow_of(self.network, trace, *self._by_output(slopes))

    def _course(self, trace: Trace) -> Array:
        """What the loss reads of trials that were run."""
        owner, state = self._asked.read
        if self._asked.loss.reads == "spikes":
            return np.moveaxis(trace.spikes[owner], 0, 1)
        return np.stack([x[owner][state] for x in trace.threshold], axis=1)

    def _by_output(self, slopes: Array) -> tuple[dict[str, Array], dict[Key, Array]]:
        """The loss's derivatives by spikes, and by states."""
        (owner, _), by = self._asked.read, np.moveaxis(slopes, 0, 1)
        if self._asked.loss.reads == "potential":
            return {}, {self._asked.read: by}
        return {owner: by}, {}

    def _run(self, recording: Recording, weights: Weights) -> Trace:
        self._take(weights)
        inputs = [k for k, p in self.network.populations.items() if p.step is None]
        given = {name: raster(recording, name) for name in inputs}
        return self.network.run(given, recording.n_steps)


def by_hidden_spikes(
    recording: Recording, penalty: RatePenalty, hidden: Sequence[str]
) -> dict[str, Array]:
    """Derivatives of a penalty on rates by the spikes of populations."""
    found: dict[str, Array] = {}
    for name in hidden if penalty.weight else ():
        counts = recording.counts(name).astype(np.float64)
        error = penalty.error(counts, recording.n_steps)
        found[name] = np.broadcast_to(error, (recording.n_steps, *counts.shape))
    return found


def raster(recording: Recording, name: str) -> NDArray[np.float64]:
    """Spikes of a population as 0 and 1, shape (n_steps, n_trials, neurons)."""
    mine = recording.population == recording.code(name)
    found = np.zeros((recording.n_steps, recording.n_trials, recording.populations[name]))
    found[recording.step[mine], recording.trial[mine], recording.neuron[mine]] = 1
    return found
