"""NIR graphs as networks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.conversion.nir.neurons import PARAMETERS, nir_neuron
from brainsnn.errors import ModelError
from brainsnn.network.network import Network
from brainsnn.network.synapses import SynapseModel

nir_synapse = SynapseModel(
    name="nir",
    on_pre="drive_post += w",
    summary="Each presynaptic spike adds the weight to the input of one step.",
    citation="Pedersen et al. 2024, Nat. Commun. 15, 8122",
)
_WEIGHTS, _WAYS = ("Linear", "Affine"), ("Delay", "Flatten")
_KNOWN = ("Input", "Output", *_WEIGHTS, *_WAYS, *PARAMETERS)


@dataclass
class _Way:
    """What lies between two populations."""

    source: str
    weights: Any = None
    delay: float = 0.0


def from_nir(
    graph: Any, dt: float = 1e-3, name: str = "nir"
) -> tuple[Network, dict[str, NDArray[np.float64]]]:
    """Network and weights of a NIR graph.

    Populations are called as the nodes, with ``node_`` before what is no name. A spike reaches its
    targets in the next step; a delay is added to that.

    Parameters
    ----------
    graph : nir.NIRGraph, or path of a file of it
        Of Input, Output, Linear, Affine, Delay (the same for all), Flatten, LIF, CubaLIF, IF and
        LI, recurrent or not; weights stand between every two populations.
    dt : float, default 0.001
        Length of a step in seconds.
    name : str, default "nir"

    Returns
    -------
    network : Network
    weights : dict of array
        By connection, shape (pre, post).

    Raises
    ------
    ModelError
        Naming the node that cannot be taken, and why.
    """
    if isinstance(graph, str | Path):
        graph = _read(Path(graph))
    for node, found in graph.nodes.items():
        if type(found).__name__ not in _KNOWN:
            raise ModelError(
                f"Node {node!r} ({type(found).__name__}) cannot be taken. Known: "
                f"{', '.join(_KNOWN)}."
            )
    targets = [n for n, found in graph.nodes.items() if type(found).__name__ in PARAMETERS]
    ways = {target: _ways(graph, target) for target in targets}
    network = Network(dt=dt, name=name)
    for node, found in graph.nodes.items():
        if type(found).__name__ == "Input":
            network.add(_named(node), int(np.prod(found.output_type["output"])))
    for node in targets:
        network.add(_named(node), graph.nodes[node].r.size, _neuron(graph, node, ways[node]))
    weights = {}
    for node in targets:
        for way in ways[node]:
            source, target = _named(way.source), _named(node)
            own = f"{source}_{target}"
            if own in weights:
                raise ModelError(
                    f"Two ways lead from {way.source!r} to {node!r}; add up the weights."
                )
            network.connect(
                source, target, delay=_steps(node, way.delay, dt), synapse=nir_synapse, name=own
            )
            weights[own] = np.array(way.weights.weight, np.float64).T
    return network, weights


def _read(path: Path) -> Any:
    try:
        import nir
    except ImportError as error:
        raise ModelError("Reading NIR files needs the package nir: pip install nir.") from error
    return nir.read(str(path))


def _named(node: str) -> str:
    return node if node.isidentifier() else f"node_{node.replace('.', '_')}"


def _ways(graph: Any, target: str) -> list[_Way]:
    """Ways that lead to a population, each from another or the input."""
    found = []
    open_ = [(source, _Way("")) for source, end in graph.edges if end == target]
    while open_:
        node, way = open_.pop(0)
        kind = type(graph.nodes[node]).__name__
        if kind in _WEIGHTS:
            if way.weights is not None:
                raise ModelError(
                    f"Node {node!r} ({kind}): no neurons between it and the next weights."
                )
            way.weights = graph.nodes[node]
        elif kind == "Delay":
            way.delay += _delay(node, graph.nodes[node])
        elif kind != "Flatten":
            if way.weights is None:
                raise ModelError(f"No weights (Linear or Affine) between {node!r} and {target!r}.")
            way.source = node
            found.append(way)
            continue
        before = [source for source, end in graph.edges if end == node]
        open_ += [(s, _Way("", way.weights, way.delay)) for s in before]
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


def _neuron(graph: Any, node: str, ways: list[_Way]) -> Any:
    """Neuron of a node; biases of the weights that lead to it are its own."""
    found = graph.nodes[node]
    kind = type(found).__name__
    values = {p: np.ravel(np.asarray(getattr(found, p), np.float64)) for p in PARAMETERS[kind]}
    bias = np.zeros(found.r.size)
    for way in ways:
        bias = bias + np.ravel(getattr(way.weights, "bias", 0.0))
    return nir_neuron(kind, bias=bias, **values)
