"""What else may stand in the strings: forward as Brian2 runs it, backward as differences say."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import NeuronGroup, SpikeGeneratorGroup, Synapses, ms

from brainsnn.errors import DerivationError
from brainsnn.learning.equations import check_gradient, derive
from brainsnn.learning.equations.eventprop import SpikeTimes
from brainsnn.learning.equations.eventprop.check import check_events

STEPS, N_IN, N = 60, 3, 3
FIRST = ["start", "synapses", "groups", "thresholds", "resets", "end"]


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 0.1 * ms
    yield
    brian2.defaultclock.dt = 0.1 * ms


def network(first: bool = False) -> tuple[brian2.Network, dict[str, Any]]:
    """Timed input, a parameter that spikes change, expressions and trained parameters in on_pre."""
    rng = np.random.default_rng(5)
    step, sender = np.nonzero(rng.random((STEPS, N_IN)) < 0.15)
    given = SpikeGeneratorGroup(N_IN, sender, step * 0.1 * ms, name="given")
    drive = brian2.TimedArray(rng.uniform(0, 0.6, (12, N)), dt=0.5 * ms)
    cells = NeuronGroup(
        N,
        """
        dv/dt = (gain*drive(t, i) + level - v)/(2*ms) : 1
        gain : 1
        level : 1
        load : 1
        """,
        threshold="v > 1",
        reset="v = 0; level = 0.5*level",
        method="euler",
        namespace={"drive": drive},
        name="cells",
    )
    cells.gain, cells.load = [1, 1.5, 2], [0.8, 1, 1.3]
    into = Synapses(
        given,
        cells,
        "w : 1\nstrong = w*base*(1 + t/(3*ms)) : 1",
        on_pre="level_post += strong*load_post",
        namespace={"base": 0.5},
        name="b_into",
    )
    later = Synapses(given, cells, "u : 1", on_pre="v_post += u*level_post", name="b")
    for path in (into, later):
        path.connect()
    into.w, later.u = rng.uniform(0.2, 0.6, N_IN * N), rng.uniform(0.1, 0.3, N_IN * N)
    net = brian2.Network(given, cells, into, later)
    if first:
        net.schedule = FIRST
    spikes = np.zeros((STEPS, 1, N_IN))
    spikes[step, 0, sender] = 1
    return net, {"given": spikes}


TRAINED = {"cells": ("gain", "load"), "b_into": "w", "b": "u"}


@pytest.mark.parametrize("first", [False, True], ids=["Brian2's order", "arrivals first"])
def test_forward_is_brian2s_and_the_gradient_that_of_differences(first: bool) -> None:
    net, inputs = network(first)
    table = check_gradient(net, TRAINED, inputs, STEPS, 0.3, most=3)
    assert (table["largest"] > 0).all()
    assert table["error"].max() < 1e-7, table
    trace = derive(net, TRAINED).run(inputs, STEPS)
    monitor = brian2.SpikeMonitor(net["cells"])
    states = brian2.StateMonitor(net["cells"], ["v", "level"], record=True, when="end")
    net.add(monitor, states)
    net.run(STEPS * 0.1 * ms)
    step, _, neuron = np.nonzero(trace.spikes["cells"])
    order = np.lexsort((monitor.i, np.rint(monitor.t / (0.1 * ms))))
    assert step.size > 4
    np.testing.assert_array_equal(neuron, np.asarray(monitor.i)[order])
    np.testing.assert_array_equal(step, np.rint(monitor.t / (0.1 * ms))[order])
    for name, values in (("v", states.v), ("level", states.level)):
        after = [begin["cells"][name][0] for begin in trace.begin[1:]] if not first else None
        if after is not None:
            np.testing.assert_allclose(np.transpose(after), values[:, :-1], rtol=1e-12, atol=1e-14)


def test_exact_spike_times_of_the_same() -> None:
    net, _ = network()
    times = np.array([0.41, 0.93, 1.55, 2.11, 2.77, 3.13, 4.06]) * 1e-3
    inputs = {"given": SpikeTimes.of([([0, 1, 2, 0, 1, 2, 0], times)])}
    table = check_events(net, TRAINED, inputs, 6e-3)
    assert (table["largest"] > 0).all()
    assert table["error"].max() < 1e-6, table


def refused(message: str, change: Any, trained: dict[str, str] | None = None) -> None:
    given = SpikeGeneratorGroup(2, [], [] * ms, name="given")
    cells = NeuronGroup(
        2,
        "dv/dt = -v/(5*ms) : 1\nk : 1\ntwice = 2*k : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="cells",
    )
    net = brian2.Network(given, cells)
    net.add(change(given, cells))
    with pytest.raises(DerivationError, match=message):
        derive(net, trained or {})


def path(given: Any, cells: Any, on_pre: str = "v_post += w", **more: Any) -> Any:
    found = Synapses(given, cells, "w : 1", on_pre=on_pre, name="path", **more)
    found.connect()
    return found


def test_what_is_not_followed_is_refused_by_name() -> None:
    def regularly(given: Any, cells: Any) -> Any:
        cells.run_regularly("v = 0.5*v", dt=1 * ms)
        return path(given, cells)

    def held(given: Any, cells: Any) -> Any:
        model = "du/dt = (z - u)/ms : 1\nz = u**2 : 1 (constant over dt)"
        return NeuronGroup(2, model, name="other", method="euler")

    def late(given: Any, cells: Any) -> Any:
        cells.resetter["spike"].when = "end"
        return path(given, cells)

    refused(r"cells: cells_run_regularly.* has no derivative", regularly)
    refused("other: .*SubexpressionUpdater", held)
    refused("runs in 'end', not in 'resets'", late)
    refused("random numbers in on_pre", lambda g, c: path(g, c, "v_post += w*rand()"))
    refused(r"poisson\(\) is not drawn", lambda g, c: path(g, c, "v_post += w*poisson(2)"))
    refused("path: a delay is a whole number of steps", path, {"path": "delay"})
