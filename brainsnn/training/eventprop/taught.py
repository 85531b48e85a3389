"""The exact gradient of recorded trials: of their input spikes, exact times follow.

The engine's spikes are on its grid of steps; here the same trial runs on in continuous time. An
input spike at step t arrives at (t + 1) dt, as it does there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.base import RowGradient, Weights
from brainsnn.learning.equations.cpp.connection import CompiledConnection
from brainsnn.learning.equations.eventprop import EventNetwork, EventTrace, SpikeTimes
from brainsnn.spikes import Recording
from brainsnn.training.bptt.numpy_gradient import InNumpy
from brainsnn.training.bptt.taught import Asked, Taught

Array = NDArray[Any]


@dataclass(frozen=True)
class AskedEvents(Asked):
    """What an exact gradient is of.

    Parameters
    ----------
    populations, read, loss, penalty, hidden, keep_every
        See `Asked`; penalty and keep_every count for nothing.
    silence : float
        See `EventProp`.
    least_slope : float
        See `EventProp`.
    """

    silence: float = 0.0
    least_slope: float = 0.0


class TaughtEvents(Taught):
    """A compiled network in continuous time that gives the exact gradients of recorded trials."""

    _asked: AskedEvents

    def _by_rows(self, c: CompiledConnection) -> bool:
        """Only of inputs: others may spike here and not on the grid."""
        return c.source.population.step is None

    def _course_at(self, output: int) -> tuple[int, int]:
        """Row of the potential among the states of the output."""
        del output
        name, potential = self._asked.read
        return self.compiled.population(name).names.index(potential), 0

    def _penalty(self) -> tuple[float, float]:
        return self._asked.silence, self._asked.least_slope

    def _rows(self, n_steps: int) -> int:
        return n_steps if self._asked.loss.reads == "potential" else 1

    def gradients(
        self, recording: Recording, weights: Weights, labels: Array | None, slopes: Array | None
    ) -> dict[str, RowGradient]:
        """See `Taught`.

        Raises
        ------
        LearningError
            If a neuron fires without end, or the slope of a margin is 0 at a spike.
        """
        found = super().gradients(recording, weights, labels, slopes)
        if not all(np.isfinite(part.values).all() for part in found.values()):
            raise LearningError(
                "There is no gradient: a neuron fires without end at one time, or grazes its "
                "threshold. Give it a refractory period, or the rule a least_slope."
            )
        return found


class NumpyEvents(InNumpy):
    """The same in NumPy, for equations that have no compiled form, and for checks."""

    network: EventNetwork
    _asked: AskedEvents

    def observe(self, recording: Recording, weights: Weights) -> Array:
        """What the loss reads, shape (n_trials, rows, n)."""
        return self._course(self._run(recording, weights))

    def gradients(
        self, recording: Recording, weights: Weights, labels: Array | None, slopes: Array | None
    ) -> dict[str, RowGradient]:
        """See `Taught`."""
        trace, asked = self._run(recording, weights), self._asked
        by = asked.loss.slope(self._course(trace), labels) if slopes is None else slopes
        least = asked.least_slope or None
        if asked.loss.reads == "potential":
            by_observed = {asked.read: np.moveaxis(by, 1, 0)}
            found = self.network.gradient(trace, by_observed=by_observed, least_slope=least)
        else:
            _, index = self._first(trace)
            by_time = {asked.read[0]: trace.spikes[asked.read[0]].spread(by[:, 0], index)}
            found = self.network.gradient(trace, by_time, least_slope=least)
        self._keep_first(found)
        self._push_silent(found, trace, recording, labels)
        return self._rows(found)

    def _run(self, recording: Recording, weights: Weights) -> EventTrace:
        self._take(weights)
        dt, n_steps = self.network.dt, recording.n_steps
        # what arrives at the end of a step is not seen there
        ends = [float(np.nextafter((k + 1) * dt, 0.0)) for k in range(n_steps)]
        potential = self._asked.loss.reads == "potential"
        observe = {self._asked.read: ends} if potential else None
        return self.network.run(self._inputs(recording), n_steps * dt, observe)

    def _inputs(self, recording: Recording) -> dict[str, SpikeTimes]:
        trial = recording.trial
        found = {}
        for code, name in enumerate(recording.populations):
            if self.network.populations[name].flow is None:
                mine = recording.population == code
                time = (recording.step[mine] + 1.0) * self.network.dt
                found[name] = SpikeTimes(
                    trial[mine], recording.neuron[mine], time, recording.n_trials
                )
        return found

    def _first(self, trace: EventTrace) -> tuple[Array, Array]:
        name = self._asked.read[0]
        size = self.network.populations[name].size
        return trace.spikes[name].first(size)

    def _course(self, trace: EventTrace) -> Array:
        if self._asked.loss.reads == "potential":
            return np.moveaxis(trace.observed[self._asked.read], 0, 1)
        until = max(tape.times[-1] for tape in trace.tapes)
        return np.minimum(self._first(trace)[0], until)[:, None]

    def _push_silent(
        self,
        found: Mapping[tuple[str, str], Array],
        trace: EventTrace,
        recording: Recording,
        labels: Array | None,
    ) -> None:
        """Add what lets the inputs of silent neurons grow; see `EventProp`."""
        if not self._asked.silence:
            return
        pushed = {k: self._silent(trace, k) for k in self._asked.hidden}
        if self._asked.loss.reads != "potential" and labels is not None:
            output, all_silent = self._asked.read[0], self._silent(trace, self._asked.read[0])
            own = np.zeros_like(all_silent)
            own[np.arange(len(labels)), labels] = True
            pushed[output] = all_silent & own
        sent = {k: self._counts(k, trace, recording) for k in self.network.populations}
        for name, c in self.network.connections.items():
            if c.target in pushed and (name, "w") in found:
                each = (sent[c.source][:, c.i] * pushed[c.target][:, c.j]).sum(axis=0)
                found[name, "w"][...] -= self._asked.silence * each

    def _silent(self, trace: EventTrace, name: str) -> Array:
        return np.isinf(trace.spikes[name].first(self.network.populations[name].size)[0])

    def _counts(self, name: str, trace: EventTrace, recording: Recording) -> Array:
        size = self.network.populations[name].size
        found = np.zeros((recording.n_trials, size))
        spikes = trace.spikes.get(name) or self._inputs(recording).get(name)
        if spikes is not None:
            np.add.at(found, (spikes.trial, spikes.neuron), 1.0)
        return found
