"""When a run is given up: worse than most by the same epoch, and not before there are enough."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.experiment.searching.pruning import FEWEST, MedianPruner, Pruned
from brainsnn.training import Progress

OTHERS = [np.array([0.1, 0.5, 0.6]), *[np.array([0.3, 0.4])] * (FEWEST - 2), np.array([0.9, 0.9])]


def shown(values, n_epochs=4, others=OTHERS, measure="accuracy"):
    """Hand over the metrics of as many epochs as there are values."""
    rows = [{measure: value} for value in values]
    MedianPruner("accuracy", others).on_epoch_end(Progress(len(rows), n_epochs, 0, 0), rows)


def test_below_the_median_of_the_same_epoch_it_is_given_up():
    shown([0.3])
    with pytest.raises(Pruned, match=r"after 1 epochs, at 29\.00%") as stop:
        shown([0.29])
    assert (stop.value.best, stop.value.epochs) == (0.29, 1)


def test_what_counts_is_the_best_epoch():
    shown([0.45, 0.1])
    with pytest.raises(Pruned):
        shown([0.31, 0.1])


def test_runs_that_ended_earlier_keep_their_best():
    shown([0.1, 0.1, 0.4])
    with pytest.raises(Pruned):
        shown([0.1, 0.1, 0.39])


@pytest.mark.parametrize(
    "case",
    [
        {"values": [0.1], "others": OTHERS[1:]},
        {"values": [0.1, 0.1], "n_epochs": 2},
        {"values": [0.1], "measure": "loss"},
        {"values": [0.1], "others": []},
    ],
    ids=["too few others", "the last epoch", "not measured", "none"],
)
def test_otherwise_it_goes_on(case):
    shown(**case)
