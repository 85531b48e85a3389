"""The rule, bound to a network whose eligibility traces were derived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.derived import CompiledTraces
from brainsnn.errors import DerivationError, LearningError
from brainsnn.learning.base import RowGradient, Weights
from brainsnn.learning.equations.cpp.eligible_network import EligibleSource
from brainsnn.learning.equations.eprop import ForwardGradient
from brainsnn.spikes import Recording
from brainsnn.training.bptt.bound import BoundBPTT
from brainsnn.training.bptt.numpy_gradient import NumpyGradient, by_hidden_spikes, raster
from brainsnn.training.eprop.taught import TaughtForward

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BoundEProp(BoundBPTT):
    """The rule, for a network whose eligibility traces were derived.

    Parameters
    ----------
    loss_function, penalty, keep_every, temperature, populations, read, places, first_values
        See `BoundBPTT`, as are `constants`, `told` and `derived`.
    drawn : mapping of str to array, shape (neurons, outputs)
        Feedback weights of hidden populations that were drawn; none if all are the readout's own.
    beside : bool
        Whether they are added to the readout's weights, which they then follow.
    """

    drawn: Mapping[str, Floats] = field(default_factory=dict, repr=False, compare=False)
    beside: bool = False

    @cached_property
    def forward(self) -> ForwardGradient:
        """Traces of the network."""
        return ForwardGradient(self.derived, self.read)

    @cached_property
    def taught(self) -> TaughtForward | NumpyGradient:
        """What gives courses and gradients, compiled when it is first needed.

        Where the equations have what only the NumPy form runs, that one; of it, the course alone.
        """
        real, own = ("double" if self.precision == "float64" else "float"), self._own
        try:
            source = EligibleSource(self.derived, real, (self.read,), traces=self.forward, own=own)
        except DerivationError:
            return NumpyGradient(self.derived, self._asked, self.places)
        compiled = CompiledTraces(source, self.precision)
        return TaughtForward(compiled, self._asked, self.places, self.drawn)

    @property
    def _own(self) -> bool:
        """Whether the readout's own weights are part of the learning signal."""
        return self.beside or not self.drawn

    def backward(
        self, recording: Recording, weights: Weights, wanted: Any
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of every connection, the last first (see `BoundRule`)."""
        self._refuse_spikes(recording)
        if isinstance(self.taught, TaughtForward):
            yield from super().backward(recording, weights, wanted)
            return
        yield from reversed(self.in_numpy(recording, weights, wanted).items())

    def in_numpy(
        self, recording: Recording, weights: Weights, wanted: Any
    ) -> dict[str, RowGradient]:
        """Gradient of every connection by the reference, traces synapse by synapse, slowly."""
        if self.read not in recording.states:
            recording = self.observe(recording, weights)
        for name, place in self.places.items():
            own = self.derived.values(place.key)
            own[...] = place.spread(weights[name]).reshape(own.shape)
        spikes = {k: raster(recording, k) for k in self.derived.populations}
        by_output = np.moveaxis(self.loss_function.slope(self._course(recording), wanted), 0, 1)
        by_spike = by_hidden_spikes(recording, self.penalty, self._hidden)
        found = self.forward.gradient(spikes, by_output, by_spike, self._feedback())
        rows = {name: place.gather(found[place.key]) for name, place in self.places.items()}
        return {name: RowGradient(np.arange(len(v)), v) for name, v in rows.items()}

    def loss(self, recording: Recording, wanted: Any) -> Floats:
        """Loss of each trial; see `BoundBPTT`.

        Raises
        ------
        LearningError
            If the readout spiked too.
        """
        self._refuse_spikes(recording)
        return super().loss(recording, wanted)

    def _feedback(self) -> dict[str, Floats]:
        if not self.beside:
            return dict(self.drawn)
        return {k: b + self.forward.feedback(k) for k, b in self.drawn.items()}

    def _refuse_spikes(self, recording: Recording) -> None:
        """Refuse a readout that spiked: a spike's reset is no part of its filter."""
        if recording.counts(self.read[0]).any():
            raise LearningError(
                f"Population {self.read[0]!r} is read by its potential and spiked; e-prop needs a "
                "readout that does not: raise its threshold."
            )
