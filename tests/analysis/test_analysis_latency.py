import pandas as pd
import pytest

from brainsnn.analysis.latency import (
    decisions_by_class,
    firing_time_histogram,
    firing_time_matrix,
    label_steps,
    output_firing_times,
    step_histogram,
    winner_histogram,
)
from brainsnn.analysis.tables import TableError


def test_decisions_by_class_and_overall(trials):
    table = decisions_by_class(trials).set_index("class")
    assert table["decision_step"].to_dict() == {"0": 15, "1": 21, "2": 54, "all": 30}
    assert table["label_step"].to_dict() == {"0": 30, "1": 21, "2": 54, "all": 35}
    assert table["spikes_to_decision"].tolist() == pytest.approx([8.5, 11.5, 7.5, 55 / 6])
    assert table.loc["0", "spikes_to_decision_input"] == 5.5
    assert table["trials"].tolist() == [2, 2, 2, 6]


def test_overall_is_the_mean_over_trials_not_over_classes(trials):
    table = decisions_by_class(trials.iloc[:3]).set_index("class")
    assert table.loc["all", "decision_step"] == 20


def test_the_step_of_the_labels_output_is_not_the_winners(trials):
    assert label_steps(trials).tolist() == [10, 50, 30, 12, 100, 8]
    assert trials["decision_step"].tolist() == [10, 20, 30, 12, 100, 8]


@pytest.mark.parametrize(("label", "message"), [(-1, "label"), (3, "none of the 3"), (None, "l")])
def test_a_label_without_an_output_has_no_step(trials, label, message):
    with pytest.raises(TableError, match=message):
        label_steps(trials.assign(label=label))


def test_output_firing_times_count_silence_as_the_whole_trial(trials):
    matrix = firing_time_matrix(output_firing_times(trials))
    assert matrix.to_numpy().tolist() == [[30, 30, 100], [21, 21, 100], [95, 90, 54]]


def test_output_firing_times_keep_the_order_of_the_classes(trials):
    table = output_firing_times(trials, ("c", "b", "a"))
    matrix = firing_time_matrix(table)
    assert (list(matrix.index), list(matrix.columns)) == (list("cba"), list("cba"))
    assert table["sd"].iloc[0] == pytest.approx(40 / 2**0.5)
    assert set(table["trials"]) == {2}


def test_firing_time_histogram_by_population(spikes):
    table = firing_time_histogram(spikes, 100, 10)
    counts = {name: part["count"].tolist() for name, part in table.groupby("population")}
    assert counts["input"] == [3] + [0] * 9
    assert counts["output"] == [0, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert table.groupby("population")["fraction"].sum().tolist() == pytest.approx([1, 1, 1])


def test_firing_time_histogram_by_stage(spikes):
    both = pd.concat([spikes.assign(stage="before"), spikes.iloc[:4].assign(stage="after")])
    table = firing_time_histogram(both, 100, 50, ("stage", "population"))
    assert table["stage"].unique().tolist() == ["before", "after"]
    assert table["count"].sum() == 12


def test_silence_counts_in_the_fraction_but_in_no_bin():
    table = step_histogram(pd.DataFrame({"step": [0, 4, 8, 8], "g": 1}), 8, by=("g",), bin_width=4)
    assert table["count"].tolist() == [1, 1]
    assert table["fraction"].tolist() == [0.25, 0.25]


def test_the_last_bin_reaches_past_the_end():
    table = step_histogram(pd.DataFrame({"step": [9], "g": 1}), 10, by=("g",), bin_width=4)
    assert table["stop"].tolist() == [4, 8, 12]
    assert table["count"].tolist() == [0, 0, 1]


@pytest.mark.parametrize(("n_steps", "bin_width"), [(0, 8), (100, 0), (5, 1)])
def test_impossible_bins_are_refused(n_steps, bin_width, spikes):
    with pytest.raises(TableError):
        step_histogram(spikes, n_steps, bin_width=bin_width)


def test_winners_fired_themselves(trials):
    table = winner_histogram(trials, 100, 10)
    counts = {name: part["count"].tolist()[:4] for name, part in table.groupby("winner")}
    assert counts == {"0": [0, 1, 0, 0], "1": [0, 0, 1, 1], "2": [1, 0, 0, 0]}
    assert table["count"].sum() == 4


def test_no_winner_at_all(trials):
    with pytest.raises(TableError, match="no winner"):
        winner_histogram(trials.assign(silent=True), 100)
