"""Convolution and pooling of NIR: the same spikes as by NumPy, and back (package ``nir``)."""

from __future__ import annotations

from typing import Any

import nir
import numpy as np
import pytest

import brainsnn as bs
from brainsnn.conversion.nir import from_nir, nir_neuron, nir_synapse, to_nir
from brainsnn.engine import build_engine
from brainsnn.errors import ModelError
from brainsnn.network.connectivity import (
    AllToAll,
    AveragePooling,
    Convolution,
    GivenPairs,
    OneToOne,
)
from brainsnn.spikes import SpikeTrains

STEPS = 40
PLAIN = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}


def cells(rng: Any, *shape: int) -> Any:
    draw = {"r": (400, 600), "v_threshold": (0.5, 1), "v_reset": (-0.2, 0)}
    return nir.IF(**{name: rng.uniform(*ends, shape) for name, ends in draw.items()})


def conv(rng: Any, filters: int, channels: int, kernel: Any, **other: Any) -> Any:
    size = (kernel, kernel) if isinstance(kernel, int) else kernel
    weight = rng.normal(0.3, 0.5, (filters, channels, *size))
    return nir.Conv2d(None, weight, bias=rng.normal(0, 0.1, filters), **PLAIN | other)


def pool(kind: Any, size: Any, stride: Any = None, padding: Any = (0, 0)) -> Any:
    return kind(*(np.array(v) for v in (size, size if stride is None else stride, padding)))


def chain(*nodes: Any) -> Any:
    return nir.NIRGraph.from_list(*nodes)


def by_numpy(node: Any, x: Any) -> Any:
    """What NIR says that a node gives, by loops over images of channels first."""
    kind = type(node).__name__
    if kind == "Flatten":
        return x.ravel()
    if kind in ("Linear", "Affine"):
        return node.weight @ x + getattr(node, "bias", 0)
    size = node.weight.shape[2:] if kind == "Conv2d" else node.kernel_size
    gap = node.dilation if kind == "Conv2d" else (1, 1)
    reach = [(k - 1) * d for k, d in zip(size, gap, strict=True)]
    same = isinstance(node.padding, str)
    edges = [(r // 2, r - r // 2) for r in reach] if same else [(p, p) for p in node.padding]
    x = np.pad(x, ((0, 0), *edges))
    down, across = (
        (have - r - 1) // step + 1
        for have, r, step in zip(x.shape[1:], reach, node.stride, strict=True)
    )
    filters = len(node.weight) if kind == "Conv2d" else len(x)
    out = np.zeros((filters, down, across))
    for f, i, j in np.ndindex(*out.shape):
        y, z = i * node.stride[0], j * node.stride[1]
        part = x[:, y : y + reach[0] + 1 : gap[0], z : z + reach[1] + 1 : gap[1]]
        if kind == "Conv2d":
            depth = node.weight.shape[1]
            own = f // (filters // node.groups) * depth
            out[f, i, j] = (node.weight[f] * part[own : own + depth]).sum() + node.bias[f]
        else:
            out[f, i, j] = part[f].sum() if kind == "SumPool2d" else part[f].mean()
    return out


def expected(graph: Any, images: Any) -> Any:
    """Spikes of the last population, a row a step; a spike arrives in the next step."""
    arrived = [np.zeros_like(images[0]), *images[:-1]]
    found: Any = []
    for node in list(graph.nodes.values())[1:-1]:
        if type(node).__name__ != "IF":
            arrived = [by_numpy(node, x) for x in arrived]
            continue
        v, found = np.zeros(node.r.shape), []
        for x in arrived:
            v = v + 1e-3 * node.r * x
            found.append(np.where(v > node.v_threshold, 1.0, 0.0))
            v = np.where(found[-1] > 0, node.v_reset, v)
        arrived = [np.zeros_like(v), *found[:-1]]
    return np.array([last(x).ravel() for x in found])


def last(x: Any) -> Any:
    """With the channels of an image last."""
    return np.moveaxis(x, 0, -1)


def spikes_of(network: Any, weights: Any, trains: Any) -> Any:
    with build_engine("runtime", network, STEPS) as engine:
        engine.set_weights(weights)
        return engine.run(trains).to_frame()


def given(rng: Any, shape: Any) -> tuple[SpikeTrains, Any]:
    """Spikes of the input: as trains, channels last, and as an image a step, channels first."""
    images = rng.random((STEPS, *shape)) < 0.15
    raster = np.array([last(x).ravel() for x in images])
    return SpikeTrains.from_raster(raster[None]), images.astype(float)


GRAPHS: dict[str, Any] = {
    "plain": lambda r: (
        chain(nir.Input(np.array([2, 5, 6])), conv(r, 3, 2, 3), cells(r, 3, 3, 4)),
        [Convolution],
    ),
    "stride, padding": lambda r: (
        chain(
            nir.Input(np.array([2, 5, 6])),
            conv(r, 3, 2, 3, stride=(2, 1), padding=(1, 0)),
            cells(r, 3, 3, 4),
        ),
        [GivenPairs],
    ),
    "same, dilation, groups": lambda r: (
        chain(
            nir.Input(np.array([2, 5, 6])),
            conv(r, 4, 1, (2, 3), padding="same", dilation=(1, 2), groups=2),
            cells(r, 4, 5, 6),
        ),
        [GivenPairs],
    ),
    "sums that overlap": lambda r: (
        chain(
            nir.Input(np.array([2, 5, 6])),
            pool(nir.SumPool2d, (3, 2), (2, 1), (1, 0)),
            cells(r, 2, 3, 5),
        ),
        [GivenPairs],
    ),
    "deep": lambda r: (
        chain(
            nir.Input(np.array([1, 8, 8])),
            conv(r, 3, 1, 3),
            cells(r, 3, 6, 6),
            pool(nir.AvgPool2d, (2, 2)),
            cells(r, 3, 3, 3),
            pool(nir.SumPool2d, (2, 2), (1, 1)),
            conv(r, 4, 3, 1),
            cells(r, 4, 2, 2),
            nir.Flatten(np.array([4, 2, 2]), 0),
            nir.Affine(r.normal(0.3, 0.5, (5, 16)), r.normal(0, 0.1, 5)),
            cells(r, 5),
        ),
        [Convolution, AveragePooling, GivenPairs, AllToAll],
    ),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_spikes_are_those_of_numpy_and_come_back(name: str) -> None:
    rng = np.random.default_rng(3)
    graph, kinds = GRAPHS[name](rng)
    network, weights = from_nir(graph)
    assert [type(c.connectivity) for c in network.connections] == kinds
    trains, images = given(rng, tuple(graph.nodes["input"].input_type["input"]))
    found = spikes_of(network, weights, trains)
    wanted = expected(graph, list(images))
    mine = found[found["population"] == network.output.name][["step", "neuron"]].to_numpy()
    assert 20 < len(mine) < 0.9 * wanted.size
    np.testing.assert_array_equal(mine, np.argwhere(wanted))
    again, same = from_nir(to_nir(network, weights))
    assert spikes_of(again, same, trains).equals(found)


def told(*connections: Any, **sizes: int) -> Any:
    """A network of IF populations after the input, its connections given."""
    network = bs.Network(dt="1*ms", synapse=nir_synapse)
    for name, size in sizes.items():
        neuron = nir_neuron("IF", bias=0.1, r=500.0, v_threshold=1.0, v_reset=0.0)
        network.add(name, size, neuron if name != "input" else None)
    for source, target, connectivity, delay in connections:
        network.connect(source, target, connectivity, delay=delay)
    return network


def test_shared_weights_come_back_to_the_bit_through_a_file(tmp_path: Any) -> None:
    first, second = Convolution(6, 6, 2, 3, 4), Convolution(4, 4, 4, 3, 2)
    network = told(
        ("input", "a", first, 0),
        ("a", "b", second, 3),
        ("b", "output", None, 0),
        input=72,
        a=64,
        b=8,
        output=3,
    )
    weights = network.draw_weights(bs.Streams(1))
    with pytest.raises(ModelError, match=r"'input_a' must be of shape \(18, 4\)"):
        to_nir(network, weights | {"input_a": np.ones((4, 18))})
    path = tmp_path / "mine.nir"
    nir.write(path, to_nir(network, weights))
    again, same = from_nir(path)
    assert [c.connectivity for c in again.connections] == [first, second, AllToAll()]
    assert [c.delay for c in again.connections] == [0, 3, 0]
    for name, values in weights.items():
        np.testing.assert_array_equal(same[name], values)
    for mine, theirs in zip(network.populations, again.populations, strict=True):
        if mine.neuron is not None and theirs.neuron is not None:
            want = np.broadcast_to(mine.neuron.parameters["bias"], mine.size)
            np.testing.assert_array_equal(theirs.neuron.parameters["bias"], want)


def test_what_leads_to_no_image_is_written_as_a_matrix() -> None:
    network = told(
        ("input", "a", OneToOne(), 0),
        ("a", "b", Convolution(3, 3, 1, 2, 2), 0),
        ("b", "output", AveragePooling(2, 2, 2, 2), 0),
        input=9,
        a=9,
        b=8,
        output=2,
    )
    weights = network.draw_weights(bs.Streams(1))
    graph = to_nir(network, weights)
    kinds = {type(node).__name__ for node in graph.nodes.values()}
    assert kinds == {"Input", "IF", "Affine", "Output"}
    trains, _ = given(np.random.default_rng(0), (9,))
    found = spikes_of(network, weights, trains)
    assert len(found) > 20
    assert spikes_of(*from_nir(graph), trains).equals(found)


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        (lambda r: [conv(r, 3, 1, 3), cells(r, 3, 3, 4)], "'conv'.*3 filters in 1 groups of 1"),
        (lambda r: [conv(r, 3, 2, 3), cells(r, 3, 4, 3)], "'cells'.*but what leads to it has"),
        (lambda r: [conv(r, 3, 2, 7), cells(r, 3, 1, 1)], r"'conv'.*\(7, 7\) are larger than"),
        (
            lambda r: [conv(r, 3, 2, 3, padding="same", stride=2), cells(r, 3, 5, 6)],
            "'same' goes with a stride of 1",
        ),
        (
            lambda r: [nir.Linear(r.normal(size=(3, 6))), cells(r, 3)],
            r"'conv' \(Linear\).*Flatten makes them",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(nodes: Any, words: str) -> None:
    middle, last = nodes(np.random.default_rng(0))
    every = {"input": nir.Input(np.array([2, 5, 6])), "conv": middle, "cells": last}
    edges = [("input", "conv"), ("conv", "cells")]
    with pytest.raises(ModelError, match=words):
        from_nir(nir.NIRGraph(every, edges, type_check=False))


def test_pooling_of_a_row_is_refused() -> None:
    every = {"input": nir.Input(np.array([6])), "pool": pool(nir.SumPool2d, (2, 2))}
    every["cells"] = cells(np.random.default_rng(0), 3)
    graph = nir.NIRGraph(every, [("input", "pool"), ("pool", "cells")], type_check=False)
    with pytest.raises(ModelError, match=r"'pool' \(SumPool2d\): images"):
        from_nir(graph)
