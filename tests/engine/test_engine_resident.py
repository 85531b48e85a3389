"""What the resident engine does beyond the shared scenarios."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import numpy as np
import pytest
from engine.scenarios import N_STEPS, SCENARIOS
from hypothesis import given, settings
from hypothesis import strategies as st

from brainsnn.engine import ResidentEngine, RuntimeEngine
from brainsnn.engine.resident import compiler
from brainsnn.errors import DataError, EngineError, ModelError, WeightsError
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

ONCE = SCENARIOS[0]


@pytest.fixture(scope="module")
def resident() -> ResidentEngine:
    return ResidentEngine(ONCE.model, N_STEPS)


@pytest.fixture(scope="module")
def runtime() -> RuntimeEngine:
    return RuntimeEngine(ONCE.model, N_STEPS)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), low=st.floats(-30, 10), n_silent=st.integers(0, 20))
def test_random_networks_spike_alike(
    resident: ResidentEngine, runtime: RuntimeEngine, seed: int, low: float, n_silent: int
) -> None:
    rng = np.random.default_rng(seed)
    weights = {name: rng.uniform(low, 40, shape) for name, shape in ONCE.model.shapes.items()}
    steps = rng.integers(0, N_STEPS, (1, 20))
    steps[0, :n_silent] = N_STEPS
    inputs = SpikeTrains.from_first_steps(steps, N_STEPS)
    recordings = []
    for engine in (resident, runtime):
        engine.set_weights(weights)
        recordings.append(engine.run(inputs))
    for column in ("offsets", "population", "neuron", "step", "potential"):
        np.testing.assert_array_equal(*(getattr(r, column) for r in recordings), column)


def test_weights_are_live_and_outlive_the_engine() -> None:
    engine = ResidentEngine(ONCE.model, N_STEPS)
    weights = dict(engine.weights)
    inputs = ONCE.inputs()
    assert not (engine.run(inputs).population > 0).any()
    for values in weights.values():
        values += 50.0
    assert (engine.run(inputs).population > 0).any()
    engine.close()
    del engine
    gc.collect()
    assert weights["input_hidden"].min() == 50.0


def test_two_engines_of_one_model_do_not_share_state(resident: ResidentEngine) -> None:
    resident.set_weights(ONCE.weights())
    other = ResidentEngine(ONCE.model, N_STEPS)
    assert not other.weights["input_hidden"].any()
    assert resident.weights["input_hidden"].any()


def test_parameters_change_between_trials(resident: ResidentEngine) -> None:
    resident.set_weights(ONCE.weights())
    before = resident.run(ONCE.inputs()).first_steps("hidden")
    resident.set_parameter("hidden", "theta", 20.0)
    after = resident.run(ONCE.inputs()).first_steps("hidden")
    resident.set_parameter("hidden", "theta", 100.0)
    assert (after <= before).all()
    assert (after < before).any()
    with pytest.raises(EngineError, match=r"no parameter 'teta'\. Did you mean 'theta'"):
        resident.set_parameter("hidden", "teta", 20.0)


def test_a_closed_engine_says_so() -> None:
    engine = ResidentEngine(ONCE.model, N_STEPS)
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.run(ONCE.inputs())


def test_draws_in_the_dynamics_are_seeded_trial_by_trial() -> None:
    noisy = Neuron("v : 1", threshold="rand() < 0.25", reset="v = 0", name="noisy")
    model = Network({"input": 2, "output": 500}, noisy, initialiser=[Uniform()], name="noisy")
    inputs = SpikeTrains.from_first_steps(np.zeros((3, 2), int), N_STEPS)
    counts = [
        ResidentEngine(model, N_STEPS, Streams(seed)).run(inputs).counts("output")
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(counts[0], counts[1])
    assert (counts[0] != counts[2]).any()
    assert (counts[0][0] != counts[0][1]).any()
    # 60,000 draws of probability 1/4: five standard deviations, false alarm below 1e-6
    n = counts[0].size * N_STEPS
    assert abs(counts[0].sum() - n / 4) < 5 * np.sqrt(n * 3 / 16)


def test_inputs_that_do_not_fit_are_refused(resident: ResidentEngine) -> None:
    with pytest.raises(DataError, match="the engine takes 20 neurons"):
        resident.run(SpikeTrains.from_first_steps(np.zeros((1, 3), int), N_STEPS))
    with pytest.raises(DataError, match=r"Trials must be in 0\.\.3"):
        resident.run(ONCE.inputs(), np.array([4]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_output": None}, "'hidden_output' is missing"),
        (
            {"hidden_output": np.zeros((3, 101))},
            r"shape \(3, 101\), .* \(101, 3\).*transposed",
        ),
        ({"hidden_output": np.full((101, 3), np.nan)}, "303 values that are NaN"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    resident: ResidentEngine, change: dict[str, np.ndarray | None], message: str
) -> None:
    weights = {k: v for k, v in {**ONCE.weights(), **change}.items() if v is not None}
    with pytest.raises(WeightsError, match=message):
        resident.set_weights(weights)


@pytest.mark.parametrize("engine", [ResidentEngine, RuntimeEngine])
@pytest.mark.parametrize(
    ("neuron", "message"),
    [
        (Neuron("dv/dt = -v / tau : 1", "v > 1", "v = 0", name="typo"), "tau"),
        (Neuron("dv/dt = -v : 1", "v > 1", "v = 0", name="units"), "(?i)unit"),
        (Neuron("v : 1", "v >", "v = 0", name="syntax"), "'hidden'"),
    ],
)
def test_mistakes_in_equations_name_the_population(
    engine: type[ResidentEngine | RuntimeEngine], neuron: Neuron, message: str
) -> None:
    model = Network({"input": 2, "hidden": 3}, neuron, initialiser=[Uniform()], name="wrong")
    with pytest.raises(ModelError, match="hidden") as caught:
        engine(model, N_STEPS)
    assert caught.match(message)


def test_a_missing_compiler_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(EngineError, match=r"apt-get install g\+\+.*engine 'runtime'"):
        ResidentEngine(ONCE.model, N_STEPS)
    assert RuntimeEngine(ONCE.model, N_STEPS).run(ONCE.inputs()).n_trials == 4


def test_the_cache_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(compiler.CACHE_VARIABLE, str(tmp_path))

    def stamps() -> dict[str, int]:
        return {p.name: p.stat().st_mtime_ns for p in (tmp_path / "resident").iterdir()}

    ResidentEngine(ONCE.model, N_STEPS)
    first = stamps()
    assert sorted(Path(name).suffix for name in first) == [".model", ".so"]
    ResidentEngine(ONCE.model, N_STEPS)
    assert stamps() == first


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_read_only_cache_is_no_obstacle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    monkeypatch.setenv(compiler.CACHE_VARIABLE, str(tmp_path))
    assert ResidentEngine(ONCE.model, N_STEPS).run(ONCE.inputs()).n_trials == 4


def test_a_cache_that_is_a_file_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("not a folder")
    monkeypatch.setenv(compiler.CACHE_VARIABLE, str(blocked))
    assert ResidentEngine(ONCE.model, N_STEPS).run(ONCE.inputs()).n_trials == 4
