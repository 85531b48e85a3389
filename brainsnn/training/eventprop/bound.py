"""The rule, bound to a network whose exact spike times were derived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.exact_times import CompiledEvents
from brainsnn.errors import DerivationError
from brainsnn.learning.base import RowGradient, Weights
from brainsnn.learning.losses.base import check_labels
from brainsnn.spikes import Recording
from brainsnn.training.bptt.bound import BoundBPTT
from brainsnn.training.eventprop.taught import AskedEvents, NumpyEvents, TaughtEvents

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BoundEventProp(BoundBPTT):
    """The rule, for a network whose exact spike times were derived.

    Parameters
    ----------
    loss_function, penalty, keep_every, precision, temperature, populations, read, places
        See `BoundBPTT`, as are `first_values`, `constants`, `told` and `derived`, an `EventNetwork`
        here.
    silence, least_slope : float
        See `EventProp`.
    """

    silence: float = 0.0
    least_slope: float = 0.0

    @cached_property
    def taught(self) -> TaughtEvents | NumpyEvents:  # type: ignore[override]
        """What gives exact times and gradients, compiled when it is first needed."""
        network: Any = self.derived
        try:
            return TaughtEvents(CompiledEvents(network), self._asked, self.places)
        except DerivationError:
            return NumpyEvents(network, self._asked, self.places)

    @property
    def _asked(self) -> AskedEvents:
        through_time = vars(super()._asked)
        return AskedEvents(**through_time, silence=self.silence, least_slope=self.least_slope)

    @property
    def _hidden(self) -> list[str]:
        parts: Any = self.derived.populations
        return [k for k, p in parts.items() if p.flow and p.flow.spikes and k != self.read[0]]

    def backward(
        self, recording: Recording, weights: Weights, wanted: Any
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of everything that is learned, the last first (see `BoundRule`)."""
        check_labels(np.empty((recording.n_trials, self._n_outputs)), wanted)
        yield from self._learned(recording, weights, wanted, None)

    def exact(self, recording: Recording, weights: Weights) -> Floats:
        """What the loss reads of the same trials in continuous time.

        Returns
        -------
        array, shape (n_trials, 1, n_outputs) or (n_trials, n_steps, n_outputs)
            Seconds of first spikes, the trial's end for a silent output; or potentials at the ends
            of steps.
        """
        self._begin(weights)
        found: Floats = self.taught.observe(recording, weights)
        return found

    def _course(self, recording: Recording) -> Floats:
        """What the loss reads: potentials, or, as far as the recording tells, times."""
        if self.loss_function.reads == "potential":
            return super()._course(recording)
        first = recording.first_steps(self.read[0])
        return (np.minimum(first + 1.0, recording.n_steps) * recording.dt)[:, None]
