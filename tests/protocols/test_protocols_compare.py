"""Runs side by side: each under a name of its own, and trial by trial only where trials are one."""

import numpy as np
import pandas as pd
import pytest

from brainsnn.errors import RunDirectoryError
from brainsnn.protocols.common.compare import compare, read_trials
from brainsnn.records import RunDirectory
from brainsnn.training import TrainingConfig


@pytest.fixture
def run(tmp_path):
    """Write a run of 100 trials, some of them wrong."""

    def written(name, wrong, label=None, **columns):
        label = np.arange(100) % 2 if label is None else label
        decision = np.where(np.arange(100) < wrong, 1 - label, label)
        table = {
            "trial": np.arange(100),
            "label": label,
            "decision": decision,
            "decision_step": 20 + label,
            "tie": False,
            "silent": False,
            "candidate": decision == label,
            **columns,
        }
        config = TrainingConfig()
        with RunDirectory.create(tmp_path / name, config, ["x"], seed=0) as directory:
            directory.write_trials(pd.DataFrame(table))
        return directory.path

    return written


def test_runs_of_one_name_are_told_apart(run, tmp_path):
    paths = [run("antlr-mnist/first", 40), run("count-mnist/first", 20), run("s4nn/second", 0)]
    means = read_trials(paths).groupby("code")["candidate"].mean()
    assert means.to_dict() == {
        "antlr-mnist/first": 0.6,
        "count-mnist/first": 0.8,
        "s4nn/second": 1.0,
    }
    assert set(read_trials(paths[1:])["code"]) == {"first", "second"}
    page = compare(paths, tmp_path / "out").read_text()
    assert "McNemar" in page
    assert all(text in page for text in ("60.00", "80.00", "100.00"))


def test_a_run_is_not_compared_with_itself(run):
    path = run("s4nn/first", 3)
    with pytest.raises(RunDirectoryError, match="the same run directory is given twice"):
        read_trials([path, path.parent / "." / "first"])


def test_runs_of_other_trials_have_no_paired_tests(run, tmp_path):
    label = np.random.default_rng(0).integers(0, 2, 100)
    page = compare([run("a/first", 5), run("a/second", 3, label)], tmp_path / "out").read_text()
    assert "McNemar" not in page
    assert "these are not the same trials" in page


def test_runs_with_holes_are_refused(run, tmp_path):
    holed = np.where(np.arange(100) < 3, np.nan, 1.0)
    for column in ("label", "decision", "tie", "candidate"):
        paths = [run(f"{column}/first", 5), run(f"{column}/second", 3, **{column: holed})]
        with pytest.raises(
            RunDirectoryError, match=f"cannot be compared.*{column} is missing in 3"
        ):
            compare(paths, tmp_path / "out")
