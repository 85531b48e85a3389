"""The command line: what it prints, what it refuses, and its exit codes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from brainsnn.cli.main import app
from brainsnn.datasets import MNIST

SMALL = [
    *("--set", "epochs=1"),
    *("--set", "data.n_train=300"),
    *("--set", "data.n_validation=200"),
    *("--set", "data.n_test=100"),
    *("--set", "network.hidden=[20]"),
    *("--set", "thresholds=[]"),
    *("--set", "recipe.fitted=false"),
]
needs_mnist = pytest.mark.skipif(MNIST().find() is None, reason="MNIST is not on this machine")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "trained"
    result = call("run", "s4nn-mnist", *SMALL, "--json", "--out", str(path))
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record["run"] == str(path)
    assert 0 <= record["accuracy_ties_wrong"] <= record["accuracy_ties_right"] <= 1
    assert {"claim", "paper", "ours", "unit", "verdict"} <= record["claims"][0].keys()
    return path


@needs_mnist
def test_a_run_leaves_a_whole_run_directory(trained: Path) -> None:
    for name in ("config.toml", "provenance.json", "metrics.parquet", "trials.parquet"):
        assert (trained / name).stat().st_size > 0
    for name in ("spikes.parquet", "weights.npz", "report.html", "checkpoints/latest.npz"):
        assert (trained / name).stat().st_size > 0
    shown = call("show", str(trained))
    assert shown.exit_code == 0
    assert "accuracy_ties_wrong" in shown.stdout


@needs_mnist
def test_an_existing_run_is_not_overwritten(trained: Path) -> None:
    again = call("run", "s4nn-mnist", *SMALL, "--quiet", "--out", str(trained))
    assert again.exit_code == 2
    assert "holds a run already" in again.stderr


@needs_mnist
def test_evaluate_repeats_the_runs_trials(trained: Path, tmp_path: Path) -> None:
    weights = str(trained / "weights.npz")
    out = tmp_path / "again"
    result = call(
        "evaluate", "s4nn-mnist", *SMALL, "--weights", weights, "--out", str(out), "--json"
    )
    assert result.exit_code == 0, result.output
    pd.testing.assert_frame_equal(
        pd.read_parquet(out / "trials.parquet"), pd.read_parquet(trained / "trials.parquet")
    )


@needs_mnist
def test_evaluate_shows_where_the_time_of_a_trial_goes(trained: Path, tmp_path: Path) -> None:
    weights = str(trained / "weights.npz")
    out = tmp_path / "profiled"
    result = call(
        *("evaluate", "s4nn-mnist", *SMALL, "--weights", weights, "--out", str(out), "--profile")
    )
    assert result.exit_code == 0, result.output
    assert "A trial, by object:" in result.stdout
    profile = pd.read_parquet(out / "profile.parquet")
    assert np.isclose(profile["share"].sum(), 1)
    assert "input_hidden_pre_codeobject" in set(profile["object"])


@needs_mnist
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_output": None}, "'hidden_output' is missing"),
        ({"surplus": np.zeros(1)}, "'surplus' is nothing that"),
        ({"hidden_output": np.zeros((10, 20))}, "transposed"),
        ({"hidden_output": np.full((20, 10), np.inf)}, "NaN or infinite"),
    ],
)
def test_evaluate_refuses_weights_that_do_not_fit(
    trained: Path, tmp_path: Path, change: dict[str, np.ndarray | None], message: str
) -> None:
    with np.load(trained / "weights.npz", allow_pickle=False) as file:
        weights = {**dict(file), **change}
    path = tmp_path / "weights.npz"
    np.savez(path, **{name: values for name, values in weights.items() if values is not None})
    out = tmp_path / "out"
    result = call(
        "evaluate", "s4nn-mnist", *SMALL, "--weights", str(path), "--out", str(out), "--json"
    )
    assert result.exit_code == 2
    assert message in json.loads(result.stdout)["error"]
    assert not out.exists()


@needs_mnist
def test_ctrl_c_saves_and_resume_finishes(tmp_path: Path) -> None:
    path = tmp_path / "interrupted"
    many = [s.replace("epochs=1", "epochs=40") for s in SMALL]
    command = [
        sys.executable,
        "-m",
        "brainsnn.cli.main",
        "run",
        "s4nn-mnist",
        *many,
        "--out",
        str(path),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "epoch 1/" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.stderr.read()
        assert process.wait() == 130
    assert (path / "checkpoints" / "latest.npz").exists()
    result = call("resume", str(path), "--json")
    assert result.exit_code == 0, result.output
    assert len(pd.read_parquet(path / "metrics.parquet")) == 40


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "s4nn-mnits"], "Did you mean 's4nn-mnist'"),
        (["run", "s4nn-mnist", "--set", "epoch=5"], "Did you mean 'epochs'"),
        (["run", "s4nn-mnist", "--set", "epochs=many"], "epochs = 'many' is not possible"),
        (["run", "s4nn-mnist", "--set", "epochs=0"], "greater than or equal to 1"),
        (["run", "s4nn-mnist", "--set", "rule.nam=s4nn"], "rule.nam"),
        (["run", "s4nn-mnist", "--engine", "residend"], "Did you mean 'resident'"),
        (["run", "s4nn-mnist", "--preset", "faithfull"], "Did you mean 'faithful'"),
        (["describe", "s4nn-mnist", "--set", "network.hidden=[]"], "network.hidden"),
        (["evaluate", "s4nn-mnist", "--weights", "absent.npz"], "absent.npz: no such file"),
        (["resume", "absent"], "not a run directory"),
        (["data", "mnits"], "Did you mean 'mnist'"),
    ],
)
def test_bad_input_is_explained_before_anything_runs(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert not list(tmp_path.iterdir())


def test_list_show_describe() -> None:
    assert "s4nn-mnist" in json.loads(call("list", "--json").stdout)["protocols"]
    assert "learning_rate" in call("show", "s4nn-mnist").stdout
    assert "v > theta" in call("describe", "s4nn-mnist").stdout
    assert call("describe", "s4nn-mnist", "--markdown").stdout.startswith("# s4nn-mnist")
    small = ("--set", "network.hidden=[5]")
    assert "dv'/dv = " in call("describe", "s4nn-mnist", "--gradient", *small).stdout


def test_doctor_names_what_it_found() -> None:
    result = call("doctor", "--json")
    findings = json.loads(result.stdout)
    assert findings["compiler"]["good"] is not None
    assert result.exit_code == (2 if any(f["good"] is False for f in findings.values()) else 0)
