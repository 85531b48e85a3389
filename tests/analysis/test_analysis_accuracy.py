import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brainsnn.analysis.accuracy import (
    accuracy_by_class,
    accuracy_table,
    confusion_matrix,
    wilson_interval,
)
from brainsnn.analysis.summary import summarise
from brainsnn.analysis.tables import TableError


def test_wilson_interval_of_a_worked_case():
    # For p = 1/2 the half width is z / (2 sqrt(n + z^2)); z = 1.959964, n = 10.
    low, high = wilson_interval(5, 10)
    assert low == pytest.approx(0.236593, abs=1e-6)
    assert high == pytest.approx(0.763407, abs=1e-6)


def test_wilson_interval_at_the_ends():
    low, high = wilson_interval([0, 10], 10)
    assert low[0] == 0
    assert high[0] == pytest.approx(1.959964**2 / (10 + 1.959964**2), abs=1e-6)
    assert high[1] == pytest.approx(1)
    assert low[1] == pytest.approx(1 - high[0])


def test_wilson_interval_of_nothing_is_unknown():
    low, high = wilson_interval(0, 0)
    assert np.isnan(low)
    assert np.isnan(high)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_holds_the_proportion(counts):
    low, high = wilson_interval(*counts)
    assert 0 <= low <= counts[0] / counts[1] + 1e-12
    assert counts[0] / counts[1] - 1e-12 <= high <= 1


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_confidence_is_a_fraction(confidence):
    with pytest.raises(TableError, match="between 0 and 1"):
        wilson_interval(1, 2, confidence)


def test_accuracy_table(trials):
    table = accuracy_table(trials).set_index("measure")
    assert list(table.index) == [
        "accuracy",
        "accuracy_ties_wrong",
        "accuracy_ties_right",
        "silent_fraction",
    ]
    assert table["count"].tolist() == [4, 3, 5, 1]
    assert set(table["trials"]) == {6}
    assert table.loc["accuracy_ties_wrong", "value"] == 0.5
    low, high = wilson_interval(4, 6)
    assert table.loc["accuracy", ["low", "high"]].tolist() == pytest.approx([low, high])


def test_accuracy_by_class(trials):
    table = accuracy_by_class(trials, ("a", "b", "c"))
    bounds = ["accuracy", "low", "high"]
    outcomes = ["accuracy_ties_wrong", "accuracy_ties_right", "silent_fraction"]
    assert list(table.columns) == ["label", "class", "trials", *bounds, *outcomes]
    assert table["class"].tolist() == ["a", "b", "c"]
    assert table["trials"].tolist() == [2, 2, 2]
    assert table["accuracy"].tolist() == [0.5, 0.5, 1.0]
    assert table["accuracy_ties_wrong"].tolist() == [0.5, 0.0, 1.0]
    assert table["silent_fraction"].tolist() == [0.0, 0.0, 0.5]
    assert table["low"].iloc[0] == pytest.approx(float(wilson_interval(1, 2)[0]))


def test_confusion_matrix_counts_undecided_trials_apart(trials):
    matrix = confusion_matrix(trials)
    assert matrix.to_numpy().tolist() == [[1, 1, 0, 0], [0, 1, 0, 1], [0, 0, 2, 0]]
    assert list(matrix.columns) == ["0", "1", "2", "none"]
    assert (matrix.index.name, matrix.columns.name) == ("label", "decision")


def test_confusion_matrix_without_ties_is_square(trials):
    matrix = confusion_matrix(trials[trials["decision"] >= 0], 4, tuple("abcd"))
    assert matrix.shape == (4, 4)
    assert matrix.loc["a", "b"] == 1
    assert matrix.to_numpy().sum() == 5


def test_confusion_matrix_refuses_unknown_classes(trials):
    with pytest.raises(TableError, match=r"0\.\.1"):
        confusion_matrix(trials, 2)


@pytest.mark.parametrize(
    "measure", [accuracy_table, accuracy_by_class, confusion_matrix, summarise]
)
@pytest.mark.parametrize(
    ("column", "value"), [("label", np.nan), ("label", -1), ("decision", np.nan), ("label", 1.5)]
)
def test_trials_without_a_class_are_no_right_decisions(trials, measure, column, value):
    wrong = trials.astype({column: float})
    wrong.loc[3, column] = value
    with pytest.raises(TableError, match=column):
        measure(wrong)


@pytest.mark.parametrize("measure", [accuracy_table, accuracy_by_class, summarise])
@pytest.mark.parametrize("column", ["tie", "silent", "candidate"])
def test_what_another_program_does_not_know_is_not_true(trials, measure, column):
    other = trials.drop(columns=column)
    both = pd.concat([trials, other], ignore_index=True)
    with pytest.raises(TableError, match=f"{column} is missing in 6 of 12"):
        measure(both)


def test_costs_that_some_trials_lack_have_no_mean(trials):
    holed = trials.assign(synaptic_operations=[1.0, np.nan, 1, 1, 1, 1])
    assert np.isnan(summarise(holed)["synaptic_operations"])
