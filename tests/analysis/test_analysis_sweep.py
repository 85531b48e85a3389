import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.accuracy import wilson_interval
from brainsnn.analysis.robustness import jitter_curve
from brainsnn.analysis.seeds import mean_interval
from brainsnn.analysis.sweep import sweep
from brainsnn.analysis.tables import TableError
from brainsnn.analysis.tradeoff import fastest_within, speed_accuracy


@pytest.fixture
def halves(trials):
    """Threshold 10 with the first three trials, 20 with the last three."""
    return trials.assign(threshold=[10] * 3 + [20] * 3)


def test_one_row_a_condition(halves):
    table = speed_accuracy(halves)
    assert table["threshold"].tolist() == [10, 20]
    assert table["accuracy"].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert table["accuracy_ties_wrong"].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert table["decision_step"].tolist() == [20, 40]
    assert table["spikes_to_decision"].tolist() == pytest.approx([28 / 3, 9])
    assert table["seeds"].tolist() == [1, 1]


def test_one_seed_has_wilsons_interval_and_no_deviation(halves):
    row = speed_accuracy(halves).iloc[0]
    low, high = wilson_interval(2, 3)
    assert (row["accuracy_low"], row["accuracy_high"]) == pytest.approx((low, high))
    assert np.isnan(row["accuracy_sd"])


def test_several_seeds_have_students_interval(trials):
    table = sweep(trials.assign(x=1, seed=[0] * 3 + [1] * 3), "x")
    values = [1 / 3, 2 / 3]
    assert table.loc[0, "accuracy_ties_wrong"] == pytest.approx(0.5)
    assert table.loc[0, "accuracy_ties_wrong_sd"] == pytest.approx(np.std(values, ddof=1))
    low, _ = mean_interval(values, bounds=(0.0, 1.0))
    assert table.loc[0, "accuracy_ties_wrong_low"] == pytest.approx(low)
    assert table.loc[0, ["seeds", "trials"]].tolist() == [2, 6]


def test_a_sweep_needs_its_column(trials):
    with pytest.raises(TableError, match="threshold"):
        speed_accuracy(trials)


def test_fastest_within_a_loss():
    table = pd.DataFrame(
        {
            "threshold": [1, 2, 3],
            "decision_step": [5.0, 9.0, 20.0],
            "accuracy_ties_wrong": [0.8, 0.96, 0.97],
        }
    )
    assert fastest_within(table, 0.0)["threshold"] == 3
    assert fastest_within(table, 0.02)["threshold"] == 2
    assert fastest_within(table, 0.5)["threshold"] == 1


def test_jitter_is_compared_with_none(trials):
    curve = jitter_curve(trials.assign(jitter=[0] * 3 + [240] * 3))
    assert curve["jitter"].tolist() == [0, 240]
    assert curve["accuracy_ties_wrong_change"].tolist() == pytest.approx([0, 1 / 3])


def test_jitter_without_a_reference_is_refused(trials):
    with pytest.raises(TableError, match="must be 0"):
        jitter_curve(trials.assign(jitter=40))
