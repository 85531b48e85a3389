"""What is plastic goes on from trial to trial, on every engine alike; all other state does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from engine.scenarios import N_STEPS, Scenario
from numpy.typing import NDArray

from brainsnn.engine import build_engine
from brainsnn.errors import EngineError, ModelError
from brainsnn.network.connectivity import AveragePooling, FixedProbability
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.plasticity.fixed import without_plasticity
from brainsnn.network.state_record import StateRecord
from brainsnn.network.synapses import SynapseModel, Uniform, instantaneous
from brainsnn.streams import Streams

KEEPING = ("runtime", "resident", "standalone")

adapting = Neuron(
    """
    dv/dt = -v / (10*ms) : volt (unless refractory)
    dtheta/dt = -theta / (1*second) : volt
    """,
    threshold="v > 5*mV + theta",
    reset="v = 0*mV; theta += 0.2*mV",
    refractory="2*ms",
    initial={"theta": "1*mV"},
    plastic=("theta",),
    method="exact",
    name="adapting",
)
stdp = SynapseModel(
    "stdp",
    """
    w : 1
    dpre/dt = -pre / tau : 1 (event-driven)
    dpost/dt = -post / (30*ms) : 1 (event-driven)
    tau : second (shared, constant)
    """,
    on_pre="v_post += w*mV; w = clip(w - 0.04*post, 0, 4); pre += 1",
    on_post="w = clip(w + 0.05*pre, 0, 4); post = 1",
    parameters={"tau": "20*ms"},
    plastic=("w",),
)
tagged = SynapseModel(
    "tagged",
    "w : 1\ntag : 1\nuse : 1",
    on_pre="v_post += w*mV; tag += 1",
    on_post="use += tag",
    each_step="w += 1e-3*use; tag -= 0.1*tag",
    plastic=("w", "tag"),
)


def network() -> Model:
    """Recorded, too, so that it is compiled once for all tests."""
    return Model(
        "plastic",
        (Population("input", 12), Population("hidden", 6, adapting)),
        (
            Connection("drive", "input", "hidden", stdp, Uniform(2, 4)),
            Connection(
                "echo",
                "hidden",
                "hidden",
                tagged,
                Uniform(0, 1),
                delay=2,
                connectivity=FixedProbability(0.5),
            ),
        ),
        recorded=(StateRecord("drive", "w", (0, 7, 71), 4),),
    )


SCENARIO = Scenario("plastic", network(), n_trials=5)


def first_weights() -> dict[str, NDArray[np.float64]]:
    return SCENARIO.model.draw_weights(Streams(7))


def test_what_is_plastic_is_learned() -> None:
    model = network()
    assert model.plastic == ("drive", "echo", "echo.tag", "hidden.theta")
    assert model.shapes["echo.tag"] == model.shapes["echo"]
    np.testing.assert_array_equal(model.start_weights()["hidden.theta"], np.full((1, 6), 1e-3))


@pytest.mark.parametrize("engine_name", KEEPING[1:])
def test_engines_agree_on_what_changes_and_stays(engine_name: str) -> None:
    given, inputs = first_weights(), SCENARIO.inputs()
    found = {}
    for name in (KEEPING[0], engine_name):
        with build_engine(name, SCENARIO.model, N_STEPS) as engine:
            engine.set_weights(given)
            recording = engine.run(inputs)
            middle = {k: w.copy() for k, w in engine.weights.items()}
            engine.run(inputs, np.array([3, 1]))
            found[name] = recording, middle, {k: w.copy() for k, w in engine.weights.items()}
    (wanted, *weights), (recording, *others) = found.values()
    np.testing.assert_array_equal(recording.step, wanted.step)
    assert wanted.counts("hidden").any(axis=1).all()
    for mine, theirs in zip(others, weights, strict=True):
        for name in theirs:
            np.testing.assert_allclose(mine[name], theirs[name], rtol=1e-12, atol=1e-15)
            assert not np.array_equal(theirs[name], given[name]), name


@pytest.mark.parametrize("engine_name", KEEPING)
def test_a_block_is_its_trials_one_after_the_other(engine_name: str) -> None:
    inputs = SCENARIO.inputs()
    with build_engine(engine_name, SCENARIO.model, N_STEPS) as engine:
        engine.set_weights(first_weights())
        engine.run(inputs, np.array([0, 1]))
        whole = {k: w.copy() for k, w in engine.weights.items()}
        engine.set_weights(first_weights())
        for k in range(2):
            engine.run(inputs, np.array([k]))
        for name, values in whole.items():
            np.testing.assert_array_equal(engine.weights[name], values)


def test_weights_are_recorded_within_a_trial() -> None:
    traces = {}
    for name in KEEPING:
        with build_engine(name, SCENARIO.model, N_STEPS) as engine:
            engine.set_weights(first_weights())
            traces[name] = engine.run(SCENARIO.inputs()).traces["drive.w"]
    values = traces["runtime"].values
    assert values.shape == (5, 10, 3)
    assert (np.diff(values, axis=1) != 0).any()
    for name in KEEPING[1:]:
        np.testing.assert_allclose(traces[name].values, values, rtol=1e-12)
    plan = Network(populations=network().populations, connections=network().connections)
    with pytest.raises(ModelError, match=r"no variable 'pre' of each synapse"):
        plan.record("drive", "pre")
    with pytest.raises(ModelError, match=r"drive\.w: synapses"):
        plan.record("drive", "w", neurons=[72])


def test_trials_of_several_workers_are_refused() -> None:
    with pytest.raises(EngineError, match=r"plastic \(drive, echo, echo\.tag, hidden\.theta\)"):
        build_engine("resident", network(), N_STEPS, workers=2)


def test_without_plasticity_only_what_acts_on_neurons_is_left() -> None:
    model = without_plasticity(network())
    drive, echo = (c.synapse for c in model.connections)
    assert (drive.equations, drive.on_pre, drive.on_post) == ("w : 1", "v_post += w*mV", "")
    assert drive.parameters == {}
    assert (echo.equations, echo.on_pre, echo.on_post) == ("w : 1", "v_post += w*mV", "")
    assert (echo.each_step, echo.plastic) == ("", ())
    neuron = model.population("hidden").neuron
    assert neuron is not None
    assert (neuron.reset, neuron.trainable, neuron.plastic) == ("v = 0*mV", ("theta",), ())
    assert model.plastic == ()
    assert list(model.shapes) == ["drive", "echo", "hidden.theta"]
    assert without_plasticity(model) is model


def test_what_acts_on_neurons_through_a_plastic_variable_stays() -> None:
    tiring = SynapseModel(
        "tiring",
        "w : 1\nx : 1\ntrace : 1\nscaled = w*x : 1",
        on_pre="trace += 1; x *= 0.9; v_post += scaled*mV",
        on_post="w += trace",
        plastic=("w", "x"),
    )
    plain = Connection("drive", "input", "hidden", tiring)
    model = Model("tiring", network().populations, (plain,))
    synapse = without_plasticity(model).connections[0].synapse
    assert sorted(synapse.equations.splitlines()) == ["scaled = w*x : 1", "w : 1", "x : 1"]
    assert (synapse.on_pre, synapse.on_post, synapse.plastic) == ("v_post += scaled*mV", "", ("x",))


def test_an_engine_is_tried_without_learning() -> None:
    inputs = SCENARIO.inputs()
    with build_engine("resident", SCENARIO.model, N_STEPS) as engine:
        engine.set_weights(first_weights())
        first = engine.fixed().run(inputs, np.array([0, 0, 1]))
        np.testing.assert_array_equal(engine.weights["drive"], first_weights()["drive"])
        np.testing.assert_array_equal(
            first.step[: first.offsets[1]], first.step[first.offsets[1] : first.offsets[2]]
        )
        engine.run(inputs)
        again = engine.fixed()
        np.testing.assert_array_equal(again.weights["hidden.theta"], engine.weights["hidden.theta"])
        assert again.fixed() is again


def test_what_cannot_be_plastic_is_refused() -> None:
    with pytest.raises(ModelError, match=r"Synapse 'odd': 'x' is no variable that could be plas"):
        SynapseModel("odd", plastic=("x",))
    with pytest.raises(ModelError, match="named twice"):
        SynapseModel("odd", plastic=("w", "w"))
    with pytest.raises(ModelError, match="'tau' is no variable"):
        SynapseModel("odd", "w : 1\ntau : second (shared, constant)", plastic="tau")
    with pytest.raises(ModelError, match="begins with a constant"):
        replace(adapting, initial={"theta": "rand()*mV"})
    with pytest.raises(ModelError, match="nothing of their own that could be plastic"):
        Connection(
            "pool",
            "input",
            "hidden",
            replace(instantaneous, on_post="w += 1"),
            connectivity=AveragePooling(2, 3, 2, 1),
        )


def test_genn_refuses_what_it_cannot_do() -> None:
    with pytest.raises(EngineError) as refused:
        build_engine("genn", network(), N_STEPS)
    for part in ("'drive': what a postsynaptic", "'echo': Brian2GeNN", "'drive': its loop puts"):
        assert part in str(refused.value)


def test_a_parameter_of_brian2s_own_name_is_refused() -> None:
    odd = SynapseModel(
        "odd",
        "w : 1\ntarget : 1 (shared, constant)",
        parameters={"target": 2},
        on_pre="v_post += w*mV",
    )
    model = Model("odd", network().populations, (Connection("drive", "input", "hidden", odd),))
    with pytest.raises(ModelError, match="'target' is Brian2's own name"):
        build_engine("runtime", model, N_STEPS)
