"""A protocol over a grid of settings: what is run, what is not run again, and the table of all."""

from __future__ import annotations

from functools import partial
from typing import Literal

import pandas as pd
import pytest
from distributed import LocalCluster

from brainsnn.errors import BrainsnnError, ConfigError, RunDirectoryError
from brainsnn.experiment import Experiment, ExperimentConfig, carry_out
from brainsnn.experiment import sweep as sweeps
from brainsnn.experiment.cluster import Workers
from brainsnn.experiment.sweep import SweepConfig, read_grid, sweep
from brainsnn.records import RunDirectory


class ProductConfig(ExperimentConfig):
    protocol: Literal["product"] = "product"
    factor: int = 1
    rate: float = 1.0
    names: tuple[str, ...] = ()


class Product(Experiment[ProductConfig]):
    """Multiplies; fails once at a factor that it is told."""

    name, title, summary, citation = "product", "Product", "A product.", "None."
    config = ProductConfig

    def __init__(self):
        self.done, self.failing = [], None

    def prepare(self, condition):
        return partial(self.carry_out, condition.config)

    def carry_out(self, config, run, callbacks):
        if config.factor == self.failing:
            raise BrainsnnError("told to fail")
        self.done.append((config.factor, config.rate, config.seed))
        row = {"seed": config.seed, "accuracy": config.factor * config.rate + config.seed / 100}
        run.write_table("results", pd.DataFrame([row]))

    def totals(self, run):
        return {}

    def conclude(self, run):
        return pd.DataFrame()


@pytest.fixture
def product(monkeypatch):
    protocol = Product()
    monkeypatch.setattr(sweeps, "load_protocol", lambda name: protocol)
    monkeypatch.setattr(carry_out, "load_protocol", lambda name: protocol)
    monkeypatch.setattr(carry_out, "protocols", lambda: {"product": None})
    return protocol


GRID = SweepConfig(sweep="product", grid={"factor": ("1", "2"), "rate": ("0.1", "0.2")}, seeds=2)


def run(config, path, workers=Workers()):  # noqa: B008 - frozen
    return sweep(config, path, ["brainsnn", "sweep"], workers)


def test_every_point_and_seed_is_a_run_directory_and_a_row(tmp_path, product):
    table = run(GRID, tmp_path / "sweep")
    assert list(table.columns) == ["factor", "rate", "seed", "run", "accuracy"]
    assert len(table) == len(product.done) == 8
    assert table["accuracy"].tolist() == [f * r + s / 100 for f, r, s in product.done]
    for row in table.itertuples():
        config = RunDirectory.read(tmp_path / "sweep" / row.run).config(ProductConfig)
        assert (config.factor, config.rate, config.seed) == (row.factor, row.rate, row.seed)
    written = RunDirectory.read(tmp_path / "sweep")
    pd.testing.assert_frame_equal(written.table("runs"), table)
    assert written.config(SweepConfig) == GRID


def test_workers_leave_the_same_table(tmp_path, product):
    with LocalCluster(processes=False, n_workers=2, dashboard_address=":0") as cluster:
        elsewhere = run(GRID, tmp_path / "two", Workers(scheduler=cluster.scheduler_address))
    pd.testing.assert_frame_equal(elsewhere, run(GRID, tmp_path / "one"))


def test_begun_again_it_does_what_is_missing(tmp_path, product):
    product.failing = 2
    with pytest.raises(BrainsnnError, match="told to fail"):
        run(GRID, tmp_path / "sweep")
    assert len(product.done) == 4
    product.failing = None
    table = run(GRID, tmp_path / "sweep")
    assert len(product.done) == 8
    pd.testing.assert_frame_equal(table, run(GRID, tmp_path / "whole"))


def test_a_sweep_may_grow(tmp_path, product):
    run(GRID, tmp_path / "sweep")
    more = GRID.model_copy(update={"grid": {**GRID.grid, "factor": ("1", "2", "3")}, "seeds": 3})
    table = run(more, tmp_path / "sweep")
    assert len(product.done) == len(set(product.done)) == len(table) == 18
    assert RunDirectory.read(tmp_path / "sweep").config(SweepConfig) == more


def test_a_directory_of_another_sweep_is_refused(tmp_path, product):
    run(GRID, tmp_path / "sweep")
    other = GRID.model_copy(update={"settings": ("names=['a']",)})
    with pytest.raises(RunDirectoryError, match="holds a sweep of product with the settings"):
        run(other, tmp_path / "sweep")


def test_points_that_are_refused_are_so_before_anything_runs(tmp_path, product):
    wrong = SweepConfig(sweep="product", grid={"factor": ("1", "much")})
    with pytest.raises(ConfigError, match="factor = 'much'"):
        run(wrong, tmp_path / "sweep")
    assert not (tmp_path / "sweep").exists()
    assert product.done == []


def test_names_that_files_may_not_have_are_told_apart(tmp_path, product):
    lists = SweepConfig(sweep="product", grid={"names": ('["a/b"]', '["a"]')})
    table = run(lists, tmp_path / "sweep")
    assert table["names"].tolist() == ["['a/b']", "['a']"]
    same = SweepConfig(sweep="product", grid={"names": ('["a/b"]', '["a|b"]')})
    with pytest.raises(ConfigError, match="the same name"):
        run(same, tmp_path / "other")


def test_a_sweep_has_an_end(tmp_path, product):
    with pytest.raises(ConfigError, match="more than a sweep may have"):
        run(GRID.model_copy(update={"seeds": 10**9}), tmp_path / "sweep")


@pytest.mark.parametrize(
    ("texts", "grid"),
    [
        (["a=1,2", "b.c=x"], {"a": ("1", "2"), "b.c": ("x",)}),
        (["a=[1,2],[3]"], {"a": ("[1,2]", "[3]")}),
        (["a='x,y',\"z\""], {"a": ("'x,y'", '"z"')}),
        (["a={b=1,c=2},{b=2}"], {"a": ("{b=1,c=2}", "{b=2}")}),
    ],
)
def test_values_are_parted_at_their_commas(texts, grid):
    assert read_grid(texts) == grid


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a"], "no axis"),
        (["=1"], "no axis"),
        (["a="], "no axis"),
        (["a=1,"], "no axis"),
        (["a=,1"], "no axis"),
        (["a=1,,2"], "no axis"),
        (["a=1", "a=2"], "names 'a' twice"),
        (["a=1,1"], "stands twice"),
        (["a=0.1,1e-1"], "stands twice"),
    ],
)
def test_what_is_no_axis_is_refused(texts, message):
    with pytest.raises(ConfigError, match=message):
        read_grid(texts)
