"""Networks written for snnTorch, Norse and SpikingJelly as NIR files.

``python tests/nir_networks.py FOLDER`` writes ``TOOL-NETWORK.nir`` with the graph, and
``TOOL-NETWORK.npz`` with the input and the output spikes here. ``benchmarks/rivals/nir_readers.py``
runs them in the tools. ``python tests/nir_networks.py FOLDER refused`` writes those that `to_nir`
refuses since a tool runs them otherwise.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from brainsnn.conversion.nir import READ_BY, Reader, nir_neuron, nir_synapse, steps_behind, to_nir
from brainsnn.engine import build_engine
from brainsnn.network.connectivity import AllToAll, AveragePooling, Convolution
from brainsnn.network.network import Network
from brainsnn.spikes import SpikeTrains

STEPS, DT = 60, 1e-3
Made = tuple[Network, dict[str, Any]]


def chain(
    tool: str, kinds: str, sizes: tuple[int, ...], ways: tuple[Any, ...], parameters: Any
) -> Made:
    """Populations one after another with biases; those behind stand still until input comes."""
    rng = np.random.default_rng(2)
    network, weights = Network(dt=DT, name=f"{tool}-{kinds}"), {}
    network.add("image", sizes[0])
    names = ["image"]
    for depth, (size, way) in enumerate(zip(sizes[1:], ways, strict=True), 1):
        bias = 0.0 if isinstance(way, AveragePooling) else 0.02
        starts = (depth - 0.5) * DT if bias else 0.0
        own = parameters(rng, size)
        neuron = nir_neuron(kinds, np.full(size, bias), READ_BY[tool], starts, **own)
        names.append(f"cells_{depth}")
        network.add(names[-1], size, neuron)
        name = f"to_{depth}"
        network.connect(*names[-2:], way, synapse=nir_synapse, name=name)
        if not isinstance(way, AveragePooling):
            shape = network.shapes[name]
            weights[name] = rng.normal(1.6, 2.0, shape) / shape[0] ** 0.5
    return network, weights


def leaky(tool: str) -> Any:
    """Parameters of LIF: those that the tool takes a neuron each are drawn."""

    def draw(rng: Any, n: int) -> dict[str, Any]:
        if tool == "spikingjelly":
            return fixed(n, tau=0.006, r=rng.uniform(2, 4, n), v_leak=-0.1, v_reset=-0.1)
        leak = rng.uniform(0, 0.1, n) if tool == "norse" else 0.0
        tau = rng.uniform(0.004, 0.012, n)
        return fixed(n, tau=tau, r=rng.uniform(3, 6, n), v_leak=leak, v_reset=0.0)

    return draw


def synaptic(tool: str) -> Any:
    """Parameters of CubaLIF: the same for all neurons where the tool needs it."""

    def draw(rng: Any, n: int) -> dict[str, Any]:
        same = tool == "spikingjelly"
        times = [0.004, 0.009] if same else [rng.uniform(0.003, 0.006, n) for _ in range(2)]
        other = {"r": rng.uniform(1.5, 2.5, n), "w_in": rng.uniform(0.8, 1.8, n)}
        reset = 0.1 if same else 0.0
        return fixed(n, tau_syn=times[0], tau_mem=times[1], v_leak=0.0, v_reset=reset, **other)

    return draw


def integrate(rng: Any, n: int) -> dict[str, Any]:
    """Parameters of IF."""
    return fixed(n, r=rng.uniform(300, 500, n), v_reset=0.0)


def alike(_: Any, n: int) -> dict[str, Any]:
    """Parameters of IF that are the same for a channel."""
    return fixed(n, r=400.0, v_reset=0.0)


def pooled(tool: str) -> Any:
    """Parameters of LIF whose input is as the tool writes it: it cannot go into pooling."""
    r = 1.0 if tool == "spikingjelly" else 0.008 / DT
    return lambda _, n: fixed(n, tau=0.008, r=r, v_leak=0.0, v_reset=0.0, v_threshold=0.15 * r)


def fixed(n: int, **values: Any) -> dict[str, Any]:
    """An array each, and a threshold of 1."""
    return {name: np.broadcast_to(v, n) for name, v in ({"v_threshold": 1.0} | values).items()}


def ties() -> Made:
    """Potentials in quarters of a threshold that they meet, where > of NIR and >= differ."""
    network = Network(dt=DT, name="ties")
    network.add("image", 8)
    network.add("cells_1", 12, nir_neuron("IF", **fixed(12, r=250.0, v_reset=0.0)))
    network.connect("image", "cells_1", AllToAll(), synapse=nir_synapse, name="to_1")
    return network, {"to_1": np.random.default_rng(3).integers(-1, 3, (8, 12)) * 1.0}


def looped(*args: Any) -> Callable[[], Made]:
    """A chain whose first cells lead to themselves."""

    def make() -> Made:
        network, weights = chain(*args)
        network.connect("cells_1", "cells_1", synapse=nir_synapse, name="back")
        weights["back"] = np.random.default_rng(5).normal(-0.3, 1, network.shapes["back"])
        return network, weights

    return make


def branched(*args: Any) -> Callable[[], Made]:
    """A chain whose input leads to the last cells too, delayed as the chain is here."""

    def make() -> Made:
        network, weights = chain(*args)
        network.connect("image", "cells_2", synapse=nir_synapse, name="skip", delay=1)
        weights["skip"] = np.random.default_rng(5).normal(0, 1, network.shapes["skip"])
        return network, weights

    return make


def layers(*args: Any) -> Callable[[], Made]:
    """Makes a chain when it is called."""
    return lambda: chain(*args)


DENSE = (8, 10, 5), (AllToAll(), AllToAll())
IMAGE = Convolution(6, 6, 1, 3, 2)
POOLED = (IMAGE, AveragePooling(4, 4, 2, 2), AllToAll())
NETWORKS: dict[str, Callable[[], Made]] = {
    **{
        f"{t}-leaky": layers(t, "LIF", *DENSE, leaky(t))
        for t in ("snntorch", "norse", "spikingjelly")
    },
    **{
        f"{t}-synaptic": layers(t, "CubaLIF", *DENSE, synaptic(t))
        for t in ("snntorch", "norse", "spikingjelly")
    },
    **{f"{t}-integrate": layers(t, "IF", *DENSE, integrate) for t in ("norse", "spikingjelly")},
    **{
        f"{t}-convolution": layers(t, "LIF", (36, 32, 8, 5), POOLED, pooled(t))
        for t in ("snntorch", "spikingjelly")
    },
    "norse-convolution": layers("norse", "IF", (36, 32, 5), (IMAGE, AllToAll()), alike),
    **{f"{t}-recurrent": looped(t, "LIF", *DENSE, leaky(t)) for t in ("norse", "spikingjelly")},
    **{f"{t}-branched": branched(t, "LIF", *DENSE, leaky(t)) for t in ("snntorch", "spikingjelly")},
    "spikingjelly-ties": ties,
}


REFUSED: dict[str, Callable[[], Made]] = {
    "snntorch-integrate": layers("snntorch", "IF", *DENSE, integrate),
    "norse-pooled": layers("norse", "LIF", (36, 32, 8, 5), POOLED, pooled("spikingjelly")),
}
for _kind, _draw in {"LIF": leaky, "CubaLIF": synaptic}.items():
    REFUSED[f"snntorch-recurrent_{_kind}"] = looped("snntorch", _kind, *DENSE, _draw("snntorch"))
    REFUSED[f"norse-branched_{_kind}"] = branched("norse", _kind, *DENSE, _draw("norse"))


def unchecked(tool: str) -> Any:
    """How a tool reads graphs, with nothing refused."""
    known = READ_BY[tool]
    assert isinstance(known, Reader)
    nodes = (*known.nodes, "IF", "AvgPool2d")
    return replace(known, loops=True, branches=True, nodes=nodes, whole=("IF",))


def written(name: str) -> tuple[Any, Any, Any]:
    """A graph, its input (steps, ...) and the output spikes here (steps, neurons)."""
    tool = name.split("-")[0]
    network, weights = (NETWORKS | REFUSED)[name]()
    graph = to_nir(network, weights, read_by=unchecked(tool) if name in REFUSED else tool)
    inputs = np.random.default_rng(1).random((STEPS, network.populations[0].size)) < 0.25
    (shape,) = graph.nodes["image"].output_type.values()
    return graph, inputs.reshape(STEPS, *shape), spikes_of(network, weights, inputs)


def spikes_of(network: Any, weights: Any, inputs: Any) -> Any:
    """Spikes (steps, neurons) of the last cells, moved by their lag; inputs are (steps, ...)."""
    last = [p for p in network.populations if p.neuron is not None][-1]
    lag = steps_behind(network)[last.name]
    raster = np.zeros((len(inputs) + lag, inputs[0].size), bool)
    raster[: len(inputs)] = inputs.reshape(len(inputs), -1)
    with build_engine("runtime", network, len(raster)) as engine:
        engine.set_weights(weights)
        spikes = engine.run(SpikeTrains.from_raster(raster[None])).to_frame()
    own = spikes[spikes["population"] == last.name]
    mine = np.zeros((len(raster), last.size), bool)
    mine[own["step"], own["neuron"]] = True
    return mine[lag:]


def graph_of(found: Any) -> Any:
    """A kept graph as its nodes' names and arrays."""
    told = json.loads(str(found["graph"]))
    nodes = {}
    for name, kind in told["kinds"].items():
        values = {k.split("/")[1]: found[k] for k in found.files if k.startswith(f"{name}/")}
        nodes[name] = type(kind, (SimpleNamespace,), {})(**values)
        if kind == "Input":
            nodes[name].output_type = {"input": values["shape"]}
    return SimpleNamespace(nodes=nodes, edges=[tuple(edge) for edge in told["edges"]])


if __name__ == "__main__":
    import nir

    folder = Path(sys.argv[1])
    for network in REFUSED if "refused" in sys.argv else NETWORKS:
        graph, inputs, spikes = written(network)
        nir.write(str(folder / f"{network}.nir"), graph)
        np.savez_compressed(folder / f"{network}.npz", inputs=inputs, spikes=spikes)
