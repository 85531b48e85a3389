"""Exact spike times: gradients against finite differences, and what happens at an event."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms
from learning.equations.neurons_to_derive import NEURONS, events_of

from brainsnn.errors import DataError, DerivationError
from brainsnn.learning.equations.eventprop import SpikeTimes, derive_events
from brainsnn.learning.equations.eventprop.check import check_events

UNTIL = 0.012
FIRST = ["start", "synapses", "groups", "thresholds", "resets", "end"]
SMOOTH = [name for name in NEURONS if "nois" not in name]


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 0.25 * ms
    yield
    brian2.defaultclock.dt = 0.1 * ms


def cells(n: int = 1, **settings: Any) -> brian2.NeuronGroup:
    """Perfect integrators of a constant drive: spike times are known."""
    given = {"threshold": "v > 1", "reset": "v = 0", "method": "euler", "name": "cells"}
    model = settings.pop("model", "dv/dt = drive : 1\ndrive : Hz")
    return brian2.NeuronGroup(n, model, **{**given, **settings})


def joined(
    group: brian2.NeuronGroup, pairs: Any = ((0, 0),), on_pre: str = "v_post += w", **more: Any
) -> brian2.Network:
    given = brian2.SpikeGeneratorGroup(2, [], [] * ms, name="given")
    path = brian2.Synapses(given, group, "w : 1", on_pre=on_pre, name="path", **more)
    path.connect(i=[i for i, _ in pairs], j=[j for _, j in pairs])
    return brian2.Network(given, group, path)


def times(*pairs: tuple[int, float]) -> dict[str, SpikeTimes]:
    """Given spikes: neuron and milliseconds."""
    return {"given": SpikeTimes.of([([i for i, _ in pairs], [1e-3 * t for _, t in pairs])])}


@pytest.mark.parametrize("name", SMOOTH)
def test_gradient_is_that_of_finite_differences(name: str) -> None:
    network, inputs, trainable, until = events_of(name, 3)
    table = check_events(network, trainable, inputs, until)
    assert len(table) == len(NEURONS[name].trained) + 3
    assert derive_events(network, {}).run(inputs, until).spikes["cells"].time.size > 2
    assert table["error"].max() < 1e-7, table


def test_spikes_are_where_the_margin_is_0() -> None:
    group = cells(2)
    group.drive = [310, 170] * brian2.Hz
    network = joined(group, [(0, 0)], delay=0.5 * ms)
    network["path"].w = 0.25
    spikes = derive_events(network, {"path": "w"}).run(times((0, 1.0)), UNTIL).spikes["cells"]
    first = 0.75 / 310
    wanted = [first, first + 1 / 310, 1 / 170, first + 2 / 310, 2 / 170]
    np.testing.assert_allclose(spikes.time, wanted, rtol=1e-13)
    np.testing.assert_array_equal(spikes.neuron, [0, 0, 1, 0, 1])


def test_gradients_by_inputs_delays_and_first_values() -> None:
    ramp = (
        "dv/dt = drive*(1 + t/(5*ms)) + current/ms : 1\ndcurrent/dt = -current/ms : 1\ndrive : Hz"
    )
    group = cells(model=ramp)
    group.v, group.drive = 0.1, 100 * brian2.Hz
    network = joined(group, [(0, 0)], "current_post += w", delay=1 * ms)
    network["path"].w = 0.3
    trainable = {"path": ("w", "delay"), "cells": "drive"}
    net = derive_events(network, trainable)
    trace = net.run(times((0, 2.03)), UNTIL)
    spikes = trace.spikes["cells"].time
    found = net.gradient(trace, {"cells": np.eye(1, spikes.size)[0]})
    slope = 100 * (1 + spikes[0] / 5e-3)
    assert found["given", "times"][0] == pytest.approx(float(found["path", "delay"]), rel=1e-12)
    assert found["given", "times"][0] > 0 > found["cells", "v(0)"][0, 0]
    assert abs(found["cells", "v(0)"][0, 0] * slope + 1) < 0.4
    table = check_events(network, trainable, times((0, 2.03)), UNTIL)
    assert table["error"].max() < 1e-6, table


@pytest.mark.parametrize("schedule", [None, FIRST], ids=["Brian2's order", "arrivals first"])
def test_spikes_that_a_jump_causes_are_at_its_time(schedule: list[str] | None) -> None:
    """The first jumps over its threshold, its spike lifts the second at once, which lifts none."""
    group = cells(2)
    network = joined(group, [(0, 0)])
    among = brian2.Synapses(group, group, "w : 1", on_pre="v_post += w", name="among")
    among.connect(i=[0, 0], j=[1, 0])
    network.add(among)
    if schedule:
        network.schedule = schedule
    network["path"].w, among.w = 1.5, [1.2, 0.4]
    net = derive_events(network, {"path": "w"})
    trace = net.run(times((0, 3.0)), UNTIL, {("cells", "v"): [UNTIL]})
    spikes = trace.spikes["cells"]
    np.testing.assert_array_equal(spikes.neuron, [0, 1])
    np.testing.assert_array_equal(spikes.time, [3e-3, 3e-3])
    rest = 0.4 if schedule else 0.0  # its own synapse acts after the reset, or before it
    np.testing.assert_array_equal(trace.observed["cells", "v"][0, 0], [rest, 0])
    found = net.gradient(trace, {"cells": np.array([1.0, 2.0])})
    assert found["given", "times"] == pytest.approx([3.0])
    assert found["path", "w"] == pytest.approx([0.0])


def test_refractoriness_ends_at_its_time_and_has_a_gradient() -> None:
    model = "dv/dt = drive : 1 (unless refractory)\ndrive : Hz\nref : second"
    group = cells(model=model, refractory="ref")
    group.drive, group.ref = 500 * brian2.Hz, 1.5 * ms
    network = joined(group, [(0, 0)])
    network["path"].w = 0
    net = derive_events(network, {"cells": ("drive", "ref")})
    trace = net.run(times(), UNTIL)
    np.testing.assert_allclose(trace.spikes["cells"].time, [2e-3, 5.5e-3, 9e-3], rtol=1e-12)
    found = net.gradient(trace, {"cells": np.array([0.0, 0, 1])})
    assert found["cells", "ref"] == pytest.approx([2.0])
    assert found["cells", "drive"] == pytest.approx([-3 / 500**2])
    free = cells(refractory=2.5 * ms)  # goes on integrating, is over its threshold when it may fire
    free.drive = 500 * brian2.Hz
    trace = derive_events(joined(free), {}).run(times(), 0.011)
    np.testing.assert_allclose(trace.spikes["cells"].time, [2e-3, 4.5e-3, 7e-3, 9.5e-3])


def test_equal_neurons_fire_at_equal_times_each_with_its_own_gradient() -> None:
    group = cells(3)
    group.drive = 400 * brian2.Hz
    net = derive_events(joined(group), {"cells": "drive"})
    trace = net.run(times(), 4e-3)
    np.testing.assert_allclose(trace.spikes["cells"].time, [2.5e-3] * 3, rtol=1e-14)
    assert sorted(trace.spikes["cells"].neuron) == [0, 1, 2]
    by_time = {"cells": trace.spikes["cells"].neuron + 1.0}
    found = net.gradient(trace, by_time)["cells", "drive"]
    np.testing.assert_allclose(found, np.array([1, 2, 3]) * -1 / 400**2, rtol=1e-12)


def test_a_peak_between_two_steps_is_found() -> None:
    brian2.defaultclock.dt = 5 * ms
    model = "dv/dt = (z - v)/(2*ms) : 1\ndz/dt = -z/(1*ms) : 1"
    network = joined(cells(model=model, method="exact"), [(0, 0)], "z_post += w")
    network["path"].w = 4.1  # the peak is w/4, 1.4 ms after the input
    net = derive_events(network, {"path": "w"})
    trace = net.run(times((0, 0.5)), UNTIL)
    assert trace.spikes["cells"].time.size == 1
    network["path"].w = 3.9
    assert (
        derive_events(network, {"path": "w"}).run(times((0, 0.5)), UNTIL).spikes["cells"].time.size
        == 0
    )


def test_spikes_that_nearly_graze_are_as_steep_as_told() -> None:
    model = "dv/dt = (z - v)/(2*ms) : 1\ndz/dt = -z/(1*ms) : 1"
    network = joined(cells(model=model, method="exact"), [(0, 0)], "z_post += w")
    network["path"].w = 4.0001
    net = derive_events(network, {"path": "w"})
    trace = net.run(times((0, 0.5)), UNTIL)
    by_time = {"cells": np.ones(1)}
    free, held = (net.gradient(trace, by_time, least_slope=s) for s in (None, 100.0))
    assert held["path", "w"] == pytest.approx([-0.25 / 100], rel=0.02)
    assert free["path", "w"][0] < 10 * held["path", "w"][0]
    assert free["given", "times"] == pytest.approx([1.0])
    ratio = held["path", "w"] / free["path", "w"]
    assert held["given", "times"] == pytest.approx(ratio)


def test_silent_neurons_have_no_time_and_no_gradient() -> None:
    spikes = SpikeTimes.of([([1, 0, 1], [2.0, 3, 4]), ([], [])])
    first, index = spikes.first(3, silent=9)
    np.testing.assert_array_equal(first, [[3, 2, 9], [9, 9, 9]])
    np.testing.assert_array_equal(index, [[1, 0, -1], [-1, -1, -1]])
    np.testing.assert_array_equal(spikes.spread(first, index), [2, 3, 0])
    none = SpikeTimes.of([([], [])])
    np.testing.assert_array_equal(none.first(2)[0], [[np.inf, np.inf]])


def test_a_neuron_that_fires_without_end_is_refused() -> None:
    group = cells(reset="")
    group.drive = 300 * brian2.Hz
    with pytest.raises(DataError, match=r"cells: neuron 0 fires without end at t = 0\.003"):
        derive_events(joined(group), {}).run(times(), UNTIL)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "dv/dt = xi*ms**-0.5 : 1"}, "cells: random numbers .* no exact spike times"),
        ({"reset": "v = rand()"}, "cells: random numbers"),
        ({"refractory": "v*ms"}, "the refractory period 'v\\*ms' changes with 'v'"),
        ({"refractory": "v > 0.1 and v < 2"}, "the refractoriness .* has 2 comparisons"),
    ],
)
def test_what_has_no_exact_times_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(DerivationError, match=message):
        derive_events(joined(cells(**settings)), {})


def test_what_does_not_fit_is_refused() -> None:
    network = joined(cells(), [(0, 0)])
    net = derive_events(network, {"path": "w"})
    with pytest.raises(DataError, match="spikes of 'given' are missing"):
        net.run({}, UNTIL)
    with pytest.raises(DataError, match="Neurons of 'given' are 0 to 1"):
        net.run(times((2, 1.0)), UNTIL)
    with pytest.raises(DataError, match="no state 'u' of 'cells'"):
        net.run(times(), UNTIL, {("cells", "u"): [0]})
    with pytest.raises(DerivationError, match="no 'u' to be integrated"):
        net.run(times(), UNTIL, integrals=[("cells", "u**2")])
    with pytest.raises(DataError, match=r"cells\.v: times are 0 to"):
        net.run(times(), UNTIL, {("cells", "v"): [1.0]})
    trace = net.run(times((0, 1.0)), UNTIL)
    with pytest.raises(DataError, match=r"shape \(3,\), not \(0,\)"):
        net.gradient(trace, {"cells": np.zeros(3)})
    with pytest.raises(DataError, match="was not observed"):
        net.gradient(trace, by_observed={("cells", "v"): np.zeros(3)})
    with pytest.raises(DataError, match="not integrated"):
        net.gradient(trace, by_integral={("cells", "v"): np.zeros(3)})
    with pytest.raises(DataError, match="finite and not negative"):
        times((0, -1.0))


def test_integrals_of_expressions() -> None:
    group = cells()
    group.drive = 100 * brian2.Hz
    net = derive_events(joined(group), {"cells": "drive"})
    key = ("cells", "v**2")
    trace = net.run(times(), 9e-3, integrals=[key])
    assert trace.integrals[key] == pytest.approx(np.full((1, 1), 100**2 * 9e-3**3 / 3))
    found = net.gradient(trace, by_integral={key: np.ones((1, 1))})
    assert found["cells", "drive"] == pytest.approx([2 * 100 * 9e-3**3 / 3])
    assert found["cells", "v(0)"] == pytest.approx(np.full((1, 1), 100 * 9e-3**2))
