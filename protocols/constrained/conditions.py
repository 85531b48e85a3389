"""What is trained under each constraint, and how it runs as spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes import RegularEncoder
from brainsnn.engine import Engine
from brainsnn.learning.optimisers import Adam, Optimiser, QuantisedAdam
from brainsnn.network.model import Model
from brainsnn.protocols.constrained.curve import Curve, measure
from brainsnn.protocols.constrained.spiking import (
    BINARY_STEPS,
    LifConfig,
    binary_network,
    once,
)
from brainsnn.protocols.constrained.units import Response, Step, Units
from brainsnn.protocols.conversion.descent import Floats
from brainsnn.spikes import SpikeTrains

Kind = Literal["measured", "discrete", "binary", "relu"]

Images = NDArray[np.uint8]

WHOLE = 64
"""Bits of a weight that is a number of double precision."""

CURRENTS = np.linspace(-2, 6, 161)
"""Currents at which f-I curves are measured; the threshold is 1."""

MEASURED = 40
"""Trials a current."""


@dataclass(frozen=True)
class Road:
    """How images become the input of a network, of units and of spikes.

    Parameters
    ----------
    model : Model
        The spiking network.
    n_steps : int
        Length of its trials.
    bits : int
        Of a weight; of 1, inputs and hidden units are 0 or 1 too.
    tau : float
        Membrane time constant of the hidden neurons in seconds; unused where they are binary.
    """

    model: Model
    n_steps: int
    bits: int
    tau: float

    @classmethod
    def of(cls, neuron: LifConfig, sizes: tuple[int, int, int], n_steps: int, bits: int) -> Road:
        """The network of a number of bits: of 1 binary, of more one of the neuron."""
        binary = bits == 1
        network = binary_network(sizes) if binary else neuron.network(sizes)
        return cls(network.frozen(), BINARY_STEPS if binary else n_steps, bits, neuron.tau / 1000)

    def response(self, engine: Engine) -> Response:
        """What a unit answers by: a step, or the f-I curve of the engine's hidden neurons."""
        if self.bits == 1:
            return Step()
        return measure(engine, CURRENTS, MEASURED, self.tau, "hidden")

    def drawn(self, response: Response, rng: np.random.Generator) -> Units:
        """A network of units; those with a curve begin at the threshold."""
        n_in, n_hidden, n_out = self.model.sizes.values()
        first_bias = 1.0 if isinstance(response, Curve) else 0.0
        return Units.drawn((n_in, n_hidden, n_out), response, first_bias, rng)

    def prepared(self, images: Images) -> Floats:
        """Values of the input units, a row an image."""
        values = (images.reshape(len(images), -1) / 255.0).astype(np.float32)
        return (values > 0.5).astype(np.float32) if self.bits == 1 else values

    def encoded(self, images: Images) -> SpikeTrains:
        """Input spikes."""
        if self.bits == 1:
            return once(self.prepared(images), self.n_steps)
        return RegularEncoder(self.n_steps).encode(images)

    def optimiser(self) -> Optimiser:
        """A fresh one, which keeps weights to their bits."""
        return Adam() if self.bits == WHOLE else QuantisedAdam(self.bits)
