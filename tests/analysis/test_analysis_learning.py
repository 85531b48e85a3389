import pandas as pd
import pytest

from analysis.learning import best_epoch, health_table, learning_curve
from analysis.tables import TableError


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
