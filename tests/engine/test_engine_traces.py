"""State variables of chosen neurons at chosen steps: the same on every engine that can."""

from __future__ import annotations

import numpy as np
import pytest
from engines import usable_engines

import brainsnn as bs
from brainsnn.engine import build_engine
from brainsnn.engine.capabilities import refuse
from brainsnn.errors import EngineError, ModelError
from brainsnn.spikes import Recording

N_STEPS = 23
ENGINES = [name for name in usable_engines() if name != "genn"]
DRIVEN = bs.Neuron(
    "dv/dt = (u - v) / (10*ms) : 1\ndu/dt = -u / (5*ms) : 1\nn : integer\ngain : 1 (shared)",
    threshold="v > 0.2",
    reset="v = 0; n += 1",
    method="exact",
    name="driven",
)
#: Nothing happens between its spikes, which a compiled loop skips.
RESTING = bs.Neuron("v : 1\nfired : boolean", "v > 1 and not fired", "fired = True", name="resting")
AT_U = bs.Synapse(on_pre="u_post += w")


def networks() -> dict[str, bs.Network]:
    moving = bs.Network("20-8-3", DRIVEN, synapse=AT_U, initialiser=bs.Uniform(0, 1))
    moving.connect("hidden1", "hidden1", delay=2, sign="inhibitory")
    moving.record("hidden1", "v", neurons=[5, 1], every=3)
    moving.record("hidden1", "n")
    moving.record("output", "v")
    resting = bs.Network("20-8-3", RESTING, initialiser=bs.Uniform(0, 0.6))
    resting.record("output", "v", every=2)
    resting.record("hidden1", "fired")
    return {"moving": moving, "resting": resting}


def recorded(engine: str, net: bs.Network, workers: int = 1) -> dict[str | None, Recording]:
    """Trials that are whole, and that end with the output's first spike."""
    steps = np.random.default_rng(0).integers(0, 25, (7, 20))
    trains = bs.SpikeTrains.from_first_steps(steps, 20)
    with build_engine(engine, net, N_STEPS, workers=workers) as built:
        built.set_weights(net.draw_weights(bs.Streams(1)))
        return {u: built.run(trains, np.array([3, 1, 6, 0]), u) for u in (None, "output")}


@pytest.mark.parametrize("name", ["moving", "resting"])
def test_traces_are_the_same_on_every_engine(name: str) -> None:
    net = networks()[name]
    wanted = recorded("runtime", net)
    for engine in ENGINES if name == "moving" else ["resident"]:  # A build less: one C++ for both.
        found = recorded(engine, net, workers=3 if engine == "resident" else 1)
        for until, recording in found.items():
            assert list(recording.traces) == [record.name for record in net.recorded]
            for key, trace in recording.traces.items():
                values = wanted[until].traces[key].values
                np.testing.assert_array_equal(trace.values, values)
                assert np.nanmax(np.abs(values)) > 0
                assert np.isnan(values).any() == (until is not None)


def test_a_trace_has_the_potential_of_each_spike_and_is_a_table() -> None:
    recording = recorded("resident", networks()["moving"])[None]
    trace = recording.traces["output.v"]
    mine = recording.population == recording.code("output")
    assert mine.any()
    at = recording.trial[mine], recording.step[mine], recording.neuron[mine]
    np.testing.assert_array_equal(trace.values[at], recording.potential[mine])
    some = recording.traces["hidden1.v"]
    assert some.neuron.tolist() == [5, 1]
    assert some.step.tolist() == list(range(0, N_STEPS, 3))
    assert some.values.shape == (4, 8, 2)
    frame = recording.traces_frame()
    assert len(frame) == 4 * (8 * 2 + N_STEPS * 8 + N_STEPS * 3)
    one = frame.query("trial == 2 and variable == 'v' and population == 'hidden1' and neuron == 1")
    np.testing.assert_array_equal(one["value"], some.values[2, :, 1])
    np.testing.assert_allclose(one["time"], some.step * 1e-3)
    twice = Recording.concatenate([recording, recording])
    np.testing.assert_array_equal(twice.traces["output.v"].values[4:], trace.values)


def test_nothing_is_recorded_unasked() -> None:
    net = bs.Network("20-3", RESTING)
    recording = recorded("runtime", net)[None]
    assert not recording.traces
    assert recording.traces_frame().empty


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("hidden", "v"), "no population 'hidden'"),
        (("input", "v"), "'input' has no variable 'v'"),
        (("output", "vv"), "'output' has no variable 'vv' .* Did you mean 'v'"),
        (("output", "gain"), "'output' has no variable 'gain' of each neuron"),
        (("output", "v", [0, 3]), r"output\.v: neurons"),
        (("output", "v", [0, 0]), r"output\.v: neurons must be some, each once"),
        (("output", "v", []), r"output\.v: neurons must be some"),
        (("output", "v", None, 0), r"output\.v: every"),
        (("hidden1", "n"), "records a variable twice"),
    ],
)
def test_what_cannot_be_recorded_is_refused(asked: tuple, message: str) -> None:
    net = networks()["moving"]
    before = net.recorded
    with pytest.raises(ModelError, match=message):
        net.record(*asked)
    assert net.recorded == before


def test_genn_refuses_by_name() -> None:
    with pytest.raises(EngineError, match=r"Recorded variable 'output\.v': its loop hands back"):
        refuse("genn", networks()["resting"])
