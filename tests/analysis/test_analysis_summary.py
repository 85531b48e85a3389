import pytest

from brainsnn.analysis.summary import outcomes, summarise
from brainsnn.analysis.tables import TableError


def test_each_way_of_scoring(trials):
    scored = outcomes(trials)
    assert scored["accuracy"].tolist() == [True, False, True, False, True, True]
    assert scored["accuracy_ties_wrong"].tolist() == [True, False, False, False, True, True]
    assert scored["accuracy_ties_right"].tolist() == [True, False, True, True, True, True]
    assert scored["silent_fraction"].tolist() == [False] * 4 + [True, False]


def test_means_over_trials(trials):
    assert summarise(trials) == {
        "trials": 6.0,
        "accuracy": pytest.approx(4 / 6),
        "accuracy_ties_wrong": 0.5,
        "accuracy_ties_right": pytest.approx(5 / 6),
        "silent_fraction": pytest.approx(1 / 6),
        "decision_step": 30.0,
        "spikes_to_decision": pytest.approx(55 / 6),
        "synaptic_operations": pytest.approx(550 / 6),
    }


def test_costs_are_left_out_where_not_recorded(trials):
    assert "synaptic_operations" not in summarise(trials.drop(columns="synaptic_operations"))


def test_a_trials_table_needs_its_flags(trials):
    with pytest.raises(TableError, match="candidate"):
        summarise(trials.drop(columns="candidate"))
