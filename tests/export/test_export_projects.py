"""Exporting from models, protocols, runs and the command line; what is refused leaves nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from disk import full_disk
from export.test_export_cpp import (
    MODEL,
    N_STEPS,
    assert_same,
    call,
    expected,
    make,
    samples,
    weights,
)
from typer.testing import CliRunner

from brainsnn.cli.main import app
from brainsnn.config import apply_overrides
from brainsnn.datasets import MNIST
from brainsnn.errors import ConfigError, EngineError, WeightsError
from brainsnn.experiment.installed import load_protocol
from brainsnn.export import TARGETS, build_project, build_protocol
from brainsnn.records import RunDirectory, save_weights
from brainsnn.streams import Streams

TINY = ("recipe.fitted=false", "data.n_train=20", "network.hidden=[30]")


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(ConfigError, match="is there already"):
        build_project("cpp", MODEL, N_STEPS, weights(), samples(), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_unknown_targets_and_weights_that_do_not_fit_leave_nothing(tmp_path: Path) -> None:
    out = tmp_path / "net"
    with pytest.raises(ConfigError, match="Did you mean 'cpp'"):
        build_project("cp", MODEL, N_STEPS, weights(), samples(), out)
    swapped = {**weights(), "hidden_output": weights()["hidden_output"].T}
    with pytest.raises(WeightsError, match="transposed"):
        build_project("cpp", MODEL, N_STEPS, swapped, samples(), out)
    assert not any(tmp_path.iterdir())


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    with full_disk(1000), pytest.raises(EngineError, match="cannot be written"):
        build_project("cpp", MODEL, N_STEPS, weights(), samples(), tmp_path / "net")
    assert not any(tmp_path.iterdir())


def test_every_target_is_a_function() -> None:
    assert all(callable(target) for target in TARGETS.values())


@pytest.mark.skipif(MNIST().find() is None, reason="MNIST is not on this machine")
def test_s4nn_mnist_from_a_run_to_a_program(tmp_path: Path) -> None:
    protocol = load_protocol("s4nn-mnist")
    config = apply_overrides(protocol.config(), TINY)
    model = protocol.model(config)
    learned = model.draw_weights(Streams(11))
    with RunDirectory.create(tmp_path / "run", config, ["brainsnn"]) as run:
        run.write_weights(learned)
    out = tmp_path / "net"
    arguments = ["--weights", str(tmp_path / "run"), "--out", str(out), "--samples", "30"]
    result = CliRunner().invoke(app, ["build", "s4nn-mnist", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "path": str(out),
        "target": "cpp",
        "weights": f"of {tmp_path / 'run'}",
        "samples": 30,
        "changed": None,
    }
    make(out)
    done = call(out)
    assert done.returncode == 0, done.stderr
    trials = protocol.material(config, Streams(0)).validation.inputs.take(np.arange(30))
    assert_same(out, expected(model, learned, trials))


def test_without_samples_no_data_is_needed(no_data: Path) -> None:
    protocol = load_protocol("s4nn-caltech")
    built = build_protocol(protocol, protocol.config(), no_data / "net", n_samples=0)
    assert built.samples == 0
    assert "untrained" in built.text()
    assert (no_data / "net" / "inputs.txt").read_text() == "# trial neuron step\ntrials 0\n"


def test_the_command_explains_what_it_refuses(tmp_path: Path) -> None:
    protocol = load_protocol("s4nn-mnist")
    other = protocol.model(apply_overrides(protocol.config(), TINY)).draw_weights(Streams(0))
    save_weights(tmp_path / "other.npz", other)
    build = ["build", "s4nn-mnist", "--samples", "0", "--out", str(tmp_path / "net")]
    for arguments, message in (
        (["--target", "cp"], "Did you mean 'cpp'"),
        (["--weights", str(tmp_path / "other.npz")], "expected (pre, post) = (784, 400)"),
        (["--weights", str(tmp_path)], "not a run directory"),
        (["--weights", str(tmp_path / "absent.npz")], "no such file"),
    ):
        result = CliRunner().invoke(app, [*build, *arguments])
        assert result.exit_code == 2, result.output
        assert message in result.stderr
    assert not (tmp_path / "net").exists()
