"""Networks as NIR graphs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.conversion.nir.neurons import PARAMETERS, arrays_of, kind_of
from brainsnn.errors import ModelError
from brainsnn.network.connectivity import AllToAll
from brainsnn.network.delays import Delays
from brainsnn.network.model import Connection, Model


def to_nir(network: Model, weights: Mapping[str, NDArray[np.float64]]) -> Any:
    """NIR graph of a network of `nir_neuron` populations, by the package ``nir``.

    Parameters
    ----------
    network : Network or Model
        All-to-all connections by `nir_synapse`, with one delay each.
    weights : mapping of str to array, shape (pre, post)
        By connection.

    Returns
    -------
    nir.NIRGraph
        `from_nir` makes the same network and weights of it, to the bit. A population's bias stands
        in the first connection that leads to it.

    Raises
    ------
    ModelError
        If nir is not installed, or naming what it cannot say.
    """
    try:
        import nir
    except ImportError as error:
        raise ModelError("Writing NIR needs the package nir: pip install nir.") from error
    nodes: dict[str, Any] = {}
    edges: list[tuple[str, str]] = []
    biases: dict[str, NDArray[np.float64]] = {}
    for population in network.populations:
        if population.neuron is None:
            nodes[population.name] = nir.Input(np.array([population.size]))
            continue
        kind = kind_of(population.neuron)
        arrays = arrays_of(population.neuron, kind, population.size)
        biases[population.name] = arrays.pop("bias")
        nodes[population.name] = getattr(nir, kind)(**{p: arrays[p] for p in PARAMETERS[kind]})
    for connection in network.connections:
        delay = _checked(connection)
        weight = np.asarray(weights[connection.name], np.float64).T
        bias = biases.pop(connection.target, None)
        inner = f"weights_{connection.name}"
        plain = bias is None or not bias.any()
        nodes[inner] = nir.Linear(weight) if plain else nir.Affine(weight, bias)
        way = [connection.source, inner, connection.target]
        if delay:
            seconds = np.full(weight.shape[0], delay * network.dt)
            nodes[f"delay_{connection.name}"] = nir.Delay(seconds)
            way.insert(2, f"delay_{connection.name}")
        edges += list(pairwise(way))
    nodes["nir_output"] = nir.Output(np.array([network.output.size]))
    edges.append((network.output.name, "nir_output"))
    return nir.NIRGraph(nodes, edges)


def _checked(connection: Connection) -> int:
    """Delay of a connection that NIR can say, in steps."""
    if not isinstance(connection.connectivity, AllToAll):
        raise ModelError(
            f"NIR: connection {connection.name!r} is {connection.connectivity.name}; all-to-all "
            "ones can be written."
        )
    if isinstance(connection.delay, Delays):
        raise ModelError(f"NIR: connection {connection.name!r} has a delay for each synapse.")
    if connection.synapse.on_pre != "drive_post += w":
        raise ModelError(
            f"NIR: synapse {connection.synapse.name!r} of {connection.name!r} cannot be said; "
            "nir_synapse can."
        )
    return connection.delay
