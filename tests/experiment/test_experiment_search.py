"""Settings searched for: proposals, what judges them, and going on after an interruption."""

from __future__ import annotations

import sys
from functools import partial
from typing import Literal

import pandas as pd
import pytest

from brainsnn.errors import BrainsnnError, ConfigError, RunDirectoryError
from brainsnn.experiment import Experiment, ExperimentConfig, carry_out
from brainsnn.experiment.cluster import Workers
from brainsnn.experiment.searching import (
    MEASURE,
    PRUNED,
    Range,
    SearchConfig,
    read_ranges,
    search,
    trials,
)
from brainsnn.protocols.common.sweep_page import write_page
from brainsnn.records import RunDirectory
from brainsnn.training import Progress

optuna = pytest.importorskip("optuna")


class HillConfig(ExperimentConfig):
    protocol: Literal["hill"] = "hill"
    rate: float = 1.0
    size: int = 1
    kind: str = "a"


class Hill(Experiment[HillConfig]):
    """Best on validation at a rate of 0.1 and of kind b; test trials say the contrary."""

    name, title, summary, citation = "hill", "Hill", "A hill.", "None."
    config = HillConfig

    def __init__(self):
        self.done, self.failing, self.validates = [], None, True
        self.epochs = self.trained = 0

    def prepare(self, condition):
        return partial(self.carry_out, condition.config)

    def carry_out(self, config, run, callbacks):
        if len(self.done) == self.failing:
            raise BrainsnnError("told to fail")
        self.done.append((config.rate, config.size, config.kind, config.seed))
        height = 0.5 / (1 + abs(config.rate - 0.1)) + 0.4 * (config.kind == "b")
        row = {"seed": config.seed, "accuracy": 1 - height}
        for epoch in range(1, self.epochs + 1):
            self.trained += 1
            metrics = [{MEASURE: height * k / self.epochs} for k in range(1, epoch + 1)]
            run.write_metrics(pd.DataFrame(metrics))
            for callback in callbacks:
                callback.on_epoch_end(Progress(epoch, self.epochs, 0, 0), metrics)
        if self.validates:
            row["validation_accuracy"] = height + config.seed / 1000
        run.write_table("results", pd.DataFrame([row]))

    def totals(self, run):
        return {}

    def conclude(self, run):
        return pd.DataFrame()


@pytest.fixture
def hill(monkeypatch):
    protocol = Hill()
    monkeypatch.setattr(trials, "load_protocol", lambda name: protocol)
    monkeypatch.setattr(carry_out, "load_protocol", lambda name: protocol)
    return protocol


MANY = SearchConfig(
    search="hill",
    ranges=read_ranges(["rate=log:0.001,10", "size=int:1,9"]),
    grid={"kind": ("a", "b")},
    trials=25,
    seeds=2,
)


def run(config, path):
    return search(config, path, ["brainsnn", "sweep"], Workers())


def test_validation_is_what_is_climbed(tmp_path, hill):
    table = run(MANY, tmp_path / "search")
    assert list(table)[:6] == ["trial", "rate", "size", "kind", "seed", "run"]
    assert len(table) == len(hill.done) == 50
    study = RunDirectory.read(tmp_path / "search").table("study")
    best = study.loc[study["validation_accuracy"].idxmax()]
    assert best["kind"] == "b"
    assert 0.03 < float(best["rate"]) < 0.3
    assert best["validation_accuracy"] == pytest.approx(
        table.groupby("trial")["validation_accuracy"].mean().max()
    )
    last = study.tail(10)
    assert (last["kind"] == "b").mean() > 0.7, "proposals follow what was found"


def test_interrupted_it_proposes_what_it_would_have_proposed(tmp_path, hill):
    whole = run(MANY, tmp_path / "whole")
    done, hill.done = hill.done, []
    hill.failing = 23  # Within a trial, whose first seed has ended.
    with pytest.raises(BrainsnnError, match="told to fail"):
        run(MANY, tmp_path / "search")
    study = RunDirectory.read(tmp_path / "search").table("study")
    assert study["validation_accuracy"].isna().tolist() == [False] * 11 + [True]
    hill.failing = None
    pd.testing.assert_frame_equal(run(MANY, tmp_path / "search"), whole)
    assert hill.done == done


def test_points_below_the_median_are_given_up_and_stay_so(tmp_path, hill):
    hill.epochs = 4
    pruning = MANY.model_copy(update={"prune": True})
    table = run(pruning, tmp_path / "search")
    study = RunDirectory.read(tmp_path / "search").table("study")
    given_up = study[study[PRUNED] > 0]
    assert 0 < len(given_up) < 20
    assert (study[PRUNED][:5] == 0).all()
    assert set(table["trial"]) == set(study["trial"]) - set(given_up["trial"])
    assert given_up[MEASURE].max() < study[MEASURE].max()
    assert hill.trained == 4 * 2 * (25 - len(given_up)) + given_up[PRUNED].sum()
    trained = hill.trained
    pd.testing.assert_frame_equal(run(pruning, tmp_path / "search"), table)
    assert hill.trained == trained
    assert write_page([tmp_path / "search"], tmp_path / "search").exists()


def test_a_search_may_grow_but_not_become_another(tmp_path, hill):
    few = MANY.model_copy(update={"trials": 3})
    run(few, tmp_path / "search")
    run(few.model_copy(update={"trials": 4}), tmp_path / "search")
    assert len(hill.done) == 8
    other = few.model_copy(update={"ranges": read_ranges(["rate=0,1"])})
    with pytest.raises(RunDirectoryError, match=r"holds a search of hill.*other: ranges"):
        run(other, tmp_path / "search")


def test_other_seeds_look_elsewhere(tmp_path, hill):
    few = MANY.model_copy(update={"trials": 2})
    first = run(few, tmp_path / "first")["rate"]
    second = run(few.model_copy(update={"seed": 7}), tmp_path / "second")["rate"]
    assert not set(first) & set(second)


def test_test_trials_are_nothing_to_choose_by(tmp_path, hill):
    hill.validates = False
    with pytest.raises(ConfigError, match="hill keeps no validation trials"):
        run(MANY, tmp_path / "search")


def test_the_page_names_the_best_trial(tmp_path, hill):
    run(MANY.model_copy(update={"trials": 3}), tmp_path / "search")
    text = write_page([tmp_path / "search"], tmp_path / "search").read_text()
    assert "Search of settings of hill" in text
    assert "--range rate=log:0.001,10.0 --range size=int:1,9 --grid kind=a,b" in text
    assert (tmp_path / "search" / "figures" / "search.svg").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ranges": {}, "grid": {}}, "needs a setting to vary"),
        ({"grid": {"rate": ("1", "2")}}, "'rate' has a range and a list"),
        ({"ranges": {"rat": Range(low=0, high=1)}}, "rat"),
        ({"ranges": {"size": Range(low=0.5, high=1)}}, "size"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_anything_runs(change, message, tmp_path, hill):
    with pytest.raises(ConfigError, match=message):
        run(MANY.model_copy(update=change), tmp_path / "search")
    assert not hill.done
    assert not (tmp_path / "search").exists()


def test_a_foreign_study_is_refused(tmp_path, hill):
    few = MANY.model_copy(update={"trials": 2})
    run(few, tmp_path / "search")
    pd.DataFrame({"trial": [0]}).to_parquet(tmp_path / "search" / "study.parquet")
    with pytest.raises(RunDirectoryError, match="is no table of this search"):
        run(few, tmp_path / "search")


def test_without_optuna_the_extra_is_named(tmp_path, hill, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ConfigError, match=r"pip install 'brainsnn\[search\]'"):
        run(MANY, tmp_path / "search")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a=0.1,2", Range(low=0.1, high=2)),
        ("a=log:0.1,2", Range(low=0.1, high=2, log=True)),
        ("a=int:1,5", Range(low=1, high=5, whole=True)),
        ("a=log:int:1,5", Range(low=1, high=5, whole=True, log=True)),
    ],
)
def test_ranges_are_read(text, found):
    assert read_ranges([text]) == {"a": found}


@pytest.mark.parametrize(
    "text",
    [
        *("a", "=1,2", "a=1", "a=1,2,3", "a=2,1", "a=1,1", "a=x,y", "a=log:0,1", "a=int:1,2.5"),
        *("a=exp:1,2", "a=log:log:1,2", "a=nan,1", "a=1,inf"),
    ],
)
def test_what_is_no_range_is_refused(text):
    with pytest.raises(ConfigError, match="is no range") as refused:
        read_ranges([text])
    assert not [word for word in ("[type=", "input_value", "unpack") if word in str(refused.value)]


def test_a_range_given_twice_is_refused():
    with pytest.raises(ConfigError, match="given twice"):
        read_ranges(["a=1,2", "a=1,3"])
