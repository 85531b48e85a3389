"""Networks as NIR graphs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.conversion.nir.conventions import Convention, convention_of
from brainsnn.conversion.nir.images import images, in_nir, loops_last, nodes_of
from brainsnn.conversion.nir.lags import lags_of
from brainsnn.conversion.nir.maps import Shape
from brainsnn.conversion.nir.neurons import PARAMETERS, follows, kind_of
from brainsnn.conversion.nir.readers import READ_BY, Reader, nudged, scaled
from brainsnn.errors import ModelError
from brainsnn.network.delays import Delays
from brainsnn.network.model import Connection, Model, Population

_PREFIXES = {"Delay": "delay", "Flatten": "flat", "AvgPool2d": "pool"}


def to_nir(
    network: Model,
    weights: Mapping[str, NDArray[np.float64]],
    read_by: str | Convention = "nir",
) -> Any:
    """NIR graph of a network of `nir_neuron` populations, by the package ``nir``.

    Parameters
    ----------
    network : Network or Model
        Connections by `nir_synapse`, with one delay each.
    weights : mapping of str to array
        By connection, shape (pre, post) or that of its connectivity.
    read_by : {"nir", "snntorch", "norse", "spikingjelly"} or Convention, default "nir"
        Who will run it (`READ_BY`): the tool, with its defaults, gives the same spikes, earlier by
        `steps_behind`. Neurons are of that convention; a tool's other comparison of potential and
        threshold is met by the next threshold in single precision.

    Returns
    -------
    nir.NIRGraph
        By default, `from_nir` makes the same network and weights of it, to the bit, where
        connections are all-to-all, `Convolution` or `AveragePooling`. Where lists of synapses are
        among them, a matrix with zeros is written, and a network with the same spikes comes back. A
        population's bias stands in the first connection that leads to it.

    Raises
    ------
    ModelError
        If nir is not installed, weights do not fit, or naming what it, or the tool, cannot say.
    """
    try:
        import nir
    except ImportError as error:
        raise ModelError("Writing NIR needs the package nir: pip install nir.") from error
    given = convention_of(read_by, READ_BY)
    kinds = {p.name: kind_of(p.neuron) for p in network.populations if p.neuron}
    if isinstance(given, Reader):
        given.check_ways(network)
    lags = lags_of(_sources(network), given)
    delays = _delays(network, lags)
    for name, shape in network.shapes.items():
        if np.shape(weights.get(name, ())) != shape:
            raise ModelError(f"NIR: the weights of connection {name!r} must be of shape {shape}.")
    shapes = {p.name: (p.size,) for p in network.populations} | images(network)
    nodes, biases, gains = _populations(nir, network, kinds, shapes, given, lags)
    paths: dict[str, list[str]] = {}
    for connection in loops_last(network):
        ends = shapes[connection.source], shapes[connection.target]
        bias = biases.pop(connection.target, None)
        inner = nodes_of(nir, connection, weights.get(connection.name), bias, ends)
        where = f"connection {connection.name!r}"
        scaled(where, inner[-1], gains[connection.target])
        if delay := delays[connection.name]:
            inner.append(nir.Delay(np.full(ends[1], delay * network.dt)))
        if isinstance(given, Reader):
            for node in inner:
                given.takes(where, type(node).__name__)
        names = [f"{_PREFIXES.get(type(n).__name__, 'weights')}_{connection.name}" for n in inner]
        nodes |= dict(zip(names, inner, strict=True))
        paths[connection.name] = [connection.source, *names, connection.target]
    for name, bias in biases.items():
        if bias.any():
            raise ModelError(f"NIR: nothing leads to population {name!r}, which has a bias.")
    nodes["nir_output"] = nir.Output(np.array(shapes[network.output.name]))
    paths["nir_output"] = [network.output.name, "nir_output"]
    edges = [edge for name in _order(network, given) for edge in pairwise(paths[name])]
    return nir.NIRGraph(nodes, edges)


def _order(network: Model, given: Convention) -> list[str]:
    """Connections in the order of their edges; Norse goes that way, and a loop has to be first."""
    found = [*(c.name for c in network.connections), "nir_output"]
    if isinstance(given, Reader):
        loops = {c.name for c in network.connections if c.source == c.target}
        found.sort(key=lambda name: name not in loops)
    return found


def _populations(
    nir: Any,
    network: Model,
    kinds: Mapping[str, str],
    shapes: Mapping[str, Shape],
    given: Convention,
    lags: Mapping[str, int],
) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    """Nodes of the populations, their biases, and factors of the weights that lead to them."""
    nodes: dict[str, Any] = {}
    biases, gains = {}, {}
    for population in network.populations:
        name, shape = population.name, shapes[population.name]
        if population.neuron is None:
            nodes[name] = nir.Input(np.array(shape))
            continue
        values = _values(population, kinds[name], given, max(lags[name] - 0.5, 0.0) * network.dt)
        values = {n: in_nir(v, shape) for n, v in values.items()}
        gains[name] = np.ones(shape)
        if isinstance(given, Reader):
            where = f"population {name!r}"
            values, gains[name] = given.values(where, kinds[name], values, network.dt)
        else:
            values = given.as_written(kinds[name], values, network.dt)
        biases[name] = in_nir(population.neuron.parameters["bias"], shape)
        nodes[name] = getattr(nir, kinds[name])(**values)
    return nodes, biases, gains


def _values(population: Population, kind: str, given: Convention, starts: float) -> dict[str, Any]:
    """Parameters of neurons that are computed as the convention says."""
    neuron = population.neuron
    assert neuron is not None
    has = ">=" if ">=" in neuron.threshold else ">"
    own = replace(given, threshold=has) if isinstance(given, Reader) else given
    if not follows(kind, neuron, own, starts):
        raise ModelError(
            f"NIR cannot say the convention of the neuron {neuron.name!r} of population "
            f"{population.name!r}. The reader has reset {own.reset!r}, synapse {own.synapse!r}, "
            f"threshold {own.threshold!r}, initial {own.initial!r}; nir_neuron(..., "
            f"convention=..., starts={starts:g}) makes neurons of it."
        )
    values = {n: neuron.parameters[n] for n in PARAMETERS[kind]}
    if "v_threshold" in values:
        values["v_threshold"] = nudged(values["v_threshold"], has, given.threshold)
    return values


def _sources(network: Model) -> dict[str, list[str]]:
    """By population, those that lead to it."""
    return {
        p.name: [c.source for c in network.connections if c.target == p.name]
        for p in network.populations
    }


def _delays(network: Model, lags: Mapping[str, int]) -> dict[str, int]:
    """Steps of delay to write for each connection, beyond those that populations lag by."""
    found = {}
    for connection in network.connections:
        least = max(lags[connection.target] - lags[connection.source] - 1, 0)
        found[connection.name] = _checked(connection) - least
        if found[connection.name] < 0:
            raise ModelError(
                f"NIR: with the order 'same step' connection {connection.name!r} needs a delay of "
                f"{least} steps or more, since its target lags by so many more."
            )
    return found


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
