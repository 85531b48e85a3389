"""Where something that is learned stands in a derived network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.equations.parts import Key
from brainsnn.network.connectivity import AllToAll
from brainsnn.network.model import Model

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


def places_of(network: Model) -> dict[str, Place]:
    """Where everything that is learned stands in the derived network."""
    ends = {c.name: (c.connectivity, network.ends(c)) for c in network.connections}
    found = {}
    for name, part in network.trainable.items():
        entry = None
        if part.owner in ends and not isinstance(ends[part.owner][0], AllToAll):
            connectivity, sizes = ends[part.owner]
            entry = connectivity.synapses(*sizes).entry.astype(np.int64)
        found[name] = Place((part.owner, part.variable), part.shape, entry)
    return found
