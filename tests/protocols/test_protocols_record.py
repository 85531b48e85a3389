"""What of a run is kept among the measured rows, and which runs are not."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from brainsnn.analysis.ledger import read_ledger
from brainsnn.analysis.tables import TableError
from brainsnn.errors import RunDirectoryError
from brainsnn.protocols.record import main as record
from brainsnn.protocols.record import rows
from brainsnn.records import RunDirectory

TRIALS = pd.DataFrame(
    {
        "trial": [0, 1],
        "label": [0, 1],
        "decision": [0, 0],
        "decision_step": [10, 20],
        "tie": [False, False],
        "silent": [False, False],
        "candidate": [True, False],
        "first_step_0": [10, 20],
        "first_step_1": [30, 60],
        "spikes_to_decision": [5, 6],
    }
)


def git(folder, *words):
    identity = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    command = ["git", "-C", str(folder), *identity, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def run_of(path, commit):
    """A finished run of one network, by the program of a commit, ten short epochs before one."""
    path.mkdir()
    provenance = {
        "command": ["brainsnn", "run", "s4nn-mnist", "--out", "x"],
        "seed": 3,
        "started": "2026-01-01T00:00:00",
        "ended": "2026-01-01T00:01:00",
        "commit": commit,
        "machine": {"cpu": "C", "cores": 2},
    }
    (path / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    text = 'protocol = "s4nn-mnist"\nseed = 3\n'
    (path / "config.toml").write_text(text, encoding="utf-8")
    TRIALS.to_parquet(path / "trials.parquet")
    pd.DataFrame({"epoch": [1], "loss": [0.5]}).to_parquet(path / "metrics.parquet")
    pd.DataFrame({"epoch": range(1, 11)}).to_parquet(path / "short.parquet")
    return path


def test_a_run_of_a_commit_in_the_history_is_kept(repository, tmp_path):
    run = run_of(tmp_path / "run", git(repository, "rev-parse", "HEAD"))
    git(repository, "commit", "-q", "--allow-empty", "-m", "second")
    record([run], repository / "results")
    row = read_ledger(repository / "results").iloc[0]
    assert row["label_step"] == 35  # 10 and 60: where the winner fired, plays no part
    assert row["decision_step"] == 15
    assert row["epochs"] == 11
    assert RunDirectory.read(run).provenance()["commit"] == row["commit"]


@pytest.mark.parametrize("commit", [None, "0" * 40, "not a commit"])
def test_a_run_of_a_commit_outside_the_history_is_refused(repository, tmp_path, commit):
    with pytest.raises(RunDirectoryError, match="not in the history"):
        record([run_of(tmp_path / "run", commit)], repository / "results")
    assert not (repository / "results").exists()


def test_a_commit_of_a_branch_that_was_never_merged_is_refused(repository, tmp_path):
    first = git(repository, "rev-parse", "HEAD")
    git(repository, "commit", "-q", "--allow-empty", "-m", "on a branch")
    lost = git(repository, "rev-parse", "HEAD")
    git(repository, "reset", "-q", "--hard", first)
    with pytest.raises(RunDirectoryError, match=lost):
        record([run_of(tmp_path / "run", lost)], repository / "results")


@pytest.mark.parametrize(
    ("data", "words", "variant"),
    [
        ("", [], "default"),
        ('[data]\nname = "mnist"\n', ["--preset", "faithful"], "faithful"),
        ('[data]\nname = "fashion-mnist"\n', [], "default on fashion-mnist"),
        ('data = "nmnist-small"\n', [], "default"),
    ],
)
def test_a_variant_says_which_data_it_is_of(tmp_path, data, words, variant):
    path = run_of(tmp_path / "run", None)
    provenance = json.loads((path / "provenance.json").read_text(encoding="utf-8"))
    provenance["command"] += words
    (path / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    with (path / "config.toml").open("a", encoding="utf-8") as file:
        file.write(data)
    assert rows(RunDirectory.read(path))[0]["variant"] == variant


def test_several_seeds_of_a_network_are_a_row_each(tmp_path):
    whole = run_of(tmp_path / "run", None)
    (whole / "conditions").mkdir()
    for seed in (3, 4):
        part = run_of(whole / "conditions" / f"seed{seed}", None)
        text = f'protocol = "s4nn-mnist"\nseed = {seed}\n'
        (part / "config.toml").write_text(text, encoding="utf-8")
    record([whole], tmp_path / "results")
    assert read_ledger(tmp_path / "results")["seed"].tolist() == [3, 4]


def test_rows_outside_a_repository_have_no_history(tmp_path):
    record([run_of(tmp_path / "run", None)], tmp_path / "results")
    assert len(read_ledger(tmp_path / "results")) == 1


def test_every_measured_row_is_of_a_commit_of_this_history():
    """Where there is a history: in a clone that has it whole."""
    folder = Path(__file__).parents[2]
    whole = ["git", "-C", str(folder), "rev-parse", "--is-shallow-repository"]
    if subprocess.run(whole, check=False, capture_output=True, text=True).stdout.strip() != "false":
        pytest.skip("the history of this repository is not here")
    known = set(git(folder, "rev-list", "HEAD").split())
    kept = read_ledger(folder / "results")
    lost = kept[~kept["commit"].isin(known)]
    assert lost.empty, lost[["protocol", "variant", "commit"]].to_string()


def test_claims_of_another_form_are_refused_before_a_row_is_written(
    repository, tmp_path, monkeypatch
):
    run = run_of(tmp_path / "run", git(repository, "rev-parse", "HEAD"))
    monkeypatch.setattr(
        "brainsnn.protocols.record.claims_of", lambda _: pd.DataFrame({"claim": ["a"]})
    )
    with pytest.raises(TableError, match=r"claims of .*run table lacks"):
        record([run], repository / "results")
    assert not (repository / "results").exists()
