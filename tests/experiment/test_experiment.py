"""Conditions times seeds: parts in directories of their own, resumed alone or together."""

from __future__ import annotations

from functools import partial
from typing import Literal

import pandas as pd
import pytest

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError, RunDirectoryError
from brainsnn.experiment import Condition, Experiment, ExperimentConfig, resume, start
from brainsnn.experiment.experiment import open_seeds, tell
from brainsnn.records import RunDirectory
from brainsnn.training import Callback


class SumsConfig(ExperimentConfig):
    protocol: Literal["sums"] = "sums"
    numbers: tuple[int, ...] = (1, 2)


class Sums(Experiment[SumsConfig]):
    """Adds a number and a seed; fails where it is told to."""

    name, title, summary, citation = "sums", "Sums", "Sums of numbers.", "None."
    config = SumsConfig
    failing: tuple[int, ...] = ()
    done: list[tuple[int, int]]

    def __init__(self):
        self.done = []

    def conditions(self, config):
        return [
            Condition(f"plus {n}", config.model_copy(update={"numbers": (n,)}), {"number": n})
            for n in config.numbers
        ]

    def check(self, config):
        self.chosen(config)

    def prepare(self, condition):
        return partial(self.carry_out, condition)

    def carry_out(self, condition, run, callbacks):
        (number,) = condition.config.numbers
        for seed in open_seeds(run, condition.config):
            if number in self.failing:
                raise RunDirectoryError("told to fail")
            self.done.append((number, seed))
            row = {**condition.row, "seed": seed, "accuracy": number + seed}
            run.append_table("results", pd.DataFrame([row]))
            tell(run, callbacks, f"{condition.name}, seed {seed}")

    def conclude(self, run):
        return run.table("results").groupby("condition", as_index=False)["accuracy"].sum()


class Said(Callback):
    def __init__(self):
        self.lines = []

    def on_message(self, line):
        self.lines.append(line)


def configured(*overrides):
    return apply_overrides(SumsConfig(), ["seeds=2", *overrides])


def test_every_condition_is_a_run_directory_and_the_whole_holds_all_tables(tmp_path):
    said = Said()
    outcome = start(Sums(), configured(), tmp_path / "run", ["sums"], [said])
    assert outcome.claims["accuracy"].tolist() == [1 + 2, 2 + 3]
    assert outcome.summary == {"accuracy_plus 1": 1.5, "accuracy_plus 2": 2.5}
    assert said.lines == [f"plus {n}, seed {s}" for n in (1, 2) for s in (0, 1)]
    whole = RunDirectory.read(outcome.path)
    parts = [RunDirectory.read(p) for p in sorted((outcome.path / "conditions").iterdir())]
    assert [part.path.name for part in parts] == ["plus-1", "plus-2"]
    assert [part.config(SumsConfig).condition for part in parts] == ["plus 1", "plus 2"]
    assert all(part.provenance()["ended"] for part in [whole, *parts])
    gathered = pd.concat([part.table("results") for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(whole.table("results"), gathered)
    assert "plus 2, seed 1" in whole.log_file.read_text()


def test_one_condition_is_carried_out_in_the_directory_itself(tmp_path):
    outcome = start(Sums(), configured("numbers=[5]"), tmp_path / "run", ["sums"])
    assert not (outcome.path / "conditions").exists()
    assert outcome.claims["accuracy"].tolist() == [5 + 6]


def test_a_condition_can_be_run_alone_and_concludes_nothing(tmp_path):
    config = configured('condition="plus 2"')
    outcome = start(Sums(), config, tmp_path / "run", ["sums"])
    assert outcome.summary == {"accuracy_plus 2": 2.5}
    assert outcome.claims.empty
    with pytest.raises(ConfigError, match=r"Unknown condition 'plus 3'.*plus 2"):
        start(Sums(), configured('condition="plus 3"'), tmp_path / "other", ["sums"])
    with pytest.raises(ConfigError, match="no condition"):
        start(Sums(), configured("numbers=[]"), tmp_path / "other", ["sums"])
    assert not (tmp_path / "other").exists()


def test_what_has_ended_is_not_done_again_and_a_part_resumes_alone(tmp_path):
    broken, run = Sums(), tmp_path / "run"
    broken.failing = (2,)
    with pytest.raises(RunDirectoryError, match="told to fail"):
        start(broken, configured("numbers=[1, 2, 3]"), run, ["sums"])
    alone = Sums()
    part = resume(alone, run / "conditions" / "plus-2", ["sums", "resume"])
    assert alone.done == [(2, 0), (2, 1)]
    assert part.claims.empty
    rest = Sums()
    whole = resume(rest, run, ["sums", "resume"])
    assert rest.done == [(3, 0), (3, 1)]
    unbroken = start(Sums(), configured("numbers=[1, 2, 3]"), tmp_path / "unbroken", ["sums"])
    tables = [RunDirectory.read(o.path).table("results") for o in (whole, unbroken)]
    pd.testing.assert_frame_equal(*tables)


def test_a_directory_that_is_no_part_of_this_run_is_refused(tmp_path):
    run = tmp_path / "run"
    start(Sums(), configured(), run, ["sums"])
    other = start(Sums(), configured('condition="plus 1"', "seeds=3"), tmp_path / "other", ["sums"])
    part = run / "conditions" / "plus-1" / "config.toml"
    part.write_text((other.path / "config.toml").read_text())
    with pytest.raises(RunDirectoryError, match=r"plus-1: holds another part"):
        resume(Sums(), run, ["sums", "resume"])


def test_a_directory_of_an_earlier_kind_is_refused(tmp_path):
    with RunDirectory.create(tmp_path / "old", configured(), ["sums"]) as run:
        run.write_table("results", pd.DataFrame({"condition": ["plus 1"], "seed": [0]}))
    with pytest.raises(RunDirectoryError, match="kept all conditions in one directory"):
        resume(Sums(), tmp_path / "old", ["sums", "resume"])


def test_only_what_is_installed_is_carried_out_by_several_processes(tmp_path):
    with pytest.raises(ConfigError, match="'sums': it is no installed protocol"):
        start(Sums(), configured("workers=2"), tmp_path / "run", ["sums"])
