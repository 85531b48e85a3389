"""``brainsnn sweep``: from the command to table, figure and page, and on again by ``resume``."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from brainsnn.cli.main import app
from brainsnn.datasets import Iris
from brainsnn.datasets.cockroach import CockroachAntennalLobe
from brainsnn.experiment.installed import load_protocol

COMMAND = [
    "sweep",
    "count-uci",
    *("--grid", "training.updates=1"),
    *("--set", 'sets=["iris"]', "--set", 'codes=["regular"]'),
]


@pytest.fixture
def run():
    if Iris().find() is None:
        pytest.skip("uci/iris is not there")
    return CliRunner().invoke


def test_a_sweep_leaves_a_table_a_figure_and_a_page_and_is_resumed(run, tmp_path):
    out = tmp_path / "sweep"
    done = run(app, [*COMMAND, "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    assert {row["training.updates"] for row in json.loads(done.stdout)["runs"]} == {1}
    assert list((out / "figures").glob("sweep-counts*.svg"))
    page = (out / "report.html").read_text()
    assert "brainsnn sweep count-uci --grid training.updates=1" in page
    before = pd.read_parquet(out / "runs.parquet")
    (out / "report.html").unlink()
    assert run(app, ["report", str(out)]).exit_code == 0
    assert (out / "report.html").read_text() == page
    again = run(app, ["resume", str(out), "--quiet"])
    assert again.exit_code == 0, again.output
    pd.testing.assert_frame_equal(before, pd.read_parquet(out / "runs.parquet"))


def test_what_is_no_grid_is_bad_input(run, tmp_path):
    refused = run(app, ["sweep", "count-uci", "--grid", "training.updates"])
    assert refused.exit_code == 2
    assert "no axis of a grid" in refused.output


def test_a_search_is_carried_out_and_resumed(monkeypatch, tmp_path):
    pytest.importorskip("optuna")
    protocol = load_protocol("codes-recorded")
    if CockroachAntennalLobe().find() is None:
        pytest.skip("the recording is not there")

    def judged(condition):
        work = type(protocol).prepare(protocol, condition)

        def carried_out(run, callbacks):
            work(run, callbacks)
            run.write_table("results", run.table("results").assign(validation_accuracy=0.5))

        return carried_out

    monkeypatch.setattr(protocol, "prepare", judged, raising=False)
    out, few = tmp_path / "search", ("seeds=1", "shuffles=2", "windows=[0.2, 0.5]")
    told = [word for setting in few for word in ("--set", setting)]
    command = ["sweep", "codes-recorded", "--search", "trials=2", "--range", "folds=int:3,4"]
    done = CliRunner().invoke(app, [*command, *told, "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    assert {row["trial"] for row in json.loads(done.stdout)["runs"]} == {0, 1}
    before = pd.read_parquet(out / "runs.parquet")
    again = CliRunner().invoke(app, ["resume", str(out), "--quiet"])
    assert again.exit_code == 0, again.output
    pd.testing.assert_frame_equal(before, pd.read_parquet(out / "runs.parquet"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "Nothing varies"),
        (["--range", "epochs=1,2"], "--range and --prune go with --search"),
        (["--grid", "epochs=1,2", "--prune"], "--range and --prune go with --search"),
        (["--search", "50", "--range", "epochs=int:1,2"], "write --search trials=N"),
        (["--search", "trials=many", "--range", "epochs=int:1,2"], "write --search trials=N"),
        (["--search", "trials=0", "--range", "epochs=int:1,2"], "trials"),
        (["--search", "trials=2"], "needs a setting to vary"),
        (["--search", "trials=2", "--range", "epochs=int:0,2"], "epochs"),
    ],
)
def test_what_is_no_search_is_bad_input(options, message, tmp_path):
    pytest.importorskip("optuna")
    done = CliRunner().invoke(app, ["sweep", "s4nn-mnist", *options, "--out", str(tmp_path / "s")])
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "s").exists()
