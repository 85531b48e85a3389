import pandas as pd
import pytest

from analysis.tables import TableError, class_names, first_step_columns, populations_of, require


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
