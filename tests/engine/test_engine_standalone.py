"""What the standalone engine does beyond the shared scenarios: it is the resident one, in files."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from engine.scenarios import N_STEPS, SCENARIOS, primed
from hypothesis import given, settings
from hypothesis import strategies as st

from brainsnn.engine import Engine, ResidentEngine, RuntimeEngine, StandaloneEngine
from brainsnn.errors import EngineError
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.streams import Streams

ONCE = SCENARIOS[0]


@pytest.fixture(scope="module")
def pair() -> tuple[Engine, Engine]:
    return StandaloneEngine(ONCE.model, N_STEPS), ResidentEngine(ONCE.model, N_STEPS)


def assert_same(mine: Recording, expected: Recording) -> None:
    for column in ("offsets", "population", "neuron", "step", "potential"):
        a, b = getattr(mine, column), getattr(expected, column)
        np.testing.assert_array_equal(a, b, column)
        assert a.dtype == b.dtype, column
    assert list(mine.final) == list(expected.final)
    for population, values in expected.final.items():
        np.testing.assert_array_equal(mine.final[population], values, population)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), low=st.floats(-30, 10), n_trials=st.integers(0, 3))
def test_random_networks_are_equal_to_the_last_bit(
    pair: tuple[Engine, Engine], seed: int, low: float, n_trials: int
) -> None:
    rng = np.random.default_rng(seed)
    weights = {name: rng.uniform(low, 40, shape) for name, shape in ONCE.model.shapes.items()}
    steps = rng.integers(0, 2 * N_STEPS, (n_trials, 20))
    inputs = SpikeTrains.from_first_steps(steps, N_STEPS)
    for engine in pair:
        engine.set_weights(weights)
    assert_same(*(engine.run(inputs) for engine in pair))


def test_parameters_change_between_blocks(pair: tuple[Engine, Engine]) -> None:
    for theta in (20.0, 100.0):
        for engine in pair:
            engine.set_weights(ONCE.weights())
            engine.set_parameter("hidden", "theta", theta)
        assert_same(*(engine.run(ONCE.inputs(), np.array([2, 0])) for engine in pair))
    with pytest.raises(EngineError, match="no parameter 'teta'"):
        pair[0].set_parameter("hidden", "teta", 20.0)


def test_draws_in_the_dynamics_are_those_of_the_resident_engine() -> None:
    noisy = Neuron("v : 1", threshold="rand() < 0.25", reset="v = 0", name="noisy")
    model = Network({"input": 2, "output": 50}, noisy, initialiser=[Uniform()], name="noisy")
    inputs = SpikeTrains.from_first_steps(np.zeros((3, 2), int), N_STEPS)
    engines = (kind(model, N_STEPS, Streams(5)) for kind in (StandaloneEngine, ResidentEngine))
    assert_same(*(engine.run(inputs) for engine in engines))


def assert_damage_is_noticed(engine: StandaloneEngine, inputs: SpikeTrains) -> None:
    """A file of the network's own values that was changed or cut is refused by the program."""
    path = next((engine._folder / "static_arrays").iterdir())
    whole = path.read_bytes()
    for damaged, message in (
        (whole[:-1] + bytes([whole[-1] ^ 1]), "not the contents that this program was made with"),
        (whole[:-8], "bytes instead of"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(EngineError, match=f"code 2: .*{message}"):
            engine.run(inputs)


def test_values_given_neuron_by_neuron_are_part_of_the_project() -> None:
    each = primed.with_parameters(bias=np.linspace(0, 0.9, 7))
    model = Network({"input": 10, "output": 7}, each, initialiser=[Uniform(0, 0.5)], name="each")
    inputs, weights = SCENARIOS[5].inputs(), model.draw_weights(Streams(2))
    frames = []
    for kind in (StandaloneEngine, RuntimeEngine):
        with kind(model, N_STEPS) as engine:
            engine.set_weights(weights)
            engine.run(inputs)
            engine.set_parameter("output", "bias", np.linspace(0.9, 0.1, 7))
            frames.append(engine.run(inputs).to_frame().drop(columns="potential"))
            if isinstance(engine, StandaloneEngine):
                assert_damage_is_noticed(engine, inputs)
    assert frames[0].equals(frames[1])
    assert (frames[0]["population"] == "output").sum() > 10


def test_a_closed_engine_says_so_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    engine = StandaloneEngine(ONCE.model, N_STEPS)
    assert any(tmp_path.iterdir())
    engine.close()
    assert not any(tmp_path.iterdir())
    with pytest.raises(EngineError, match="closed"):
        engine.run(ONCE.inputs())


def test_the_programs_complaint_is_passed_on(pair: tuple[Engine, Engine]) -> None:
    weights = pair[0].weights["input_hidden"]
    weights[3, 0] = np.nan  # live weights are written to without a check
    with pytest.raises(EngineError, match=r"code 2: .*the weight from neuron 3 to"):
        pair[0].run(ONCE.inputs())
    weights[3, 0] = 0


def test_make_is_asked_for_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = shutil.which("g++") or shutil.which("clang++")
    (tmp_path / "c++").symlink_to(str(compiler))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CXX", "c++")
    with pytest.raises(EngineError, match="apt-get install make"):
        StandaloneEngine(ONCE.model, N_STEPS)
