"""NIR graphs in and out: the same spikes as its equations by hand, round trips, refusals.

Where the package is not installed, objects with the same names and arrays stand in for its nodes.
"""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from brainsnn.conversion.nir import from_nir, nir_neuron, to_nir
from brainsnn.engine import build_engine
from brainsnn.errors import ModelError
from brainsnn.network.network import Network
from brainsnn.network.neurons import leaky_integrate_and_fire
from brainsnn.spikes import SpikeTrains

RNG = np.random.default_rng(0)
FIELDS = {
    "LIF": ("tau", "r", "v_leak", "v_threshold", "v_reset"),
    "CubaLIF": ("tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "v_reset", "w_in"),
    "IF": ("r", "v_threshold", "v_reset"),
    "LI": ("tau", "r", "v_leak"),
    "Linear": ("weight",),
    "Affine": ("weight", "bias"),
    "Delay": ("delay",),
    "Input": ("shape",),
    "Output": ("shape",),
    "NIRGraph": ("nodes", "edges"),
    "Conv1d": (),
}


def node(kind: str) -> Any:
    def make(*args: Any, **named: Any) -> Any:
        values = dict(zip(FIELDS[kind], args, strict=False)) | named
        made = type(kind, (SimpleNamespace,), {})(**values)
        if kind == "Input":
            made.output_type = {"output": values["shape"]}
        return made

    return make


@pytest.fixture
def nir(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The package, or what stands in for it."""
    module = ModuleType("nir")
    for kind in FIELDS:
        setattr(module, kind, node(kind))
    monkeypatch.setitem(sys.modules, "nir", module)
    return module


def random(kind: str, n: int) -> dict[str, Any]:
    ranges = {"tau": (0.01, 0.03), "v_l": (0, 0.2), "v_t": (0.5, 1), "v_r": (-0.2, 0)}
    ranges |= {"r": (1, 2), "w_i": (1, 2)}
    return {f: RNG.uniform(*ranges[f[:3]], n) for f in FIELDS[kind]}


def graph(nir: Any, **extra: Any) -> Any:
    nodes = {
        "input": nir.Input(np.array([4])),
        "0": nir.Affine(RNG.normal(25, 5, (5, 4)), RNG.normal(0, 0.1, 5)),
        "1": nir.LIF(**random("LIF", 5)),
        "back": nir.Linear(RNG.normal(0, 2, (5, 5))),
        "late": nir.Delay(np.full(5, 0.003)),
        "2": nir.Linear(RNG.normal(4, 3, (3, 5))),
        "3": nir.CubaLIF(**random("CubaLIF", 3)),
        "4": nir.Linear(RNG.normal(40, 3, (2, 3))),
        "5": nir.IF(**random("IF", 2)),
        "6": nir.Linear(RNG.normal(0, 3, (2, 2))),
        "7": nir.LI(**random("LI", 2)),
        "output": nir.Output(np.array([2])),
        **extra,
    }
    edges = [("input", "0"), ("0", "1"), ("1", "back"), ("back", "late"), ("late", "1")]
    edges += [("1", "2"), ("2", "3"), ("3", "4"), ("4", "5"), ("5", "6"), ("6", "7")]
    return nir.NIRGraph(nodes, [*edges, ("7", "output")])


def test_spikes_are_those_of_the_equations(nir: Any) -> None:
    found = graph(nir)
    network, weights = from_nir(found)
    steps = RNG.integers(0, 60, (1, 4))
    with build_engine("runtime", network, 80) as engine:
        engine.set_weights(weights)
        recorded = engine.run(SpikeTrains.from_first_steps(steps, 80)).to_frame()
    mine = recorded[recorded["population"] == "node_1"][["step", "neuron"]].to_numpy()
    layer, first, back = found.nodes["1"], found.nodes["0"], found.nodes["back"]
    v, spikes = np.zeros(5), np.zeros((80, 5))
    for t in range(80):
        drive = first.bias + (first.weight @ (steps[0] == t - 1))
        drive = drive + (back.weight @ spikes[t - 4] if t >= 4 else 0)
        v = v + 1e-3 * (layer.v_leak - v + layer.r * drive) / layer.tau
        spikes[t] = v > layer.v_threshold
        v = np.where(spikes[t] > 0, layer.v_reset, v)
    assert spikes.sum() > 5
    np.testing.assert_array_equal(mine, np.argwhere(spikes))


def test_round_trips_are_equal_to_the_bit(nir: Any) -> None:
    network, weights = from_nir(graph(nir))
    again, same = from_nir(to_nir(network, weights))
    assert again.frozen() == network.frozen()
    assert set(same) == set(weights)
    for name, values in weights.items():
        np.testing.assert_array_equal(same[name], values)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"2": "Conv1d"}, "'2' .Conv1d. cannot be taken"),
        ({"late": np.array([0.001, 0.002])}, "'late' .Delay.: one delay"),
        ({"late": np.array([0.0015])}, "no whole number of steps"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(nir: Any, change: Any, words: str) -> None:
    name, value = next(iter(change.items()))
    extra = {name: nir.Conv1d() if isinstance(value, str) else nir.Delay(value)}
    with pytest.raises(ModelError, match=words):
        from_nir(graph(nir, **extra))


def test_what_nir_cannot_say_is_refused_by_name(nir: Any) -> None:
    other = Network("2-2", leaky_integrate_and_fire)
    with pytest.raises(ModelError, match="'leaky_integrate_and_fire'; it has LIF"):
        to_nir(other, {})
    for kind, values in (("ALIF", {}), ("LI", {"tau": 0.1})):
        with pytest.raises(ModelError, match=kind):
            nir_neuron(kind, **values)
    bare = nir.NIRGraph(
        {"input": nir.Input(np.array([2])), "cell": nir.IF(**random("IF", 2))}, [("input", "cell")]
    )
    with pytest.raises(ModelError, match="No weights"):
        from_nir(bare)


def test_the_package_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nir", None)
    for attempt in (lambda: from_nir("graph.nir"), lambda: to_nir(Network(), {})):
        with pytest.raises(ModelError, match="pip install nir"):
            attempt()
