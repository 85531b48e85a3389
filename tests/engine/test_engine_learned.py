"""Parameters of neurons that are learned stand beside the weights, live, on every engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brian2 import ms, mV
from engine.scenarios import N_STEPS, SCENARIOS, learned
from engines import engine_params

from brainsnn.engine import build_engine
from brainsnn.errors import EngineError, ModelError, WeightsError
from brainsnn.network.model import Model, Population
from brainsnn.streams import Streams

SCENARIO = next(s for s in SCENARIOS if s.name.endswith("that_are_learned"))
NAMES = ["input_hidden", "hidden.v0", "hidden.leak", "hidden_output", "output.v0", "output.leak"]


def test_names_shapes_and_first_values() -> None:
    model = SCENARIO.model
    assert list(model.shapes) == NAMES
    assert model.shapes["output.v0"] == (1, 7)
    drawn = model.draw_weights(Streams(1))
    assert (drawn["hidden.v0"] == 0.1).all()
    assert (drawn["hidden.leak"] == 0.05).all()
    alone = Model("alone", (Population("a", 2), Population("b", 3, learned)), ())
    assert alone.shapes == {"b.v0": (1, 3), "b.leak": (1, 3)}


@pytest.mark.parametrize("engine_name", engine_params())
def test_they_are_live(engine_name: str) -> None:
    weights, inputs = SCENARIO.weights(), SCENARIO.inputs()
    with build_engine(engine_name, SCENARIO.model, N_STEPS) as engine:
        assert list(engine.weights) == NAMES
        assert (engine.weights["output.v0"] == 0.1).all()
        engine.set_weights(weights)
        first = engine.run(inputs)
        engine.weights["hidden.v0"][0, 2] += 0.2
        engine.set_parameter("output", "leak", 0.5)
        assert (engine.weights["output.leak"] == 0.5).all()
        second = engine.run(inputs)
    with build_engine("runtime", SCENARIO.model, N_STEPS) as engine:
        weights["hidden.v0"][0, 2] += 0.2
        weights["output.leak"][:] = 0.5
        engine.set_weights(weights)
        wanted = engine.run(inputs)
    for column in ("offsets", "population", "neuron", "step"):
        np.testing.assert_array_equal(getattr(second, column), getattr(wanted, column))
    assert not np.array_equal(first.potential, second.potential)
    np.testing.assert_allclose(second.potential, wanted.potential, rtol=1e-12, atol=1e-14)


def test_two_workers_share_them() -> None:
    weights, inputs = SCENARIO.weights(), SCENARIO.inputs()
    spikes = []
    for workers in (1, 2):
        with build_engine("resident", SCENARIO.model, N_STEPS, workers=workers) as engine:
            engine.set_weights(weights)
            spikes.append(engine.run(inputs).potential)
    np.testing.assert_array_equal(*spikes)


def test_what_cannot_be_learned_is_refused() -> None:
    with pytest.raises(ModelError, match="no parameter 'w0'"):
        replace(learned, trainable=("w0",))
    shared = replace(
        learned, equations=learned.equations.replace("leak : 1 (", "leak : 1 (shared, ")
    )
    model = Model("shared", (Population("a", 2), Population("b", 3, shared)), ())
    with pytest.raises(ModelError, match=r"'b'.*'leak' is shared"):
        build_engine("runtime", model, N_STEPS)
    fewer = {k: w for k, w in SCENARIO.weights().items() if k != "hidden.v0"}
    engine = build_engine("runtime", SCENARIO.model, N_STEPS)
    with pytest.raises(WeightsError, match=r"'hidden\.v0'.* missing"):
        engine.set_weights(fewer)


@pytest.mark.parametrize("engine_name", engine_params())
def test_a_parameter_is_set_in_its_own_unit(engine_name: str) -> None:
    """A number is in base units; a quantity of another unit is refused."""
    scenario = next(s for s in SCENARIOS if s.name == "current_based_with_units")
    name = next(p.name for p in scenario.model.populations if p.neuron)
    weights, inputs, found = scenario.weights(), scenario.inputs(), []
    with build_engine(engine_name, scenario.model, N_STEPS) as engine:
        engine.set_weights(weights)
        for value in (6e-3, 6 * ms):
            engine.set_parameter(name, "tau_v", value)
            found.append(engine.run(inputs).potential)
        with pytest.raises(EngineError, match=r"'tau_v' of .* is of unit second, got 6\. \* mvolt"):
            engine.set_parameter(name, "tau_v", 6 * mV)
    np.testing.assert_array_equal(*found)
