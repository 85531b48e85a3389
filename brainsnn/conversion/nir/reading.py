"""NIR graphs as networks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.conversion.channels_first import image_order
from brainsnn.conversion.nir.conventions import WRITTEN_BY, Convention, convention_of
from brainsnn.conversion.nir.lags import lags_of
from brainsnn.conversion.nir.maps import POOLING, WEIGHTS, Map, Shape
from brainsnn.conversion.nir.neurons import PARAMETERS, nir_neuron, rests
from brainsnn.conversion.nir.synapses import synapses_of
from brainsnn.errors import ModelError
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel

nir_synapse = SynapseModel(
    name="nir",
    on_pre="drive_post += w",
    summary="Each presynaptic spike adds the weight to the input of one step.",
    citation="Pedersen et al. 2024, Nat. Commun. 15, 8122",
)
_KNOWN = ("Input", "Output", *WEIGHTS, *POOLING, "Delay", "Flatten", *PARAMETERS)


@dataclass(frozen=True)
class _Way:
    """What lies between two populations: nodes in order."""

    source: str = ""
    nodes: tuple[tuple[str, Any], ...] = ()

    @property
    def delay(self) -> float:
        """All delays together, in seconds."""
        return sum(_delay(*pair) for pair in self.nodes if type(pair[1]).__name__ == "Delay")

    def map(self, shape: Shape) -> Map:
        """All nodes as one, for values of the source's shape."""
        found = Map.identity(shape)
        for name, node in self.nodes:
            found = found.then(name, node)
        return found


def from_nir(
    graph: Any,
    dt: float | None = None,
    name: str = "nir",
    written_by: str | Convention = "nir",
) -> tuple[Network, dict[str, NDArray[np.float64]]]:
    """Network and weights of a NIR graph.

    Populations are called as the nodes, with ``node_`` before what is no name. A spike reaches its
    targets in the next step; a delay is added to that. Populations that hold images have their
    channels last, where NIR has them first.

    Parameters
    ----------
    graph : nir.NIRGraph, or path of a file of it
        Of Input, Output, Linear, Affine, Conv2d, SumPool2d, AvgPool2d, Delay (the same for all),
        Flatten, LIF, CubaLIF, IF and LI, recurrent or not; weights or pooling stand between every
        two populations. A convolution with square kernels, stride 1 and nothing else, and an
        average over squares side by side, are connections whose synapses share weights; others,
        and pooling before weights, are lists of synapses with a weight each.
    dt : float, optional
        Length of a step in seconds; that of the convention otherwise (1 ms for NIR itself).
    name : str, default "nir"
    written_by : {"nir", "snntorch", "norse", "spikingjelly"} or Convention, default "nir"
        Whose spikes are wanted: what the tool leaves to itself (`WRITTEN_BY`).

    Returns
    -------
    network : Network
    weights : dict of array
        By connection: shape (pre, post), or that of its connectivity.

    Raises
    ------
    ModelError
        Naming the node that cannot be taken, and why.
    """
    given = convention_of(written_by, WRITTEN_BY)
    dt = given.dt if dt is None else dt
    if isinstance(graph, str | Path):
        graph = _read(Path(graph))
    ways = {node: _ways(graph, node) for node in _populations(graph)}
    shapes = _shapes(graph, ways)
    maps = {node: [way.map(shapes[way.source]) for way in ways[node]] for node in shapes}
    lags = lags_of({n: [way.source for way in ways[n]] for n in shapes}, given)
    network, weights = Network(dt=dt, name=name), {}
    for node, shape in shapes.items():
        neuron = None
        if type(graph.nodes[node]).__name__ in PARAMETERS:
            starts = (lags[node] - 0.5) * dt
            neuron = _neuron(node, graph.nodes[node], shape, maps[node], given, dt, starts)
        network.add(_named(node), int(np.prod(shape)), neuron)
    for node in shapes:
        for way, found in zip(ways[node], maps[node], strict=True):
            own = f"{_named(way.source)}_{_named(node)}"
            if any(own == c.name for c in network.connections):
                raise ModelError(
                    f"Two ways lead from {way.source!r} to {node!r}; add up the weights."
                )
            connectivity, values = synapses_of([n for _, n in way.nodes], found, shapes[way.source])
            network.connect(
                _named(way.source),
                _named(node),
                connectivity,
                delay=_steps(node, way.delay, dt) + max(lags[node] - lags[way.source] - 1, 0),
                synapse=nir_synapse,
                name=own,
            )
            if values is not None:
                weights[own] = values
    return network, weights


def _read(path: Path) -> Any:
    try:
        import nir
    except ImportError as error:
        raise ModelError("Reading NIR files needs the package nir: pip install nir.") from error
    return nir.read(str(path))


def _named(node: str) -> str:
    if node.isidentifier() and not node.startswith("_"):
        return node
    return f"node_{node.replace('.', '_').lstrip('_')}"


def _populations(graph: Any) -> list[str]:
    """Nodes that are populations, inputs first; refuses nodes that are not known."""
    inputs, others = [], []
    for node, found in graph.nodes.items():
        kind = type(found).__name__
        if kind not in _KNOWN:
            raise ModelError(f"Node {node!r} ({kind}) cannot be taken. Known: {', '.join(_KNOWN)}.")
        if kind == "Input":
            inputs.append(node)
        elif kind in PARAMETERS:
            others.append(node)
    return inputs + others


def _shapes(graph: Any, ways: dict[str, list[_Way]]) -> dict[str, Shape]:
    """Shape of each population's values; that of what leads to it if parameters are single."""
    shapes: dict[str, Shape] = {}
    for node in ways:
        found = graph.nodes[node]
        if type(found).__name__ == "Input":
            (size,) = found.output_type.values()
            shapes[node] = tuple(int(n) for n in size)
        elif np.ndim(found.r):
            shapes[node] = np.shape(found.r)
    while missing := [node for node in ways if node not in shapes]:
        known = [(n, w) for n in missing for w in ways[n] if w.source in shapes]
        if not known:
            raise ModelError(f"Node {missing[0]!r}: nothing says how many neurons it has.")
        node, way = known[0]
        shapes[node] = way.map(shapes[way.source]).shape
    return {node: shapes[node] for node in ways}


def _ways(graph: Any, target: str) -> list[_Way]:
    """Ways that lead to a population, each from another or the input."""
    found = []
    open_ = [(source, _Way()) for source, end in graph.edges if end == target]
    while open_:
        name, way = open_.pop(0)
        node = graph.nodes[name]
        kind = type(node).__name__
        kinds = [type(n).__name__ for _, n in way.nodes]
        if kind in PARAMETERS or kind == "Input":
            if not {*WEIGHTS, *POOLING} & set(kinds):
                raise ModelError(
                    f"No weights ({', '.join(WEIGHTS)}) and no pooling between {name!r} and "
                    f"{target!r}."
                )
            found.append(replace(way, source=name))
            continue
        if kind in WEIGHTS and {*WEIGHTS} & set(kinds):
            raise ModelError(f"Node {name!r} ({kind}): no neurons between it and the next weights.")
        if name in [earlier for earlier, _ in way.nodes]:
            raise ModelError(f"Node {name!r} ({kind}): no neurons in a loop of it.")
        way = replace(way, nodes=((name, node), *way.nodes))
        open_ += [(source, way) for source, end in graph.edges if end == name]
    return found


def _delay(node: str, found: Any) -> float:
    values = np.unique(np.asarray(found.delay, np.float64))
    if values.size != 1:
        raise ModelError(f"Node {node!r} (Delay): one delay for all is taken, got {values.size}.")
    return float(values[0])


def _steps(node: str, delay: float, dt: float) -> int:
    steps = round(delay / dt)
    if abs(steps * dt - delay) > 1e-9:
        raise ModelError(
            f"The delay of {delay:g} s to {node!r} is no whole number of steps of {dt:g} s."
        )
    return steps


def _neuron(
    node: str,
    found: Any,
    shape: Shape,
    maps: list[Map],
    given: Convention,
    dt: float,
    starts: float,
) -> Neuron:
    """Neuron of a node; biases of what leads to it are its own."""
    kind, order = type(found).__name__, image_order(shape)
    for own in maps:
        if own.shape != shape:
            raise ModelError(
                f"Node {node!r} ({kind}): parameters of shape {shape}, but what leads to it has "
                f"shape {own.shape}."
            )
    values: dict[str, Any] = {}
    for name in PARAMETERS[kind]:
        array = np.broadcast_to(np.asarray(getattr(found, name), np.float64), shape)
        values[name] = np.ravel(array)[order]
    values = given.in_seconds(kind, values, dt)
    bias = sum((own.bias for own in maps), np.zeros(order.size))
    neuron = nir_neuron(kind, bias[order], given, **values)
    if starts <= 0 or rests(kind, neuron):
        return neuron
    return nir_neuron(kind, bias[order], given, starts, **values)
