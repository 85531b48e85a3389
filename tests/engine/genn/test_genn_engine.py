"""The engine from model to recording, on a stand-in for GeNN that runs one small network."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine.genn.stand_in import MODEL, write_stand_in
from engines import needs_brian2genn

from brainsnn.engine import GennEngine, RuntimeEngine
from brainsnn.engine.resident.cache import CACHE_VARIABLE
from brainsnn.errors import EngineError
from brainsnn.network.synapses import SynapseModel
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

pytestmark = needs_brian2genn
N_STEPS = 12


@pytest.fixture(scope="module")
def genn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The stand-in's log; GENN_PATH and the cache point to folders of the test."""
    folder = tmp_path_factory.mktemp("genn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENN_PATH", str(folder / "genn"))
        patch.setenv(CACHE_VARIABLE, str(folder / "cache"))
        yield write_stand_in(folder / "genn")


@pytest.fixture(scope="module")
def engine(genn: Path) -> GennEngine:
    return GennEngine(MODEL, N_STEPS)


def inputs() -> SpikeTrains:
    steps = np.random.default_rng(2).integers(0, N_STEPS + 3, (6, 4))
    return SpikeTrains.from_first_steps(steps, N_STEPS)


def test_it_records_what_the_runtime_records(engine: GennEngine) -> None:
    runtime, weights = RuntimeEngine(MODEL, N_STEPS), MODEL.draw_weights(Streams(1))
    recordings = []
    for one in (engine, runtime):
        one.set_weights(weights)
        one.set_parameter("output", "theta", 90.0)
        recordings.append(one.run(inputs()))
        one.set_parameter("output", "theta", 100.0)
    ours, theirs = recordings
    assert (theirs.population == 1).any()
    for column in ("offsets", "population", "neuron", "step", "potential"):
        np.testing.assert_array_equal(getattr(ours, column), getattr(theirs, column), column)
    np.testing.assert_array_equal(ours.final["output"], theirs.final["output"])


def test_a_trial_depends_on_no_other(engine: GennEngine) -> None:
    engine.set_weights({"input_output": np.full((4, 2), 60.0)})
    block, alone = engine.run(inputs()), engine.run(inputs(), np.array([5]))
    begin = block.offsets[5]
    np.testing.assert_array_equal(alone.step, block.step[begin:])
    np.testing.assert_array_equal(alone.potential, block.potential[begin:])


def test_weights_are_live_begin_at_zero_and_outlive_the_engine(genn: Path) -> None:
    engine = GennEngine(MODEL, N_STEPS)
    weights = engine.weights["input_output"]
    assert not weights.any()
    weights += 70.0
    assert (engine.run(inputs()).population == 1).any()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.run(inputs())
    del engine
    gc.collect()
    assert weights.min() == 70.0


def test_engines_of_one_model_share_the_library_and_no_state(
    genn: Path, engine: GennEngine
) -> None:
    engine.set_weights({"input_output": np.full((4, 2), 60.0)})
    calls = genn.read_text()
    other = GennEngine(MODEL, N_STEPS)
    assert genn.read_text() == calls
    assert "-c model.cpp" in calls
    assert not other.weights["input_output"].any()
    assert engine.weights["input_output"].all()


def test_what_the_generator_says_is_passed_on(genn: Path) -> None:
    other = replace(MODEL.populations[1], name="other")
    connection = replace(MODEL.connections[0], target="other")
    model = replace(MODEL, populations=(MODEL.populations[0], other), connections=(connection,))
    with pytest.raises(EngineError, match="what is this"):
        GennEngine(model, N_STEPS)


def test_a_cache_that_cannot_be_written_is_no_obstacle(
    genn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("not a folder")
    monkeypatch.setenv(CACHE_VARIABLE, str(blocked))
    assert GennEngine(MODEL, N_STEPS).run(inputs()).n_trials == 6


def test_a_model_beyond_genn_is_refused_before_anything_is_generated(genn: Path) -> None:
    calls = genn.read_text() if genn.exists() else ""
    synapse = SynapseModel("inhibiting", on_pre="v_post -= w")
    model = replace(MODEL, connections=(replace(MODEL.connections[0], synapse=synapse),))
    with pytest.raises(EngineError, match=r"'input_output', on_pre 'v_post -= w': .*only \+="):
        GennEngine(model, N_STEPS)
    assert (genn.read_text() if genn.exists() else "") == calls


def test_no_gpu_is_said_at_once(
    genn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_PATH", str(tmp_path))
    with pytest.raises(EngineError, match="nvcc is missing; set CUDA_PATH"):
        GennEngine(MODEL, N_STEPS, use_gpu=True)
