import pandas as pd
import pytest

import brainsnn.analysis.learning
from brainsnn.analysis.learning import best_epoch, health_table, learning_curve
from brainsnn.analysis.tables import TableError
from brainsnn.training import selection
from brainsnn.training.selection import selected_epoch


def test_learning_curve_is_long(metrics):
    curve = learning_curve(metrics)
    assert list(curve.columns) == ["seed", "epoch", "split", "measure", "value"]
    found = curve.groupby(["split", "measure"]).size()
    assert found.to_dict() == {
        ("train", "accuracy"): 6,
        ("train", "loss"): 6,
        ("validation", "accuracy"): 6,
        ("validation", "accuracy_ties_wrong"): 6,
    }
    rows = curve[(curve["seed"] == 1) & (curve["measure"] == "loss")]
    assert rows["value"].tolist() == [0.8, 0.6, 0.5]


def test_one_run_is_seed_0(metrics):
    curve = learning_curve(metrics.iloc[:3].drop(columns="seed"))
    assert set(curve["seed"]) == {0}


def test_a_table_without_curves_is_refused():
    with pytest.raises(TableError, match="no loss"):
        learning_curve(pd.DataFrame({"epoch": [1]}))


def test_best_epoch_of_each_seed(metrics):
    assert best_epoch(metrics)["epoch"].tolist() == [2, 3]
    assert best_epoch(metrics.iloc[:3].drop(columns="seed"))["epoch"].tolist() == [2]


def test_the_first_of_equal_epochs_is_best(metrics):
    rows = metrics[metrics["seed"] == 1].assign(validation_accuracy_ties_wrong=0.5)
    assert best_epoch(rows)["epoch"].tolist() == [1]


def test_health_table(metrics):
    table = health_table(metrics)
    assert set(zip(table["measure"], table["name"], strict=True)) == {
        ("silent_neurons", "hidden"),
        ("gradient_norm", "input_hidden"),
    }
    silent = table[(table["measure"] == "silent_neurons") & (table["seed"] == 0)]
    assert silent["value"].tolist() == [4, 2, 1]


def test_health_needs_its_columns():
    with pytest.raises(TableError, match="silent_neurons"):
        health_table(pd.DataFrame({"epoch": [1], "loss": [0.1]}))


def test_the_best_epoch_is_the_one_that_selection_keeps(metrics):
    """Of a loss the smallest; an epoch without a value is never best."""
    assert brainsnn.analysis.learning.SMALLER_IS_BETTER == selection.SMALLER_IS_BETTER
    one = metrics.iloc[[2, 0, 1]].drop(columns="seed")
    one = one.assign(loss=[0.4, 0.2, float("nan")], decision_step=[40.0, 44.0, 39.0])
    for column in ("loss", "decision_step", "validation_accuracy"):
        ordered = one.sort_values("epoch")
        assert best_epoch(one, column)["epoch"].tolist() == [selected_epoch(ordered, column)]
    both = metrics.assign(loss=[0.9, 0.5, 0.6, 0.1, 0.2, 0.3])
    assert best_epoch(both, "loss")["epoch"].tolist() == [2, 1]
    with pytest.raises(TableError, match="loss is missing in every epoch of a run"):
        best_epoch(both.assign(loss=[float("nan")] * 3 + [1, 2, 3]), "loss")
