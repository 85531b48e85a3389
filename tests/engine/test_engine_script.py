"""A compiled script has ended: what is said to its objects later is refused."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import brian2
import numpy as np
import pytest
from brian2 import ms, mV
from brian2.devices.device import reset_device
from engine.judged import quick  # noqa: F401

from brainsnn.engine.resident import CompiledNetwork, compile_network
from brainsnn.engine.resident.device import active_device
from brainsnn.errors import EngineError

pytestmark = pytest.mark.usefixtures("quick", "device")


@pytest.fixture
def device() -> Iterator[None]:
    brian2.defaultclock.dt = 0.1 * ms
    with active_device(build_on_run=False):
        yield


def parts() -> SimpleNamespace:
    """Objects of every kind that a script assigns to."""
    drive = brian2.TimedArray([1.0, 0.0] * 5, dt=1 * ms, name="drive")
    source = brian2.SpikeGeneratorGroup(4, [0, 1, 2, 3], [1, 2, 3, 4] * ms, name="source")
    cells = brian2.NeuronGroup(
        3,
        "dv/dt = (gain*drive(t) - v)/(5*ms) : 1\ntheta : 1\nshared : volt (shared)",
        threshold="v > theta",
        reset="v = 0",
        method="euler",
        name="cells",
        namespace={"gain": 0.5, "drive": drive},
    )
    cells.theta = 1
    path = brian2.Synapses(source, cells, "w : 1", on_pre="v_post += w", name="path")
    path.connect()
    path.w = 2
    path.delay = "0.1*j*ms"
    noise = brian2.PoissonGroup(2, 100 * brian2.Hz, name="noise")
    spikes = brian2.SpikeMonitor(cells, name="spikes")
    network = brian2.Network(source, cells, path, noise, spikes)
    return SimpleNamespace(**{k: v for k, v in locals().items() if k != "self"})


STATEMENTS = {
    "a number": lambda x: setattr(x.cells, "theta", 5),
    "an expression": lambda x: setattr(x.path, "w", "0*i"),
    "a slice": lambda x: x.path.w.__setitem__(slice(None), 0),
    "an index by an expression": lambda x: x.path.w.__setitem__("i == 0", 0),
    "an array": lambda x: setattr(x.cells, "v", [0, 1, 2]),
    "a shared variable": lambda x: setattr(x.cells, "shared", 3 * mV),
    "a delay": lambda x: setattr(x.path, "delay", 1 * ms),
    "rates": lambda x: setattr(x.noise, "rates", 5 * brian2.Hz),
    "spikes": lambda x: x.source.set_spikes([1], [1] * ms),
    "an inactive path": lambda x: setattr(x.path, "active", False),
    "an inactive group": lambda x: setattr(x.cells, "active", False),
    "an inactive part": lambda x: setattr(x.path.pre, "active", False),
    "an order": lambda x: setattr(x.cells, "order", 3),
    "a namespace": lambda x: setattr(x.cells, "namespace", {"gain": 2}),
    "a name of a namespace": lambda x: x.cells.namespace.__setitem__("gain", 2),
    "a recording": lambda x: setattr(x.spikes, "record", False),
    "a TimedArray's values": lambda x: setattr(x.drive, "values", np.ones(10)),
    "a step": lambda x: setattr(brian2.defaultclock, "dt", 1 * ms),
    "connections": lambda x: x.path.connect(i=0, j=0),
    "a seed": lambda _: brian2.seed(3),
    "a run": lambda x: x.network.run(1 * ms),
    "another object": lambda _: brian2.NeuronGroup(1, "v : 1"),
}


def held(trials: CompiledNetwork) -> list[float]:
    return trials.run(2)["spikes"].columns["t"].tolist()


def test_what_is_said_after_compiling_is_refused():
    x = parts()
    trials = compile_network(x.network, 6 * ms)
    before = held(trials)
    assert len(before) > 0
    taken = []
    for name, statement in STATEMENTS.items():
        try:
            statement(x)
        except EngineError as error:
            assert "has been compiled" in str(error)  # noqa: PT017 -- all are tried
        else:
            taken.append(name)
    assert taken == []
    with pytest.raises(ValueError, match="read-only"):
        x.drive.values[0] = 3
    x.cells.active = True  # as it is
    assert held(trials) == before


def test_settings_of_objects_that_are_not_compiled_stay_free():
    x = parts()
    compile_network(x.network, 6 * ms)
    other = brian2.TimedArray([1.0], dt=1 * ms)
    other.values = np.zeros(1)
    assert type(x.cells).__name__ == "NeuronGroup"
    assert isinstance(x.path, brian2.Synapses)


def test_a_script_compiled_again_takes_the_other_run():
    x = parts()
    first = compile_network(x.network, 2.5 * ms)
    before = held(first)
    second = compile_network(x.network, 9 * ms, workers=2)
    third = compile_network()
    found = held(second)
    assert held(third) == found
    assert held(first) == before
    brian2.get_device().reinit()
    brian2.get_device().activate(build_on_run=False)
    assert held(compile_network(parts().network, 9 * ms)) == found
    assert len(found) > len(before)


def test_what_failed_can_be_compiled_once_more():
    x = parts()
    del x.cells.namespace["gain"]
    with pytest.raises(Exception, match="cells"):
        compile_network(x.network, 6 * ms, namespace={})
    x.cells.namespace["gain"] = 0.5
    found = held(compile_network(x.network, 6 * ms))
    brian2.get_device().reinit()
    brian2.get_device().activate(build_on_run=False)
    assert held(compile_network(parts().network, 6 * ms)) == found


def test_a_device_set_again_keeps_the_compiled_script():
    trials = compile_network(parts().network, 6 * ms)
    before = held(trials)
    resident = brian2.get_device()
    brian2.set_device("runtime")
    brian2.defaultclock.dt = 0.5 * ms
    brian2.set_device(resident, build_on_run=False)
    assert held(compile_network()) == before
    resident.reinit()
    resident.activate(build_on_run=False)
    brian2.defaultclock.dt = 0.1 * ms
    assert held(compile_network(parts().network, 6 * ms)) == before
    reset_device()
    brian2.defaultclock.dt = 0.1 * ms
    reset_device()
