"""What the equations change within a trial is put back before the next, on every engine alike."""

from __future__ import annotations

import numpy as np
import pytest
from engine.scenarios import N_STEPS, Scenario, leaky
from engines import engine_params

from brainsnn.engine import build_engine
from brainsnn.engine.changes import changed
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel, Uniform
from brainsnn.streams import Streams

growing = SynapseModel("growing", "w : 1\nused : 1", on_pre="v_post += w; w += 0.1; used += 1")
tiring = Neuron(
    "dv/dt = -v / (10*ms) : 1\ntheta : 1",
    threshold="v > theta",
    reset="v = 0; theta += 0.2",
    parameters={"theta": 0.5},
    method="exact",
    trainable=("theta",),
    name="tiring",
)
SCENARIO = Scenario(
    "changing",
    Model(
        "changing",
        (Population("input", 12), Population("hidden", 6, tiring), Population("out", 3, leaky)),
        (
            Connection("grow", "input", "hidden", growing, Uniform(0, 0.5)),
            Connection("read", "hidden", "out", initialiser=Uniform(0, 0.8)),
        ),
    ),
)
ALONE = Model("alone", (Population("input", 2), Population("out", 2, tiring)), ())


def test_what_a_trial_changes_is_read_off_the_statements():
    assert changed(SCENARIO.model) == {
        ("hidden", "v"),
        ("hidden", "theta"),
        ("out", "v"),
        ("grow", "w"),
        ("grow", "used"),
    }
    assert changed(ALONE) == {("out", "v"), ("out", "theta")}


@pytest.mark.parametrize("engine_name", engine_params())
def test_trials_start_from_what_was_given(engine_name):
    given, inputs = SCENARIO.weights(), SCENARIO.inputs()
    with build_engine("runtime", SCENARIO.model, N_STEPS) as reference:
        reference.set_weights(given)
        wanted = reference.run(inputs)
        reference.set_weights({name: 1.3 * w for name, w in given.items()})
        stronger = reference.run(inputs)
    with build_engine(engine_name, SCENARIO.model, N_STEPS) as engine:
        engine.set_weights(given)
        for trials in (None, [3], [2, 2, 0, 3, 1]):
            found = engine.run(inputs, trials)
            assert_same(found, wanted, range(4) if trials is None else trials)
            for name, values in engine.weights.items():
                np.testing.assert_array_equal(values, given[name])
        for values in engine.weights.values():
            values *= 1.3
        assert_same(engine.run(inputs), stronger, range(4))
    assert len(stronger.step) > len(wanted.step) > 0


def assert_same(found, wanted, trials):
    """The trials of a recording are these of another one."""
    for k, trial in enumerate(trials):
        one, other = slice(*found.offsets[k : k + 2]), slice(*wanted.offsets[trial : trial + 2])
        for column in ("population", "neuron", "step"):
            np.testing.assert_array_equal(
                getattr(found, column)[one], getattr(wanted, column)[other], column
            )
        for name, values in wanted.final.items():
            np.testing.assert_allclose(found.final[name][k], values[trial], rtol=1e-12, atol=1e-14)


def test_workers_change_nothing():
    given, inputs = SCENARIO.weights(), SCENARIO.inputs()
    found = []
    for workers in (1, 3):
        with build_engine("resident", SCENARIO.model, N_STEPS, workers=workers) as engine:
            engine.set_weights(given)
            engine.run(inputs)
            found.append(engine.run(inputs, np.arange(8) % 4))
    assert_same(found[1], found[0], range(8))


@pytest.mark.parametrize("engine_name", engine_params("genn"))
def test_what_initial_values_draw_follows_from_the_seed(engine_name):
    drawn = Neuron(
        "v : 1\nbias : 1", "v > 1", "v = 0", initial={"bias": "rand()", "v": "bias"}, name="drawn"
    )
    model = Model("drawn", (Population("input", 2), Population("out", 40, drawn)), ())
    inputs = Scenario("drawn", model).inputs()
    finals = []
    for seed in (1, 1, 2):
        with build_engine(engine_name, model, N_STEPS, Streams(seed)) as engine:
            blocks = [engine.run(inputs).final["out"] for _ in range(2)]
        np.testing.assert_array_equal(*blocks)
        assert (blocks[0] == blocks[0][0]).all()
        finals.append(blocks[0])
    np.testing.assert_array_equal(finals[0], finals[1])
    assert (finals[0] != finals[2]).mean() > 0.9
