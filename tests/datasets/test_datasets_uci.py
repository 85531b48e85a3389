"""Tables of the UCI repository: read, split class by class, normalised; and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from brainsnn.datasets import Abalone, Iris, TableSet, Wisconsin, Yeast
from brainsnn.datasets.formats.tables import normalise, split
from brainsnn.errors import ConfigError, DataError

KINDS = (Iris, Wisconsin, Abalone, Yeast)
SHELLS = "M,0.4,0.3,0.1,0.5,0.2,0.1,0.15,8\nI,0.5,0.4,0.2,0.6,0.3,0.2,0.25,10\n"
CELLS = "1,5,1,1,1,2,1,3,1,1,2\n2,8,4,4,5,7,9,3,2,1,4\n3,1,2,3,4,5,?,7,8,9,2\n"


def written(tmp_path, kind, text, **options):
    (tmp_path / kind.file).write_text(text)
    return kind(tmp_path, checked=False, **options)


def a_table(counts=(10, 20, 5), seed=0):
    rng, n = np.random.default_rng(seed), sum(counts)
    labels = np.repeat(np.arange(len(counts)), counts)
    return TableSet("made", rng.normal(size=(n, 2)), labels, ("a", "b", "c"), ("x", "y"))


def test_abalone_knows_sex_and_age(tmp_path):
    table = written(tmp_path, Abalone, SHELLS).table()
    assert table.labels.tolist() == [0, 1]
    assert table.rows[:, :4].tolist() == [[1, 0, 0, 0.4], [0, 0, 1, 0.5]]


def test_missing_values_are_dropped_or_filled_in_and_counted(tmp_path):
    dropped = written(tmp_path, Wisconsin, CELLS).table()
    assert (len(dropped), dropped.dropped, dropped.imputed) == (2, 1, 0)
    filled = written(tmp_path, Wisconsin, CELLS, incomplete="median").table()
    assert (len(filled), filled.dropped, filled.imputed) == (3, 0, 1)
    assert filled.rows[2].tolist() == [1, 2, 3, 4, 5, 5, 7, 8, 9]


def test_yeast_is_separated_by_blanks(tmp_path):
    row = "ADT1_YEAST  0.58  0.61  0.47  0.13  0.50  0.00  0.48  0.22  MIT\n"
    table = written(tmp_path, Yeast, row).table()
    assert table.labels.tolist() == [2]
    assert table.rows[0, -1] == 0.22


def test_splits_share_every_class_out():
    parts = split(a_table(), (14, 7, 14), np.random.default_rng(0))
    assert [len(p) for p in (parts.train, parts.validation, parts.test)] == [14, 7, 14]
    for part, share in ((parts.train, 0.4), (parts.test, 0.4)):
        assert (np.abs(part.counts - share * np.array([10, 20, 5])) <= 1).all()
    rows = np.concatenate([p.rows for p in (parts.train, parts.validation, parts.test)])
    assert len({tuple(row) for row in rows}) == 35


def test_the_generator_decides_the_split():
    first, same, other = (
        split(a_table(), (14, 7, 14), np.random.default_rng(k)).train.rows for k in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_without_a_generator_the_split_is_that_of_seed_0(monkeypatch):
    monkeypatch.setattr(Iris, "table", lambda self: a_table((50, 50, 50)))
    fixed, drawn = Iris().load(), Iris().load(np.random.default_rng(0))
    for part in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(fixed, part).rows, getattr(drawn, part).rows)


def test_parts_are_joined():
    parts = split(a_table(), (14, 7, 14), np.random.default_rng(0))
    both = parts.train.joined(parts.test)
    assert both.counts.tolist() == (parts.train.counts + parts.test.counts).tolist()
    np.testing.assert_array_equal(both.rows[14:], parts.test.rows)


def test_ranges_are_those_of_training_rows():
    parts = normalise(split(a_table(), (14, 7, 14), np.random.default_rng(0)))
    np.testing.assert_array_equal(parts.train.rows.min(axis=0), 0)
    np.testing.assert_array_equal(parts.train.rows.max(axis=0), 1)
    assert 0 <= parts.test.rows.min() <= parts.test.rows.max() <= 1


def test_a_constant_feature_is_named():
    table = a_table()
    flat = replace(table, rows=np.column_stack([table.rows[:, 0], np.full(35, 3.5)]))
    with pytest.raises(DataError, match=r"feature 'y' is 3\.5 in all 14 rows"):
        normalise(split(flat, (14, 7, 14), np.random.default_rng(0)))


def test_an_absent_class_is_named():
    with pytest.raises(DataError, match="made test: no row of class 'c'"):
        split(a_table((10, 20, 1)), (15, 1, 10), np.random.default_rng(3))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: split(a_table(), (30, 3, 3), np.random.default_rng(0)), "there are 35"),
        (lambda: replace(a_table(), rows=np.ones((3, 2))), r"of shape \(35, 2\)"),
        (lambda: replace(a_table(), rows=np.full((35, 2), np.nan)), "finite"),
        (lambda: replace(a_table(), labels=np.full(35, 3)), r"in 0\.\.2"),
    ],
)
def test_impossible_tables_are_refused(make, words):
    with pytest.raises(DataError, match=words):
        make()


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Iris, "5.1,3.5,1.4\n", "line 1: 3 fields, not 5"),
        (Iris, "5.1,3.5,1.4,0.2,rose\n", "line 1: class 'rose' is none of Iris-setosa"),
        (Iris, "5.1,wide,1.4,0.2,Iris-setosa\n", "line 1: could not convert"),
        (Wisconsin, CELLS.replace(",2\n", ",3\n"), "class '3' is none of 2, 4"),
        (Abalone, SHELLS.replace("M", "X"), "class 'X' is none of M, F, I"),
    ],
)
def test_bad_rows_are_named(tmp_path, kind, text, words):
    with pytest.raises(DataError, match=words):
        written(tmp_path, kind, text).table()


def test_another_file_is_refused(tmp_path):
    (tmp_path / Iris.file).write_text("")
    with pytest.raises(DataError, match="not the published file"):
        Iris(tmp_path).table()
    with pytest.raises(DataError, match="cannot be read"):
        Yeast(tmp_path).table()


def test_a_missing_set_says_where_to_put_it(no_data):
    with pytest.raises(DataError, match="uci/iris"):
        Iris().load()


def test_impossible_numbers_are_refused():
    with pytest.raises(ConfigError, match="iris: n_train must be at least 1"):
        Iris(n_train=0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_files(kind):
    if kind().find() is None:
        pytest.skip(f"uci/{kind.name} is not here")
    splits = kind().load()
    sizes = {"iris": 150, "breast-cancer-wisconsin": 683, "abalone": 4177, "yeast": 1484}
    parts = (splits.train, splits.validation, splits.test)
    assert sum(len(part) for part in parts) == sizes[kind.name]
    assert len(splits.test) in (60, 228, 2177, 494)
