"""Synapses of a connectivity as GeNN keeps them: a row a source neuron, all rows of one length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.network.connectivity import AllToAll
from brainsnn.network.model import Connection, Model

Table = NDArray[np.uint32]


def sparse_connections(model: Model) -> Iterator[Connection]:
    """Connections whose synapses GeNN is given as a list."""
    return (c for c in model.connections if not isinstance(c.connectivity, AllToAll))


def row_length(model: Model, connection: Connection) -> int:
    """Most synapses of one source neuron: the length of every row."""
    return int(connection.connectivity.fan_out(*model.ends(connection)).max())


@dataclass(frozen=True)
class Rows:
    """Rows of synapses; what a row does not fill is 0.

    Parameters
    ----------
    length : array of uint32, shape (n_source,)
        How many of a row there are.
    target, entry : array of uint32, shape (n_source, longest row)
        Target of each synapse, and the place of its weight in the array of weights.
    """

    length: Table
    target: Table
    entry: Table

    @staticmethod
    def of(model: Model, connection: Connection) -> Rows:
        """Rows of a connection."""
        ends = model.ends(connection)
        found = connection.connectivity.synapses(*ends)
        length = connection.connectivity.fan_out(*ends)
        shape = (ends[0], row_length(model, connection))
        target, entry = np.zeros(shape, np.uint32), np.zeros(shape, np.uint32)
        filled = np.arange(shape[1]) < length[:, None]
        target[filled], entry[filled] = found.target, found.entry
        return Rows(length.astype(np.uint32), target, entry)
