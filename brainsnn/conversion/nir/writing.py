"""Networks as NIR graphs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.conversion.nir.images import images, in_nir, nodes_of
from brainsnn.conversion.nir.maps import Shape
from brainsnn.conversion.nir.neurons import PARAMETERS, kind_of
from brainsnn.errors import ModelError
from brainsnn.network.delays import Delays
from brainsnn.network.model import Connection, Model

_PREFIXES = {"Delay": "delay", "Flatten": "flat", "AvgPool2d": "pool"}


def to_nir(network: Model, weights: Mapping[str, NDArray[np.float64]]) -> Any:
    """NIR graph of a network of `nir_neuron` populations, by the package ``nir``.

    Parameters
    ----------
    network : Network or Model
        Connections by `nir_synapse`, with one delay each.
    weights : mapping of str to array
        By connection, shape (pre, post) or that of its connectivity.

    Returns
    -------
    nir.NIRGraph
        `from_nir` makes the same network and weights of it, to the bit, where connections are
        all-to-all, `Convolution` or `AveragePooling`. Where lists of synapses are among them, a
        matrix with zeros is written, and a network with the same spikes comes back. A population's
        bias stands in the first connection that leads to it.

    Raises
    ------
    ModelError
        If nir is not installed, weights do not fit, or naming what it cannot say.
    """
    try:
        import nir
    except ImportError as error:
        raise ModelError("Writing NIR needs the package nir: pip install nir.") from error
    kinds = {p.name: kind_of(p.neuron) for p in network.populations if p.neuron}
    delays = {c.name: _checked(c) for c in network.connections}
    for name, shape in network.shapes.items():
        if np.shape(weights.get(name, ())) != shape:
            raise ModelError(f"NIR: the weights of connection {name!r} must be of shape {shape}.")
    shapes = {p.name: (p.size,) for p in network.populations} | images(network)
    nodes, biases = _populations(nir, network, kinds, shapes)
    edges: list[tuple[str, str]] = []
    for connection in network.connections:
        ends = shapes[connection.source], shapes[connection.target]
        bias = biases.pop(connection.target, None)
        inner = nodes_of(nir, connection, weights.get(connection.name), bias, ends)
        if delay := delays[connection.name]:
            inner.append(nir.Delay(np.full(ends[1], delay * network.dt)))
        names = [f"{_PREFIXES.get(type(n).__name__, 'weights')}_{connection.name}" for n in inner]
        nodes |= dict(zip(names, inner, strict=True))
        edges += list(pairwise([connection.source, *names, connection.target]))
    for name, bias in biases.items():
        if bias.any():
            raise ModelError(f"NIR: nothing leads to population {name!r}, which has a bias.")
    nodes["nir_output"] = nir.Output(np.array(shapes[network.output.name]))
    edges.append((network.output.name, "nir_output"))
    return nir.NIRGraph(nodes, edges)


def _populations(
    nir: Any, network: Model, kinds: Mapping[str, str], shapes: Mapping[str, Shape]
) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """Nodes of the populations, and their biases."""
    nodes: dict[str, Any] = {}
    biases = {}
    for population in network.populations:
        name, shape = population.name, shapes[population.name]
        if population.neuron is None:
            nodes[name] = nir.Input(np.array(shape))
            continue
        kind = kinds[name]
        arrays = {n: in_nir(population.neuron.parameters[n], shape) for n in PARAMETERS[kind]}
        biases[name] = in_nir(population.neuron.parameters["bias"], shape)
        nodes[name] = getattr(nir, kind)(**arrays)
    return nodes, biases


def _checked(connection: Connection) -> int:
    """Delay of a connection that NIR can say, in steps."""
    if isinstance(connection.delay, Delays):
        raise ModelError(f"NIR: connection {connection.name!r} has a delay for each synapse.")
    if connection.synapse.on_pre != "drive_post += w":
        raise ModelError(
            f"NIR: synapse {connection.synapse.name!r} of {connection.name!r} cannot be said; "
            "nir_synapse can."
        )
    return connection.delay
