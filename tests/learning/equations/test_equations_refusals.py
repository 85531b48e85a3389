"""What has no derivative, or none that is followed, is refused by name."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
from brian2 import NeuronGroup, SpikeGeneratorGroup, Synapses, ms

from brainsnn.errors import DataError, DerivationError
from brainsnn.learning.equations import Spike, check_gradient, derive


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 0.1 * ms


def cells(
    equations: str = "dv/dt = -v/(10*ms) : 1", threshold: str = "v > 1", **more: object
) -> NeuronGroup:
    settings = {"reset": "v = 0", "method": "euler", "name": "cells", **more}
    return NeuronGroup(3, equations, threshold=threshold, **settings)


def joined(group: NeuronGroup, model: str = "w : 1", **what: str) -> brian2.Network:
    given = SpikeGeneratorGroup(2, [0], [0] * ms, name="given")
    path = Synapses(given, group, model, name="path", **(what or {"on_pre": "v_post += w"}))
    path.connect()
    return brian2.Network(given, group, path)


@pytest.mark.parametrize(
    ("group", "message"),
    [
        ({"threshold": "v > 1 or v < -1"}, r"cells: the threshold 'v > 1 or v < -1' has 0 compar"),
        ({"threshold": "v > 1 and v < 3"}, "has 2 comparisons"),
        ({"events": {"far": "v > 2"}}, "cells: events other than spikes"),
    ],
)
def test_thresholds_without_a_margin(group: dict[str, object], message: str) -> None:
    with pytest.raises(DerivationError, match=message):
        derive(joined(cells(**group)), {"path": "w"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "what", "message"),
    [
        ("w : 1", {"on_pre": "v_post = w"}, "path: on_pre reads 'v_post', which it writes"),
        ("w : 1", {"on_pre": "v_post += w*v_post"}, "path: on_pre reads 'v_post', which it writes"),
    ],
)
def test_synapses_that_do_more(model: str, what: dict[str, str], message: str) -> None:
    with pytest.raises(DerivationError, match=message):
        derive(joined(cells(), model, **what), {})


@pytest.mark.parametrize(
    ("trainable", "message"),
    [
        ({"cells": "tau"}, "cells: there is no parameter 'tau'"),
        ({"cells": "fired"}, r"cells\.fired is not a real number"),
        ({"path": "u"}, "path: there is no variable 'u'"),
        ({"given": "w"}, "'given' has nothing to be trained"),
        ({"cell": "v"}, "'cell' has nothing to be trained"),
    ],
)
def test_what_is_not_there_to_be_trained(trainable: dict[str, str], message: str) -> None:
    group = cells("dv/dt = -v/(10*ms) : 1\nfired : boolean", "v > 1 and not fired")
    with pytest.raises(DerivationError, match=message):
        derive(joined(group), trainable)


def test_a_function_without_a_derivative_is_named_and_one_with_is_followed() -> None:
    bend = brian2.Function(lambda x: np.tanh(x) + x, arg_units=[1], return_unit=1)
    group = cells("dv/dt = (g*bend(v) - v)/(10*ms) : 1\ng : 1", namespace={"bend": bend})
    group.v, group.g = [0.2, 0.5, 0.8], 1.5
    network = joined(group)
    network["path"].w = 0.4
    trainable, inputs = {"cells": "g", "path": "w"}, {"given": np.zeros((60, 1, 2))}
    inputs["given"][[3, 20], 0, [0, 1]] = 1
    with pytest.raises(DerivationError, match="give the derivatives of bend as strings"):
        derive(network, trainable).gradient(derive(network, trainable).run(inputs, 60))
    known = {"bend": ("2 - tanh(_0)**2",)}
    table = check_gradient(network, trainable, inputs, 60, 0.3, derivatives=known)
    assert table["error"].max() < 1e-7
    assert (table["largest"] > 0).all()
    with pytest.raises(DerivationError, match="1 arguments, but 2 derivatives"):
        derive(network, trainable, derivatives={"bend": ("1", "2")})


def test_other_objects_and_schedules() -> None:
    network = joined(cells())
    network.add(brian2.PoissonInput(network["cells"], "v", 3, 5 * brian2.Hz, 0.1))
    with pytest.raises(DerivationError, match=r"poissoninput.* \(PoissonInput\) has no derivative"):
        derive(network, {"path": "w"})
    other = joined(cells())
    other.schedule = ["start", "groups", "thresholds", "resets", "synapses", "end"]
    with pytest.raises(DerivationError, match=r"The schedule .* is not followed"):
        derive(other, {"path": "w"})


def test_unknown_slopes_and_inputs_of_another_shape() -> None:
    with pytest.raises(DerivationError, match="Unknown slope 'triangel'"):
        derive(joined(cells()), {"path": "w"}, spike=Spike("triangel"))
    derived = derive(joined(cells()), {"path": "w"})
    with pytest.raises(DataError, match="The spikes of 'given' are missing"):
        derived.run({}, 10)
    with pytest.raises(DataError, match=r"'given' have shape \(9, 1, 2\)"):
        derived.run({"given": np.zeros((9, 1, 2))}, 10)


def test_spikes_from_outside_are_0_or_1_of_the_sources_and_trials_may_be_none() -> None:
    network = derive(joined(cells()), {"path": "w"})
    given = np.zeros((4, 2, 2))
    assert network.run({"given": given[:, :0]}, 4).spikes["cells"].shape == (4, 0, 3)
    assert network.run({"given": given.astype(bool)}, 4).spikes["cells"].shape == (4, 2, 3)
    for inputs, message in (
        ({"given": given + 0.5}, "not all 0 or 1"),
        ({"given": given * np.nan}, "not all 0 or 1"),
        ({"given": given, "cells": np.zeros((4, 2, 3))}, "'cells' takes no spikes from outside"),
    ):
        with pytest.raises(DataError, match=message):
            network.run(inputs, 4)
    with pytest.raises(DataError, match="number of steps"):
        network.run({"given": given[:0]}, 0)
    alone = derive(brian2.Network(cells("dv/dt = (2 - v)/(10*ms) : 1")), {"cells": "v"})
    assert alone.run({}, 4).spikes["cells"].shape == (4, 1, 3)
    with pytest.raises(DataError, match="number of trials"):
        alone.run({}, 4, n_trials=-1)


def test_a_network_that_has_run_begins_with_what_its_states_say_or_is_refused() -> None:
    """What a pause hides: how long ago neurons fired, spikes on their way, old traces."""
    trains = {"given": np.zeros((150, 1, 2))}
    network = joined(cells("dv/dt = (2 - v)/(10*ms) : 1", refractory=12 * ms))
    network.run(8 * ms)  # all fired after 6.9 ms
    trace = derive(network, {"path": "w"}).run(trains, 150)
    monitor = brian2.SpikeMonitor(network["cells"])
    network.add(monitor)
    network.run(15 * ms)
    theirs = np.rint((np.array(monitor.t) - 8e-3) / 1e-4).astype(int)
    assert np.nonzero(trace.spikes["cells"])[0].tolist() == theirs.tolist() == [108] * 3
    late = joined(cells(), on_pre="v_post += w")
    late["path"].delay = 5 * ms
    late.run(1 * ms)
    with pytest.raises(DerivationError, match="path: the network has run, and spikes are on their"):
        derive(late, {"path": "w"})
    driven = joined(cells(), "w : 1\ndx/dt = -x/ms : 1 (event-driven)", on_pre="x += w")
    derive(driven, {"path": "w"})
    driven.run(1 * ms)
    with pytest.raises(DerivationError, match=r"path: .* x \(event-driven\) are as of the last"):
        derive(driven, {"path": "w"})
