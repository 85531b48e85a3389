"""The experiments of activation- and timing-based gradients, from data to report."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.claim_table import read_claims
from brainsnn.analysis.ledger import read_ledger
from brainsnn.config import apply_overrides
from brainsnn.engine import build_engine
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import resume, start
from brainsnn.protocols.antlr.matching import PROTOCOL as MATCHING
from brainsnn.protocols.antlr.tasks import (
    SURVEYED,
    Sizes,
    draw_task,
    gradient_at,
    principal_directions,
)
from brainsnn.protocols.record import main as record
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams

ENGINE = "resident" if shutil.which("g++") else "runtime"
LITTLE = (
    f"engine={ENGINE}",
    "outputs=[1]",
    "hidden=[12]",
    "n_steps=40",
    "seeds=2",
    "updates=25",
    "shift=2",
    "landscape.tasks=1",
    "landscape.points=4",
)


@pytest.fixture(scope="module")
def matching(tmp_path_factory):
    config = apply_overrides(MATCHING.config(), LITTLE)
    path = tmp_path_factory.mktemp("matching") / "run"
    return start(MATCHING, config, path, ["brainsnn", "run", "antlr-matching"])


def test_matching_from_tasks_to_report(matching):
    run = RunDirectory.read(matching.path)
    tasks = run.table("tasks")
    assert len(tasks) == 2 * 2 * 4
    for _, task in tasks.groupby(["network", "seed"]):
        assert task["first"].nunique() == task["silence"].nunique() == 1
    losses = run.table("losses")
    assert losses["update"].max() == 25
    assert set(run.table("landscape").columns) >= {"true", *SURVEYED}
    page = run.report.read_text(encoding="utf-8")
    assert "Landscapes" in page
    assert page.count("<svg") == 3
    claims = run.table("claims")
    assert claims["paper"].isna().all()
    assert not claims["verdict"].isin(["met", "not met"]).any()
    still = claims[claims["claim"].str.contains("rises by, timing, no penalty")]
    assert set(still["verdict"]) == {"no comparison"}
    assert matching.summary["loss_antlr"] == pytest.approx(
        tasks[tasks["method"] == "antlr"]["last"].mean()
    )


def test_what_is_there_is_not_done_again(matching, tmp_path):
    shutil.copytree(matching.path, tmp_path / "run")
    before = RunDirectory.read(matching.path).table("tasks")
    resume(MATCHING, tmp_path / "run", ["brainsnn", "resume"])
    pd.testing.assert_frame_equal(RunDirectory.read(tmp_path / "run").table("tasks"), before)


def test_matching_is_recorded_a_row_a_condition_and_method(matching, tmp_path):
    record([matching.path], tmp_path)
    kept = read_ledger(tmp_path)
    assert len(kept) == 2 * 4
    assert "10-12-1, 1 target spike, antlr" in set(kept["variant"])
    assert kept["accuracy"].isna().all()
    assert len(read_claims(tmp_path)["antlr-matching"]) == len(matching.claims)


def test_tasks_hold_as_many_spikes_as_asked_for():
    sizes = Sizes(n_inputs=6, n_outputs=2, input_spikes=4, target_spikes=3, n_steps=20)
    task, again = draw_task(sizes, Streams(7)), draw_task(sizes, Streams(7))
    np.testing.assert_array_equal(np.bincount(task.inputs.neuron), [4] * 6)
    np.testing.assert_array_equal(np.bincount(task.wanted.neuron), [3, 3])
    np.testing.assert_array_equal(task.wanted.step, again.wanted.step)
    assert task.silence > 0


def test_gradients_of_a_plane_are_those_of_its_directions():
    rng = np.random.default_rng(0)
    plane = np.linalg.qr(rng.normal(size=(9, 2)))[0].T
    gradients = np.vstack([rng.normal(size=(40, 2)) @ plane, np.zeros((1, 9))])
    found = principal_directions(gradients)
    np.testing.assert_allclose(found.T @ found, plane.T @ plane, atol=1e-12)


def test_the_gradient_at_a_point_has_all_parameters():
    config = apply_overrides(MATCHING.config(), LITTLE)
    config = MATCHING.conditions(config)[0].config
    model, task = config.network(1), draw_task(config.task_sizes, Streams(0))
    point = np.random.default_rng(1).normal(0.3, 0.3, 10 * 12 + 12 + 12 + 1)
    with build_engine("runtime", model, config.n_steps + 2) as engine:
        loss, gradient = gradient_at(engine, config.descent.rule("antlr", task), task, point)
        np.testing.assert_array_equal(
            np.concatenate([w.ravel() for w in engine.weights.values()]), point
        )
    assert gradient.shape == point.shape
    assert loss > 0
    assert gradient.any()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("input_spikes=101", "must be in 1..100"),
        ("target_spikes=[1, 0]", "must be in 1..100"),
        ("outputs=[0]", "each must be 1 or more"),
    ],
)
def test_impossible_tasks_are_refused(override, message):
    with pytest.raises(ConfigError, match=message):
        MATCHING.check(apply_overrides(MATCHING.config(), [override]))
