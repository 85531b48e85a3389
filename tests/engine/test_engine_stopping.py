"""Trials that end with their decision decide as whole trials do."""

from __future__ import annotations

import numpy as np
import pytest
from engine.scenarios import N_STEPS, SCENARIOS

from brainsnn.codes import FirstSpikeDecoder
from brainsnn.engine import ResidentEngine, RuntimeEngine, build_engine
from brainsnn.errors import DataError
from brainsnn.spikes.stopping import stop_at_first_spike

COLUMNS = ("offsets", "population", "neuron", "step", "potential")
CHOSEN = [s for s in SCENARIOS if s.name in ("three_layers", "leaky_reset_to_zero", "refractory")]


@pytest.mark.parametrize("scenario", CHOSEN, ids=lambda s: s.name)
@pytest.mark.parametrize("name", ["resident", "runtime"])
def test_recordings_end_with_the_decision(name, scenario):
    inputs = scenario.inputs()
    with build_engine(name, scenario.model, N_STEPS) as engine:
        engine.set_weights(scenario.weights())
        whole = engine.run(inputs)
        short = engine.run(inputs, stop_at="output")
        again = engine.run(inputs)
    expected = stop_at_first_spike(whole, "output")
    assert 0 < short.step.size < whole.step.size
    for column in COLUMNS:
        np.testing.assert_array_equal(getattr(short, column), getattr(expected, column))
        np.testing.assert_array_equal(getattr(again, column), getattr(whole, column))
    decide = FirstSpikeDecoder().decode
    for ours, theirs in zip(
        vars(decide(short)).values(), vars(decide(whole)).values(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_silent_trials_stay_whole_and_keep_their_final_potentials():
    scenario = CHOSEN[0]
    inputs = scenario.inputs()
    with ResidentEngine(scenario.model, N_STEPS) as engine:
        engine.set_weights({k: v * (k == "input_first") for k, v in scenario.weights().items()})
        whole, short = engine.run(inputs), engine.run(inputs, stop_at="output")
        assert not (whole.population == whole.code("output")).any()
        np.testing.assert_array_equal(short.step, whole.step)
        np.testing.assert_array_equal(short.final["first"], whole.final["first"])
        engine.set_weights(scenario.weights())
        decided = FirstSpikeDecoder().decode(short := engine.run(inputs, stop_at="output"))
        ended = decided.step < N_STEPS
        assert ended.any()
        assert np.isnan(short.final["first"][ended]).all()
        assert not np.isnan(short.final["first"][~ended]).any()


def test_a_population_that_does_not_exist_is_refused():
    with (
        RuntimeEngine(CHOSEN[0].model, N_STEPS) as engine,
        pytest.raises(DataError, match="No population 'exit' to end with"),
    ):
        engine.run(CHOSEN[0].inputs(), stop_at="exit")
