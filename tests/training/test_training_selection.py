import math

import numpy as np
import pandas as pd
import pytest

from brainsnn.training.selection import Selection, selected_epoch


def feed(selection, *values):
    for epoch, value in enumerate(values, start=1):
        row = {"epoch": epoch, selection.monitor: value}
        selection.update(row, {"a": np.full(2, float(epoch))})
    return selection


@pytest.mark.parametrize(
    ("monitor", "best"),
    [
        ("validation_accuracy", 3),
        ("loss", 2),
        ("validation_silent_fraction", 2),
        ("validation_decision_step", 2),
    ],
)
def test_direction_follows_from_the_name(monitor, best):
    selection = feed(Selection(monitor), 0.5, 0.1, 0.9, 0.3)
    assert selection.best_epoch == best
    assert (selection.weights["a"] == best).all()


def test_earliest_of_equals_stays():
    assert feed(Selection("validation_accuracy"), 0.5, 0.5).best_epoch == 1


def test_nan_is_never_best():
    selection = feed(Selection("validation_accuracy"), math.nan, math.nan)
    assert selection.best_epoch == 0
    assert feed(Selection("validation_accuracy"), math.nan, 0.1).best_epoch == 2


def test_weights_are_copies():
    selection, weights = Selection("loss"), {"a": np.zeros(2)}
    selection.update({"epoch": 1, "loss": 1.0}, weights)
    weights["a"][:] = 5
    assert not selection.weights["a"].any()


def test_patience():
    selection = feed(Selection("loss", patience=2), 3.0, 2.0)
    assert [selection.exhausted(e) for e in (2, 3, 4)] == [False, False, True]
    assert not feed(Selection("loss"), 3.0).exhausted(1000)


def test_restore():
    selection, other = feed(Selection("loss"), 3.0, 2.0, 5.0), Selection("loss")
    other.restore(selection.meta(), selection.weights)
    assert (other.best, other.best_epoch) == (2.0, 2)
    assert (other.weights["a"] == 2).all()


@pytest.mark.parametrize(
    ("monitor", "values", "epoch"),
    [
        ("validation_accuracy", [0.5, 0.9, 0.9, 0.8], 2),
        ("loss", [3.0, 2.0, 1.0, 1.5], 3),
        ("loss", [math.nan, math.nan, 1.0, 2.0], 3),
        ("loss", [math.nan] * 4, 0),
    ],
)
def test_the_epoch_that_a_run_kept(monitor, values, epoch):
    metrics = pd.DataFrame({"epoch": [1, 2, 3, 4], monitor: values})
    assert selected_epoch(metrics, monitor) == epoch
