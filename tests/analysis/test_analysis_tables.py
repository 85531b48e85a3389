import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.tables import (
    TableError,
    class_names,
    first_step_columns,
    flags,
    measures,
    named,
    populations_of,
    require,
    whole_numbers,
)


def test_missing_columns_are_named_with_those_there():
    with pytest.raises(TableError, match=r"trials table lacks the column\(s\) b, c; it has a"):
        require(pd.DataFrame({"a": [1]}), ("a", "b", "c"), "trials")


def test_a_table_without_rows_is_refused():
    with pytest.raises(TableError, match="no rows"):
        require(pd.DataFrame({"a": []}), ("a",), "trials")


def test_first_steps_come_in_numeric_order():
    names = ["first_step_10", "first_step_2", "first_step_x", "first_step_0"]
    found = first_step_columns(pd.DataFrame(columns=names))
    assert found == ["first_step_0", "first_step_2", "first_step_10"]


def test_a_table_without_first_steps_is_refused():
    with pytest.raises(TableError, match="first_step_0"):
        first_step_columns(pd.DataFrame({"label": [0]}))


def test_populations_are_read_from_the_columns(trials):
    assert populations_of(trials) == ["input", "hidden", "output"]


def test_classes_are_numbered_where_not_named():
    assert class_names(2, None) == ["0", "1"]
    assert class_names(2, ("face", "motorbike")) == ["face", "motorbike"]
    with pytest.raises(TableError, match="1 class names were given for 2"):
        class_names(2, ("face",))


@pytest.mark.parametrize("values", [[0, 3], [0.0, 3.0], [np.int8(0), 3], pd.array([0, 3], "Int64")])
def test_whole_numbers_of_any_type(values):
    found = whole_numbers(pd.DataFrame({"label": values}), "label", 0, "trials")
    assert found.dtype == np.int64
    assert found.tolist() == [0, 3]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0, None], "label is missing in 1 of 2"),
        ([0.0, np.nan], "label is missing in 1 of 2"),
        ([0, 1.5], "got .*1.5.* in row 1"),
        ([0, -1], "whole numbers from 0"),
        ([0, np.inf], "got .*inf"),
        (["0", "1"], "got '0' in row 0 .2 such rows"),
        (["cat", "dog"], "got 'cat'"),
        ([2.0**60, 0], "whole numbers"),
    ],
)
def test_what_is_no_class_is_refused(values, message):
    with pytest.raises(TableError, match=message):
        whole_numbers(pd.DataFrame({"label": values}), "label", 0, "trials")


@pytest.mark.parametrize("values", [[True, False], [1, 0], [1.0, 0.0], pd.array([1, 0], "boolean")])
def test_flags_of_any_type(values):
    assert flags(pd.DataFrame({"tie": values}), "tie", "trials").tolist() == [True, False]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([True, None], "tie is missing in 1 of 2"),
        ([1.0, np.nan], "tie is missing in 1 of 2"),
        (pd.array([True, None], "boolean"), "tie is missing in 1 of 2"),
        (["True", "False"], "got 'True'"),
        (["1", "0"], "got '1'"),
        ([1, 2], "must be true or false, got .*2.* in row 1"),
    ],
)
def test_what_is_no_flag_is_refused(values, message):
    with pytest.raises(TableError, match=message):
        flags(pd.DataFrame({"tie": values}), "tie", "trials")


def test_rows_of_no_group_are_refused_and_failed_runs_left_out():
    frame = pd.DataFrame({"code": ["a", None], "cost": [1.0, np.nan], "accuracy": [0.5, 0.6]})
    with pytest.raises(TableError, match="code in 1"):
        named(frame, ("code", "cost"), "trials")
    assert measures(frame, ("cost", "accuracy"), "results")["cost"].tolist() == [1]
    with pytest.raises(TableError, match="no row with both cost and accuracy"):
        measures(frame.iloc[1:], ("cost", "accuracy"), "results")
