"""``brainsnn new``: what it writes passes its own test; what it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import brainsnn
from brainsnn.cli.main import app

NAMES = {"neuron": "my_neuron", "rule": "my_rule", "protocol": "my-task"}


def call(*arguments):
    return CliRunner().invoke(app, ["new", *map(str, arguments)])


@pytest.mark.parametrize("kind", NAMES)
def test_a_file_and_its_test_are_written_and_named(kind, tmp_path):
    folder = tmp_path / "mine"
    done = call(kind, NAMES[kind], "--out", folder)
    assert done.exit_code == 0, done.output
    module = NAMES[kind].replace("-", "_")
    assert sorted(path.name for path in folder.iterdir()) == [f"{module}.py", f"test_{module}.py"]
    assert f"python -m pytest {folder / f'test_{module}.py'}" in done.stdout


@pytest.mark.slow
def test_what_is_written_passes_its_own_test(tmp_path):
    for kind, name in NAMES.items():
        assert call(kind, name, "--out", tmp_path / "mine").exit_code == 0
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path / "mine"]
    tried = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert "5 passed" in tried.stdout


@pytest.mark.slow
def test_a_protocol_carries_out_its_demo_by_itself(tmp_path):
    assert call("protocol", "my-task", "--out", tmp_path).exit_code == 0
    few = ["hidden=[2]", "n_train=10", "epochs=1", "engine=runtime"]
    run = [sys.executable, "my_task.py", "runs/my-task", *few]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "my-task" / "results.parquet").exists()


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ("neuron", "lambda", "word of Python"),
        ("neuron", "print", "word of Python"),
        ("neuron", "adex", "A neuron named 'adex' is there already"),
        ("neuron", "current_based", "A neuron named 'current_based' is there already"),
        ("rule", "bptt", "A rule named 'bptt' is there already"),
        ("protocol", "s4nn_mnist", "A protocol named 's4nn-mnist' is there already"),
        ("rule", "random", "a module that is installed"),
        ("rule", "bound-rule", "the file itself uses"),
        ("neuron", "bs", "the file itself uses"),
        ("neuron", "MyNeuron", "no name"),
        ("neuron", "../mine", "no name"),
        ("neuron", "2fast", "no name"),
        ("neuron", "", "no name"),
        ("neuron", "my__neuron", "no name"),
        ("neuron", "mine\n", "no name"),
    ],
)
def test_bad_names_are_refused_by_name(kind, name, message, tmp_path):
    done = call(kind, name, "--out", tmp_path)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("there", ["mine.py", "test_mine.py"])
def test_nothing_is_overwritten(there, tmp_path):
    (tmp_path / there).write_text("mine")
    done = call("rule", "mine", "--out", tmp_path)
    assert done.exit_code == 2
    assert f"{tmp_path / there}: is there already" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


def test_the_installation_is_left_alone():
    folder = Path(brainsnn.__path__[0]) / "learning"
    done = call("rule", "mine", "--out", folder)
    assert done.exit_code == 2
    assert "brainsnn's own folder" in done.stderr
    assert not (folder / "mine.py").exists()


def test_an_unknown_kind_is_bad_input():
    assert call("synapse", "mine").exit_code == 2
