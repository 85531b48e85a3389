"""Every engine gives the same spikes in every scenario."""

from __future__ import annotations

import numpy as np
import pytest
from engine.scenarios import N_STEPS, SCENARIOS, Scenario
from engines import engine_params

from brainsnn.engine import build_engine
from brainsnn.spikes import Recording

REFERENCE = "runtime"
COLUMNS = ("offsets", "population", "neuron", "step")


def record(engine_name: str, scenario: Scenario) -> tuple[Recording, Recording]:
    """Recordings of all trials at once, and of the last trial alone."""
    inputs = scenario.inputs()
    with build_engine(engine_name, scenario.model, N_STEPS) as engine:
        engine.set_weights(scenario.weights())
        return engine.run(inputs), engine.run(inputs, np.array([inputs.n_trials - 1]))


@pytest.fixture(scope="module")
def reference() -> dict[str, Recording]:
    return {}


def expected(reference: dict[str, Recording], scenario: Scenario) -> Recording:
    if scenario.name not in reference:
        reference[scenario.name] = record(REFERENCE, scenario)[0]
    return reference[scenario.name]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
@pytest.mark.parametrize("engine_name", engine_params(REFERENCE))
def test_same_spikes_as_the_reference(
    engine_name: str, scenario: Scenario, reference: dict[str, Recording]
) -> None:
    block, last = record(engine_name, scenario)
    wanted = expected(reference, scenario)
    assert wanted.step.size > wanted.n_trials
    for column in COLUMNS:
        np.testing.assert_array_equal(getattr(block, column), getattr(wanted, column), column)
    np.testing.assert_allclose(block.potential, wanted.potential, rtol=1e-12, atol=1e-14)
    for population, values in wanted.final.items():
        np.testing.assert_allclose(block.final[population], values, rtol=1e-12, atol=1e-14)
    begin = block.offsets[-2]
    np.testing.assert_array_equal(last.step, block.step[begin:])
    np.testing.assert_array_equal(last.neuron, block.neuron[begin:])
    Recording(**vars(block))  # judged, as those of compiled code are not
    assert not any(getattr(block, name).flags.writeable for name in COLUMNS)
