"""Weights that synapses share, given to each synapse: for engines that keep a weight a synapse."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from brainsnn.network.connectivity import AllToAll
from brainsnn.network.model import Model


class Gather:
    """Where the weight of every synapse stands in its connection's array of weights.

    Parameters
    ----------
    model : Model
    """

    def __init__(self, model: Model) -> None:
        self._entries: dict[str, NDArray[np.int32]] = {
            c.name: c.connectivity.synapses(*model.ends(c)).entry
            for c in model.connections
            if c.name in model.shapes and not isinstance(c.connectivity, AllToAll)
        }

    def __call__(
        self, weights: Mapping[str, NDArray[np.float64]]
    ) -> dict[str, NDArray[np.float64]]:
        """What Brian2's objects hold of all that is learned: for connections, a weight a synapse.

        Parameters
        ----------
        weights : mapping of str to array
            Of the shapes of `Model.shapes`.
        """
        return {
            name: values.ravel()[self._entries[name]] if name in self._entries else values.ravel()
            for name, values in weights.items()
        }
