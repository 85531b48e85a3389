"""Graphs written for snnTorch, Norse and SpikingJelly: the spikes that these tools gave for them.

The files are made by ``tests/nir_networks.py`` and ``benchmarks/rivals/nir_readers.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nir_networks import DENSE, NETWORKS, POOLED, chain, fixed, graph_of, spikes_of, written

from brainsnn.conversion.nir import (
    READ_BY,
    WRITTEN_BY,
    from_nir,
    nir_neuron,
    nir_synapse,
    to_nir,
)
from brainsnn.errors import ModelError
from brainsnn.network.network import Network

DATA = Path(__file__).parents[1] / "oracles" / "data" / "nir"


@pytest.mark.parametrize("name", NETWORKS)
def test_the_tool_gave_these_spikes_for_this_graph(name: str) -> None:
    found = np.load(DATA / "read" / f"{name}.npz")
    graph, inputs, spikes = written(name)
    told = json.loads(str(found["graph"]))
    assert told["kinds"] == {n: type(node).__name__ for n, node in graph.nodes.items()}
    assert [tuple(edge) for edge in told["edges"]] == graph.edges
    for key in found.files:
        node, _, field = key.partition("/")
        if field and field != "shape":
            np.testing.assert_allclose(getattr(graph.nodes[node], field), found[key], rtol=1e-12)
    np.testing.assert_array_equal(inputs, found["inputs"])
    assert 20 < spikes.sum() < 0.8 * spikes.size
    np.testing.assert_array_equal(spikes, found["spikes"])


@pytest.mark.parametrize(
    "name", [n for n in NETWORKS if n.endswith(("synaptic", "convolution", "recurrent"))]
)
def test_graphs_come_back_by_the_tools_convention(name: str) -> None:
    found = np.load(DATA / "read" / f"{name}.npz")
    network, weights = from_nir(graph_of(found), written_by=READ_BY[name.split("-")[0]])
    spikes = spikes_of(network, weights, found["inputs"])
    np.testing.assert_array_equal(spikes, found["spikes"])


def test_ties_are_met_by_the_next_threshold() -> None:
    found = np.load(DATA / "read" / "spikingjelly-ties.npz")
    graph = graph_of(found)
    assert (graph.nodes["cells_1"].v_threshold == np.nextafter(np.float32(1), np.float32(2))).all()
    graph.nodes["cells_1"].v_threshold[:] = 1.0
    network, weights = from_nir(graph, written_by=READ_BY["spikingjelly"])
    assert (spikes_of(network, weights, found["inputs"]) != found["spikes"]).any()


@pytest.mark.parametrize("name", ["snntorch-leaky", "norse-integrate", "spikingjelly-leaky"])
def test_what_a_tool_wrote_is_written_as_it_was(name: str) -> None:
    own = WRITTEN_BY[name.split("-")[0]]
    graph = graph_of(np.load(DATA / f"{name}.npz"))
    network, weights = from_nir(graph, written_by=own)
    again = to_nir(network, weights, read_by=own)
    for node in [n for n in graph.nodes if n.strip("_") in ("1", "3")]:
        for field, value in vars(graph.nodes[node]).items():
            found = getattr(again.nodes[f"node_{node.strip('_')}"], field)
            np.testing.assert_allclose(found, np.broadcast_to(value, found.shape), rtol=1e-6)


def cells(tool: str, kind: str, **values: Any) -> Any:
    """A network of one population, and its weights."""
    network = Network(dt=1e-3, name="one")
    network.add("image", 4)
    network.add("cells", 3, nir_neuron(kind, 0.0, READ_BY[tool], 0.0005, **fixed(3, **values)))
    network.connect("image", "cells", synapse=nir_synapse, name="to")
    return network, {"to": np.ones((4, 3))}


LIF = {"tau": 0.01, "r": 1.0, "v_leak": 0.0, "v_reset": 0.0}
CUBA = {"tau_syn": 0.01, "tau_mem": 0.01, "r": 1.0, "v_leak": 0.0, "v_reset": 0.0, "w_in": 1.0}
UNLIKE = np.array([1.0, 1.1, 1.2])


@pytest.mark.parametrize(
    ("tool", "kind", "values", "words"),
    [
        ("snntorch", "IF", {"r": 1.0, "v_reset": 0.0}, "'cells' is written as IF, which snnTorch"),
        ("snntorch", "LIF", LIF | {"v_reset": 0.1}, "v_reset of population 'cells' .LIF. must be"),
        ("snntorch", "LIF", LIF | {"v_threshold": UNLIKE}, "v_threshold .* the same .* snnTorch"),
        ("norse", "CubaLIF", CUBA | {"v_leak": 0.1}, "v_leak .* must be 0.0 for Norse"),
        ("norse", "LIF", LIF | {"tau": 0.0005}, "tau .* is shorter than a step"),
        ("spikingjelly", "LIF", LIF | {"v_leak": 0.1}, "v_leak .* must be v_reset"),
        ("spikingjelly", "LIF", LIF | {"tau": 0.01 * UNLIKE}, "tau .* the same .* SpikingJelly"),
    ],
)
def test_parameters_that_a_tool_passes_over_are_refused(
    tool: str, kind: str, values: Any, words: str
) -> None:
    with pytest.raises(ModelError, match=words):
        to_nir(*cells(tool, kind, **values), read_by=tool)


def test_wirings_that_a_tool_runs_otherwise_are_refused() -> None:
    network, weights = NETWORKS["norse-recurrent"]()
    with pytest.raises(ModelError, match="'back' leads from a population to itself, which snn"):
        to_nir(network, weights, read_by="snntorch")
    network, weights = NETWORKS["snntorch-branched"]()
    with pytest.raises(ModelError, match=r"beside connection 'to_1' others lead .* Norse"):
        to_nir(network, weights, read_by="norse")
    network.add("second", 2)
    with pytest.raises(ModelError, match="SpikingJelly reads one input, not image, second"):
        to_nir(network, weights, read_by="spikingjelly")


def test_delays_are_those_of_the_order() -> None:
    network, weights = chain("snntorch", "LIF", *DENSE, lambda _, n: fixed(n, **LIF))
    network.connect("image", "cells_2", synapse=nir_synapse, name="skip", delay=2)
    weights["skip"] = np.zeros((8, 5))
    with pytest.raises(ModelError, match="'skip' is written as Delay, which snnTorch"):
        to_nir(network, weights, read_by="snntorch")
    network, weights = chain("snntorch", "LIF", *DENSE, lambda _, n: fixed(n, **LIF))
    network.connect("image", "cells_2", synapse=nir_synapse, name="skip")
    weights["skip"] = np.zeros((8, 5))
    with pytest.raises(ModelError, match="'skip' needs a delay of 1 steps or more"):
        to_nir(network, weights, read_by="snntorch")


def test_pooling_takes_no_factor() -> None:
    halves = chain("snntorch", "LIF", (36, 32, 8, 5), POOLED, lambda _, n: fixed(n, **LIF))
    with pytest.raises(ModelError, match="'to_2' is written as AvgPool2d, so that its target's r"):
        to_nir(*halves, read_by="snntorch")
    uneven = LIF | {"r": np.linspace(1, 2, 32)}
    made = chain("norse", "LIF", (36, 32), POOLED[:1], lambda _, n: fixed(n, **uneven))
    with pytest.raises(ModelError, match=r"'to_1' is written as Conv2d.*alike in a channel"):
        to_nir(*made, read_by="norse")


def test_neurons_of_another_convention_are_refused() -> None:
    network, weights = NETWORKS["norse-leaky"]()
    with pytest.raises(ModelError, match=r"'cells_1'. The reader has .*initial 'zero'"):
        to_nir(network, weights, read_by="snntorch")
    with pytest.raises(ModelError, match="conventions are nir, snntorch, norse"):
        to_nir(network, weights, read_by="lava")


def test_neurons_that_begin_before_their_input_are_refused() -> None:
    network, weights = chain("norse", "LIF", (8, 10), DENSE[1][:1], lambda _, n: fixed(n, **LIF))
    early = nir_neuron("LIF", 0.1, READ_BY["norse"], **fixed(5, **LIF))
    network.add("cells_2", 5, early)
    network.connect("cells_1", "cells_2", synapse=nir_synapse, name="to_2")
    with pytest.raises(ModelError, match=r"'cells_2'.*starts=0\.0015"):
        to_nir(network, weights | {"to_2": np.ones((10, 5))}, read_by="norse")
