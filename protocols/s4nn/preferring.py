"""Networks whose neurons start with a class that they prefer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.network.model import Model
from brainsnn.network.synapses import Uniform
from brainsnn.protocols.s4nn.base import NetworkConfig


@dataclass(frozen=True)
class Preferring(Uniform):
    """First weights between neurons that each prefer a class: excitatory if it is the same one.

    Neuron k prefers class ``k % n_classes``, as do the outputs that stand for the classes. The
    weights are drawn as by `Uniform`; those between different classes are taken negative.

    Parameters
    ----------
    low, high : float
        See `Uniform`.
    n_classes : int, default 2
    """

    n_classes: int = 2

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Draw weights of `shape` (pre, post)."""
        before, after = (index % self.n_classes for index in np.indices(shape))
        return super().draw(rng, shape) * np.where(before == after, 1.0, -1.0)


class PreferringNetworkConfig(NetworkConfig):
    """The network, and whether its neurons start with a class that they prefer.

    Parameters
    ----------
    hidden, threshold, n_steps, initial_low, initial_high
        See `NetworkConfig`.
    preferring : bool, default True
        Whether the first weights of all connections but that from the input are `Preferring`.
    """

    hidden: tuple[int, ...] = Field(default=(20,), min_length=1)
    initial_low: tuple[float, ...] = (0.0, 30.0)
    initial_high: tuple[float, ...] = (0.31, 50.0)
    preferring: bool = True

    def model(self, name: str, n_inputs: int, n_classes: int) -> Model:
        """Build the model for inputs and classes of the given numbers."""
        model = super().model(name, n_inputs, n_classes)
        if not self.preferring:
            return model
        first, *later = model.connections
        bounds = zip(later, self.initial_low[1:], self.initial_high[1:], strict=True)
        changed = [replace(c, initialiser=Preferring(lo, hi, n_classes)) for c, lo, hi in bounds]
        return replace(model, connections=(first, *changed))
