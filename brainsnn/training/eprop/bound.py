"""The rule, bound to a network whose eligibility traces were derived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.base import RowGradient, Weights
from brainsnn.learning.equations.eprop import ForwardGradient
from brainsnn.learning.kernels import NetworkKernel, RuleKernels
from brainsnn.spikes import Recording
from brainsnn.training.bptt.bound import BoundBPTT
from brainsnn.training.bptt.numpy_gradient import by_hidden_spikes, raster

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

    def backward(
        self, recording: Recording, weights: Weights, wanted: Any
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of every connection, the last first (see `BoundRule`)."""
        if self.read not in recording.states:
            recording = self.observe(recording, weights)
        course = self._course(recording)
        self._refuse_spikes(recording)
        for name, place in self.places.items():
            own = self.derived.values(place.key)
            own[...] = place.spread(weights[name]).reshape(own.shape)
        spikes = {k: raster(recording, k) for k in self.derived.populations}
        by_output = np.moveaxis(self.loss_function.slope(course, wanted), 0, 1)
        by_spike = by_hidden_spikes(recording, self.penalty, self._hidden)
        found = self.forward.gradient(spikes, by_output, by_spike, self._feedback())
        for name, place in reversed(list(self.places.items())):
            values = place.gather(found[place.key])
            yield name, RowGradient(np.arange(len(values)), values)

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

    def kernels(self) -> RuleKernels | None:
        """None: not compiled."""
        return None

    def network_kernel(
        self, populations: Mapping[str, int], weights: Weights
    ) -> NetworkKernel | None:
        """None: not compiled."""
        del populations, weights
        return None
