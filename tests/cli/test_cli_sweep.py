"""``brainsnn sweep``: from the command to table, figure and page, and on again by ``resume``."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from brainsnn.cli.main import app
from brainsnn.datasets import Iris

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
