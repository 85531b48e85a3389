"""A C++ project: made by its Makefile, run on its samples and on other files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from brainsnn.codes import FirstSpikeDecoder
from brainsnn.engine import build_engine
from brainsnn.export import build_project
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import Recording, SpikeTrains

N_STEPS, N_INPUTS = 40, 12
MODEL = Network(
    {"input": N_INPUTS, "hidden": 9, "output": 4},
    integrate_and_fire_once,
    initialiser=[Uniform(0, 60), Uniform(0, 60)],
    name="small",
)


def weights() -> dict[str, NDArray[np.float64]]:
    """Weights with which outputs 0 and 1 always tie, and 2 and 3 now and then."""
    rng = np.random.default_rng(4)
    values = {name: rng.uniform(-10, 60, shape) for name, shape in MODEL.shapes.items()}
    values["hidden_output"][:, 1] = values["hidden_output"][:, 0]
    return values


def samples() -> SpikeTrains:
    """Forty trials, the last without spikes."""
    steps = np.random.default_rng(5).integers(0, 2 * N_STEPS, (40, N_INPUTS))
    steps[:10] //= 8
    steps[-1] = N_STEPS
    return SpikeTrains.from_first_steps(steps, N_STEPS)


def expected(model: Model, values: dict[str, NDArray[np.float64]], x: SpikeTrains) -> Recording:
    with build_engine("resident", model, x.n_steps) as engine:
        engine.set_weights(values)
        return engine.run(x)


def call(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["./network", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def make(project: Path) -> None:
    flags = "CXXFLAGS=-O1 -ffp-contract=off -Wall -Wextra -Werror"
    subprocess.run(["make", "-j2", flags], cwd=project, check=True, capture_output=True)


def assert_same(folder: Path, recording: Recording) -> None:
    """The tables in a folder are those that brainsnn would make of the recording."""
    columns = ["trial", "population", "neuron", "step"]
    spikes = pd.read_csv(folder / "spikes.csv")
    assert list(spikes.columns) == columns
    frame = recording.to_frame()[columns]
    for column in columns:
        assert spikes[column].tolist() == frame[column].tolist(), column
    decisions = FirstSpikeDecoder().decode(recording)
    found = pd.read_csv(folder / "decisions.csv")
    assert found["trial"].tolist() == list(range(recording.n_trials))
    for column, values in (
        ("decision", decisions.decision),
        ("decision_step", decisions.step),
        ("tie", decisions.tie),
        ("silent", decisions.silent),
    ):
        np.testing.assert_array_equal(found[column], values, column)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "net"
    build_project("cpp", MODEL, N_STEPS, weights(), samples(), path)
    make(path)
    return path


@pytest.fixture(scope="module")
def recording() -> Recording:
    return expected(MODEL, weights(), samples())


def test_make_and_run_is_all_it_takes(project: Path, recording: Recording) -> None:
    done = call(project)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("40 trials in ")
    assert " us a trial" in done.stdout
    assert_same(project, recording)
    found = pd.read_csv(project / "decisions.csv")
    assert found["silent"].tolist()[-1] == 1
    assert (found["tie"] == 1).any()
    assert (found["decision"] == -1).any()
    assert (found["decision"] >= 0).any()


def test_other_files_can_be_given(project: Path, recording: Recording, tmp_path: Path) -> None:
    lines = (project / "inputs.txt").read_text().splitlines()
    spikes = [f"{line.replace(' ', ', ')}\r" for line in lines[2:]]
    shuffled = np.random.default_rng(0).permutation(spikes)
    (tmp_path / "mine.txt").write_text("\n".join(["trials 40  # the last is silent", *shuffled]))
    (project / "weights").rename(tmp_path / "moved")
    try:
        missing = call(project)
        assert missing.returncode == 2
        assert "weights/input_hidden.f64: cannot be read" in missing.stderr
        arguments = ("--inputs", str(tmp_path / "mine.txt"), "--weights", str(tmp_path / "moved"))
        done = call(project, *arguments, "--out", str(tmp_path / "new" / "out"))
    finally:
        (tmp_path / "moved").rename(project / "weights")
    assert done.returncode == 0, done.stderr
    # within a step, spikes act in the order of the file, which moves potentials by rounding only
    found = pd.read_csv(tmp_path / "new" / "out" / "spikes.csv")
    assert len(found) == recording.step.size
    mine = found[found["population"] != "input"].reset_index(drop=True)
    frame = recording.to_frame()
    frame = frame[frame["population"] != "input"].reset_index(drop=True)
    assert mine["neuron"].tolist() == frame["neuron"].tolist()
    assert mine["step"].tolist() == frame["step"].tolist()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("0 1 2\n0 x 3\n", 2, "the neuron must be a whole number in 0..11, got 'x'"),
        ("0 12 3", 1, "the neuron must be a whole number in 0..11, got '12'"),
        ("# a\n\n0 1 40", 3, "the step must be a whole number in 0..39, got '40'"),
        ("0 1 -1", 1, "the step must be a whole number in 0..39, got '-1'"),
        ("0 1 2.5", 1, "the step must be a whole number in 0..39, got '2.5'"),
        ("99999999999 1 2", 1, "the trial must be a whole number"),
        ("0 1", 1, "expected 'trial neuron step', got 2 values"),
        ("0 1 2 3", 1, "expected 'trial neuron step', got 4 values"),
        ("trials 2\n2 1 1", 2, "the trial must be a whole number in 0..1, got '2'"),
        ("3 1 1\ntrials 2", 2, "there are spikes of trial 3 above"),
        ("trials 2\ntrials 2", 2, "a second time"),
        ("trials 0\n0 0 0", 2, "0 trials"),
        ("0 1 1\n0 2 1\n0 1 1", 3, "the same spike as in line 1"),
    ],
)
def test_bad_inputs_are_refused_with_file_and_line(
    project: Path, tmp_path: Path, text: str, line: int, message: str
) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text)
    done = call(project, "--inputs", str(path), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert f"bad.txt:{line}: " in done.stderr
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_bad_weights_are_refused(project: Path, tmp_path: Path) -> None:
    for name, values in weights().items():
        values.tofile(tmp_path / f"{name}.f64")
    target = tmp_path / "hidden_output.f64"
    whole = target.read_bytes()
    target.write_bytes(whole[:-8])
    done = call(project, "--weights", str(tmp_path))
    assert done.returncode == 2
    assert "hidden_output.f64: 280 bytes instead of 288 (9 x 4 float64)" in done.stderr
    target.write_bytes(whole[:-8] + np.array([np.nan]).tobytes())
    done = call(project, "--weights", str(tmp_path))
    assert done.returncode == 2
    assert "the weight from neuron 8 to neuron 3 is not finite" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--inputs", "absent.txt"], "absent.txt: cannot be read"),
        (["--inputs", "src"], "src: cannot be read"),
        (["--parameters", "inputs.txt"], "inputs.txt:2: the network has no parameter 'trials'"),
        (["--seed", "1.5"], "--seed: '1.5' is not a whole number"),
        (["--seeds", "inputs.txt"], "inputs.txt:2: expected one seed, got 2 values"),
        (["--input", "x"], "cannot understand '--input'"),
        (["--out"], "cannot understand '--out'"),
        (["--out", "Makefile"], "spikes.csv: cannot be written"),
    ],
)
def test_bad_arguments_are_refused(project: Path, arguments: list[str], message: str) -> None:
    done = call(project, *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_parameters_can_be_set(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("# lower\nhidden.theta 30\n")
    done = call(project, "--parameters", str(path), "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    with build_engine("resident", MODEL, N_STEPS) as engine:
        engine.set_weights(weights())
        engine.set_parameter("hidden", "theta", 30.0)
        assert_same(tmp_path, engine.run(samples()))
    for text, message in (
        ("hidden.theta", "mine.txt:1: expected one value or 1 of 'hidden.theta', got 0"),
        ("\nhidden.theta high", "mine.txt:2: 'high' is not a number"),
        ("hidden._spikespace 100000000", "the network has no parameter 'hidden._spikespace'"),
        ("hidden.teta 3", "mine.txt:1: the network has no parameter 'hidden.teta'"),
    ):
        path.write_text(text)
        done = call(project, "--parameters", str(path))
        assert done.returncode == 2
        assert message in done.stderr


def test_the_manifest_names_the_weights_and_their_shapes(project: Path) -> None:
    record = json.loads((project / "manifest.json").read_text())
    for name, about in record["weights"].items():
        values = np.fromfile(project / name, about["dtype"]).reshape(about["shape"])
        connection = Path(name).stem
        np.testing.assert_array_equal(values, weights()[connection])
        assert f"`{connection}.f64`" in (project / "README.md").read_text()
    assert record["populations"] == MODEL.sizes
    assert "v > theta" in (project / "describe.md").read_text()
