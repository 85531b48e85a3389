"""``brainsnn report``: a page anew from tables, opened or not."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from brainsnn.cli.main import app
from brainsnn.datasets.cockroach import CockroachAntennalLobe
from brainsnn.experiment.installed import load_protocol
from brainsnn.records import RunDirectory

LITTLE = ["seeds=2", "shuffles=2", "windows=[0.2, 0.5]", "folds=3"]


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    if CockroachAntennalLobe().find() is None:
        pytest.skip("the recording is not there")
    path = tmp_path_factory.mktemp("report") / "run"
    settings = [word for setting in LITTLE for word in ("--set", setting)]
    done = call("run", "codes-recorded", *settings, "--quiet", "--out", path)
    assert done.exit_code == 0, done.output
    return path


def ended(path):
    return RunDirectory.read(path).provenance()["ended"]


def test_the_page_is_written_again_and_opened(whole, monkeypatch):
    page, opened = whole / "report.html", []
    before = page.read_text().replace("ended</dt><dd>\u2013", f"ended</dt><dd>{ended(whole)}")
    page.unlink()
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    assert call("report", whole).exit_code == 0
    assert page.read_text() == before
    assert not opened
    done = call("report", whole, "--open")
    assert done.stdout.strip() == f"Report: {page.resolve()}"
    assert opened == [page.resolve().as_uri()]


def test_no_browser_is_said(whole, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    done = call("report", whole, "--open")
    assert done.exit_code == 0
    assert "no browser" in done.stderr


def test_nothing_is_reported_of_a_run_that_has_not_ended_or_of_a_part(tmp_path):
    config = load_protocol("codes-recorded").config()
    with RunDirectory.create(tmp_path / "run", config, []) as run:
        pass
    refused = call("report", run.path)
    assert refused.exit_code == 2
    assert f"brainsnn resume {run.path}" in refused.stderr
    part = load_protocol("s4nn-mnist").config(condition="one")
    with RunDirectory.create(tmp_path / "part", part, []) as run:
        run.finish()
    refused = call("report", run.path)
    assert refused.exit_code == 2
    assert "of one condition, 'one'" in refused.stderr


def test_what_is_no_run_is_refused(tmp_path):
    assert call("report", tmp_path).exit_code == 2
