"""Synapses with states, on_post, sums: forward as Brian2 runs them, backward as differences say."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import NeuronGroup, SpikeGeneratorGroup, Synapses, ms
from learning.equations.synapses_to_derive import STEPS, SYNAPSES, network

from brainsnn.errors import DerivationError
from brainsnn.learning.equations import check_gradient, derive


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 0.1 * ms


def assert_same_as_brian2(net: brian2.Network, trace: Any, states: dict[str, Any]) -> None:
    """Spikes to the last one, states of synapses to rounding."""
    monitors = {n: brian2.SpikeMonitor(net[n]) for n in trace.spikes if n != "raw"}
    net.add(*monitors.values())
    net.run(STEPS * 0.1 * ms, namespace={})
    for name, monitor in monitors.items():
        step, _, neuron = np.nonzero(trace.spikes[name])
        there = np.rint(monitor.t / (0.1 * ms))
        order = np.lexsort((monitor.i, there))
        assert step.size > 1
        np.testing.assert_array_equal(step, there[order])
        np.testing.assert_array_equal(neuron, np.asarray(monitor.i)[order])
    for (owner, name), values in states.items():
        own = np.array(net[owner].variables[name].get_value(), float)
        np.testing.assert_allclose(values[0], own, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", SYNAPSES)
def test_forward_is_brian2s_and_the_gradient_that_of_differences(name: str) -> None:
    first = list(SYNAPSES).index(name) % 2 == 0
    net, inputs, trained = network(SYNAPSES[name], 3, first)
    table = check_gradient(net, trained, inputs, STEPS, 0.3, {}, most=1)
    assert (table["largest"] > 0).all(), table
    assert table["error"].max() < 1e-7, table
    derived = derive(net, trained, {})
    trace = derived.run(inputs, STEPS)
    # Event-driven variables of Brian2's stand where their last spike left them.
    late = {n for k in ("into", "among") if k in derived.connections for n in _late(net[k])}
    states = {
        (k, n): values
        for k in derived.connections
        for n, values in trace.threshold[-1].get(k, {}).items()
        if n not in late
    }
    assert_same_as_brian2(net, trace, states)


def _late(path: Any) -> set[str]:
    driven = path.event_driven
    return {"lastupdate"} | (set() if driven is None else set(driven.names))


def linked() -> tuple[brian2.Network, dict[str, Any]]:
    """Neurons whose equations, threshold and reset read others' states and parameters."""
    leaders = NeuronGroup(
        3,
        "dv/dt = (1.5*rate - v)/(2*ms) : 1\nrate : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="a_leaders",
    )
    cells = NeuronGroup(
        4,
        "dv/dt = (lead + 0.5*other - v)/(2*ms) : 1\nlead : 1 (linked)\nother : 1 (linked)",
        threshold="v > 0.4 + 0.5*lead",
        reset="v = 0.2*lead",
        method="euler",
        name="cells",
    )
    cells.lead = brian2.linked_var(leaders, "v", index=np.array([0, 2, 1, 0]))
    cells.other = brian2.linked_var(leaders, "rate", index=np.array([1, 1, 0, 2]))
    leaders.rate, leaders.v = [0.8, 1.0, 1.2], [0.1, 0.5, 0.3]
    return brian2.Network(leaders, cells), {"a_leaders": ("rate", "v"), "cells": "v"}


def test_linked_variables() -> None:
    net, trained = linked()
    table = check_gradient(net, trained, {}, STEPS, 0.3, {}, most=3)
    assert (table["largest"] > 0).all(), table
    assert table["error"].max() < 1e-7, table
    trace = derive(net, trained, {}).run({}, STEPS)
    assert_same_as_brian2(net, trace, {})


def test_first_values_of_plastic_weights_are_what_is_trained() -> None:
    net, inputs, trained = network(SYNAPSES["pair STDP, event-driven"])
    derived = derive(net, trained, {})
    trace = derived.run(inputs, STEPS)
    last = np.zeros((STEPS, 1, 9))
    last[-1] = 1
    found = derived.gradient(trace, by_state={("into", "w"): last})
    assert found["into", "w"].shape == (9,)
    np.testing.assert_array_equal(found["into", "w"], found["into", "w(0)"].sum(axis=0))
    assert derived.values(("into", "w")) is derived.connections["into"].start["w"]
    assert (found["into", "Ap"] != 0).any()


def parts_of_others(on_pre: str) -> tuple[brian2.Network, dict[str, Any], dict[str, Any], Any]:
    """Synapses from part of a group, neurons linked to that part, counts that spikes raise."""
    raw = SpikeGeneratorGroup(2, [0, 1, 0], [1, 2, 3] * ms, name="raw")
    spiking = {"threshold": "v > 1", "reset": "v = 0"}
    big = NeuronGroup(6, "dv/dt = (1.4 - v)/(2*ms) : 1", method="exact", name="big", **spiking)
    part = big[2:5]
    model = """
    dv/dt = (0.9 + 0.3*other + 0.1*n - v)/(2*ms) : 1
    n : integer
    other : 1 (linked)
    up : boolean
    """
    cells = NeuronGroup(3, model, method="euler", name="cells", **spiking)
    cells.other = brian2.linked_var(part, "v")
    big.v, cells.v = np.linspace(0, 0.8, 6), [0.1, 0.2, 0.3]
    paths = []
    for name, source in (("path", part), ("kick", raw)):
        paths.append(Synapses(source, cells, "w : 1", on_pre=on_pre, name=name))
        paths[-1].connect()
        paths[-1].w = 0.1
    spikes = np.zeros((STEPS, 1, 2))
    spikes[[10, 20, 30], 0, [0, 1, 0]] = 1
    trained = {"path": "w", "kick": "w", "cells": "v", "big": "v"}
    return brian2.Network(raw, big, cells, *paths), {"raw": spikes}, trained, part


@pytest.mark.parametrize("on_pre", ["v_post += 0.3*w*(i + 1)*(j + 2)", "n_post += 1; v_post += w"])
def test_parts_of_groups_places_of_synapses_and_counts(on_pre: str) -> None:
    net, inputs, trained, _part = parts_of_others(on_pre)
    table = check_gradient(net, trained, inputs, STEPS, 0.3, {}, most=2)
    assert (table["largest"] > 0).all(), table
    assert table["error"].max() < 1e-7, table
    assert_same_as_brian2(net, derive(net, trained, {}).run(inputs, STEPS), {})


def test_what_is_switched_off_or_not_a_number_is_refused() -> None:
    net, _, _, _part = parts_of_others("v_post += w")
    net["path"].pre.active = False
    with pytest.raises(DerivationError, match=r"path_pre is switched off"):
        derive(net, {}, {})
    net, _, _, _other = parts_of_others("up_post = True; v_post += w")
    with pytest.raises(DerivationError, match="on_pre sets 'up_post', which is true or false"):
        derive(net, {}, {})


@pytest.mark.parametrize(
    ("model", "on_pre", "message"),
    [
        ("w : 1", "w += rand()", r"path: random numbers in on_pre"),
        ("w : 1", "current_post += w*current_post", "reads 'current_post', which it writes"),
        (
            "w : 1\ndx/dt = -x/ms : 1 (event-driven)",
            "x += lastupdate/ms",
            "on_pre reads 'lastupdate'",
        ),
        (
            "dx/dt = (lastspike_post/second - x)/ms : 1 (clock-driven)",
            "x += 1",
            "reads 'lastspike' of a neuron",
        ),
    ],
)
def test_what_synapses_do_that_is_not_followed(model: str, on_pre: str, message: str) -> None:
    net, _, _ = network(SYNAPSES["gap junctions"])
    path = brian2.Synapses(
        net["cells"], net["cells"], model, on_pre=on_pre, name="path", method="euler"
    )
    path.connect()
    net.add(path)
    with pytest.raises(DerivationError, match=message):
        derive(net, {}, {})
