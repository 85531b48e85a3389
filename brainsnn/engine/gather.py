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
        listed = {
            c.name: c.connectivity.synapses(*model.ends(c)).entry
            for c in model.connections
            if not isinstance(c.connectivity, AllToAll)
        }
        self._entries: dict[str, NDArray[np.int32]] = {
            name: listed[part.owner]
            for name, part in model.trainable.items()
            if part.owner in listed
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

    def give_back(self, name: str, held: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        """Write what Brian2's object holds, a value a synapse or neuron, into the array of it all.

        Parameters
        ----------
        name : str
            What is learned.
        held : array
            As `__call__` gives it.
        values : array of float64
            Of the shape of `Model.shapes`; changed in place.
        """
        values.reshape(-1)[self._entries.get(name, slice(None))] = held
