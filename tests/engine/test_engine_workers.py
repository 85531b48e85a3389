"""Trials shared by several workers: the results of one, in the same order."""

from __future__ import annotations

import numpy as np
import pytest
from engine.scenarios import N_STEPS, SCENARIOS

from brainsnn.engine import build_engine
from brainsnn.errors import EngineError
from brainsnn.spikes import Recording
from brainsnn.streams import Streams

COLUMNS = ("offsets", "population", "neuron", "step", "potential")


def record(scenario, workers: int) -> list[Recording]:
    with build_engine("resident", scenario.model, N_STEPS, Streams(3), workers) as engine:
        engine.set_weights(scenario.weights())
        inputs = scenario.inputs()
        trials = np.tile(np.arange(inputs.n_trials), 2)
        first = engine.run(inputs, trials)
        for values in engine.weights.values():
            values *= 1.5
        return [first, engine.run(inputs, trials), engine.run(inputs, trials[:1])]


@pytest.mark.parametrize("scenario", SCENARIOS[:3], ids=lambda s: s.name)
def test_workers_change_nothing(scenario):
    for one, three in zip(record(scenario, 1), record(scenario, 3), strict=True):
        for column in COLUMNS:
            np.testing.assert_array_equal(getattr(one, column), getattr(three, column), column)
        for name in one.final:
            np.testing.assert_array_equal(one.final[name], three.final[name])


@pytest.mark.parametrize(("engine", "workers"), [("runtime", 2), ("resident", 0)])
def test_a_number_of_workers_that_cannot_be(engine, workers):
    with pytest.raises(EngineError, match="takes workers = 1"):
        build_engine(engine, SCENARIOS[0].model, N_STEPS, workers=workers)
