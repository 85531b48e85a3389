"""Networks whose neurons start with a class that they prefer."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from brainsnn.network.model import Model
from brainsnn.network.synapses import Preferring
from brainsnn.protocols.s4nn.base import NetworkConfig


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
