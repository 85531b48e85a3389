"""Graphs written by snnTorch, Norse and SpikingJelly: the spikes that these tools recorded.

The files are made by ``benchmarks/rivals/nir_tools.py``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from nir_networks import graph_of, spikes_of

from brainsnn.conversion.nir import (
    WRITTEN_BY,
    Convention,
    from_nir,
    nir_neuron,
    to_nir,
)
from brainsnn.errors import ModelError

DATA = Path(__file__).parents[1] / "oracles" / "data" / "nir"
FILES = sorted(DATA.glob("*.npz"))


def both(path: Path, written_by: Any) -> tuple[Any, Any]:
    """Output spikes here, moved by the lag, and those recorded: (steps, neurons)."""
    found = np.load(path)
    network, weights = from_nir(graph_of(found), written_by=written_by)
    inputs, wanted = found["inputs"], found["spikes"]
    inputs = np.moveaxis(inputs, 1, -1) if inputs.ndim > 2 else inputs
    if path.stem == "norse-convolution":  # its output is an image, channels last here
        wanted = np.moveaxis(wanted.reshape(-1, 2, 4, 4), 1, -1).reshape(len(wanted), -1)
    return spikes_of(network, weights, inputs), wanted


def told(path: Path) -> Any:
    """The tool, or what a network without its defaults needs."""
    tool = path.stem.split("-")[0]
    return replace(WRITTEN_BY[tool], reset="value") if path.stem.endswith("zero") else tool


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_spikes_are_those_of_the_tool(path: Path) -> None:
    mine, wanted = both(path, told(path))
    assert 20 < wanted.sum() < 0.9 * wanted.size
    np.testing.assert_array_equal(mine, wanted)


@pytest.mark.parametrize(
    ("file", "setting", "value"),
    [
        ("snntorch-leaky", "reset", "subtract"),
        ("snntorch-synaptic", "synapse", "together"),
        ("norse-leaky", "tau_scale", 1.0),
        ("norse-integrate", "whole", ()),
        ("spikingjelly-ties", "threshold", ">"),
    ],
)
def test_each_setting_counts(file: str, setting: str, value: Any) -> None:
    given = replace(WRITTEN_BY[file.split("-")[0]], **{setting: value})
    mine, wanted = both(DATA / f"{file}.npz", given)
    assert (mine != wanted).any()


def test_what_is_no_convention_is_refused() -> None:
    graph = graph_of(np.load(FILES[0]))
    with pytest.raises(ModelError, match="conventions are nir, snntorch, norse"):
        from_nir(graph, written_by="lava")
    with pytest.raises(ModelError, match="reset is one of 'value'"):
        Convention(reset="never")
    with pytest.raises(ModelError, match="dt and tau_scale are above 0"):
        Convention(dt=0.0)


def test_loops_through_others_are_refused_in_the_same_step() -> None:
    graph = graph_of(np.load(DATA / "snntorch-leaky.npz"))
    graph.nodes["back"] = type("Linear", (SimpleNamespace,), {})(weight=np.ones((10, 5)))
    graph.edges += [("3", "back"), ("back", "1")]
    with pytest.raises(ModelError, match="a population to itself, not through others"):
        from_nir(graph, written_by="snntorch")


def test_other_conventions_are_not_written() -> None:
    pytest.importorskip("nir", reason="writing needs the package nir")
    network, weights = from_nir(graph_of(np.load(FILES[0])), written_by="spikingjelly")
    with pytest.raises(ModelError, match="the convention of the neuron"):
        to_nir(network, weights)
    assert nir_neuron("IF", r=1.0, v_threshold=1.0, v_reset=0.0).threshold == "v > v_threshold"
