"""The spike table: what it accepts, what it refuses, and from where it comes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.spikes import SpikeTable, from_csv, from_frame, from_neo, from_nwb, from_run
from analysis.spikes.export import to_neo, to_nwb, trains
from analysis.tables import TableError


def frame(**changes):
    columns = {
        "stimulus": ["a", "a", "b", "a", "b"],
        "trial": [0, 0, 0, 1, 0],
        "neuron": ["x", "y", "y", "y", "y"],
        "time": [0.1, 0.2, 0.3, 0.4, 0.5],
    }
    return pd.DataFrame({**columns, **changes})


def equal(one: SpikeTable, other: SpikeTable) -> bool:
    return (
        one.neurons == other.neurons
        and (one.start, one.stop) == (other.start, other.stop)
        and list(one.trials["stimulus"]) == list(other.trials["stimulus"])
        and np.array_equal(one.trial, other.trial)
        and np.array_equal(one.neuron, other.neuron)
        and np.allclose(one.time, other.time, rtol=0, atol=1e-12)
    )


def test_trials_may_share_numbers_between_stimuli():
    table = from_frame(frame(), 0, 1)
    assert table.trials["stimulus"].tolist() == ["a", "a", "b"]
    assert table.counts().tolist() == [[1, 1], [0, 1], [0, 2]]
    assert table.counts(0.15, 0.45).tolist() == [[0, 1], [0, 1], [0, 1]]
    first = table.first()
    assert np.isnan(first[1, 0])
    assert first[2, 1] == 0.3
    assert table.stimulus.tolist() == [0, 0, 1]


def test_silent_trials_and_neurons_are_kept():
    trials = pd.DataFrame({"trial": [0, 1, 2], "stimulus": ["a", "b", "b"]})
    spikes = pd.DataFrame({"trial": [1], "neuron": ["x"], "time": [0.5]})
    table = from_frame(spikes, 0, 1, trials=trials, neurons=("x", "z"))
    assert table.counts().tolist() == [[0, 0], [1, 0], [0, 0]]


def test_milliseconds_are_taken_when_said():
    table = from_frame(frame(time=[100, 200, 300, 400, 500]), 0, 1, unit="ms")
    assert table.time.tolist() == pytest.approx([0.1, 0.2, 0.4, 0.3, 0.5])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"time": [0.1, 0.2, np.nan, 0.4, 0.5]}, "not finite"),
        ({"time": [0.1, 0.2, 0.3, 0.4, 1.0]}, "1 of 5 spike times are outside the trial"),
        ({"time": [100, 200, 300, 400, 500]}, "milliseconds"),
        ({"time": [0.1, 0.2, 0.3, 0.4, 0.3]}, "same time twice in trial 2, neuron 'y'"),
        ({"time": [0.1, 0.2, 0.3, 0.4, 0.2]}, "unsorted times in trial 2"),
    ],
)
def test_impossible_times_are_refused(changes, message):
    with pytest.raises(TableError, match=message):
        from_frame(frame(**changes), 0, 1)


def test_impossible_frames_are_refused():
    with pytest.raises(TableError, match="lacks the column"):
        from_frame(frame().drop(columns="neuron"), 0, 1)
    with pytest.raises(TableError, match="length"):
        from_frame(frame(), 1, 1)
    with pytest.raises(TableError, match="Unknown unit"):
        from_frame(frame(), 0, 1, unit="min")
    with pytest.raises(TableError, match="not among"):
        from_frame(frame(), 0, 1, neurons=("x",))
    trials = pd.DataFrame({"trial": [0, 1], "stimulus": ["a", "a"]})
    with pytest.raises(TableError, match="not in the list"):
        from_frame(frame(), 0, 1, trials=trials)
    with pytest.raises(TableError, match="more than once"):
        from_frame(frame(), 0, 1, trials=pd.concat([trials, trials]))
    with pytest.raises(TableError, match="window"):
        from_frame(frame(), 0, 1).counts(0.5, 1.5)


def test_csv(tmp_path):
    path = tmp_path / "spikes.csv"
    frame().rename(columns={"time": "time_s"}).to_csv(path, index=False)
    assert equal(from_csv(path, 0, 1, columns={"time_s": "time"}), from_frame(frame(), 0, 1))
    with pytest.raises(TableError, match=r"spikes\.csv.*lacks the column"):
        from_csv(path, 0, 1)
    with pytest.raises(TableError, match="nowhere"):
        from_csv(tmp_path / "nowhere.csv", 0, 1)


def test_a_run_directory(tmp_path):
    spikes = pd.DataFrame(
        {"trial": [0, 0, 1], "population": "output", "neuron": [1, 0, 1], "step": [2, 3, 4]}
    )
    spikes.to_parquet(tmp_path / "spikes.parquet")
    trials = {"trial": range(3), "label": [1, 0, 1], "first_step_0": [3, 9, 9]}
    pd.DataFrame(trials).to_parquet(tmp_path / "trials.parquet")
    table = from_run(tmp_path)
    assert table.trials["stimulus"].tolist() == ["1", "0"]
    assert table.stop == pytest.approx(0.009)
    assert table.counts().tolist() == [[1, 1], [0, 1]]
    with pytest.raises(TableError, match="population 'hidden'"):
        from_run(tmp_path, "hidden")
    with pytest.raises(TableError, match="no spikes or trials"):
        from_run(tmp_path / "nowhere")


def test_trains_are_cut_at_trial_and_neuron():
    cut = trains(from_frame(frame(), 0, 1))
    assert [[len(t) for t in row] for row in cut] == [[1, 1], [0, 1], [0, 2]]


def test_neo_is_read_back_equal():
    pytest.importorskip("neo", reason="neo is not installed")
    table = from_frame(frame(), -0.5, 1.5)
    assert equal(from_neo(to_neo(table)), table)


@pytest.mark.filterwarnings("ignore")
def test_nwb_is_read_back_equal(tmp_path):
    pytest.importorskip("pynwb", reason="pynwb is not installed")
    table = from_frame(frame(), -0.5, 1.5)
    assert equal(from_nwb(to_nwb(table, tmp_path / "spikes.nwb")), table)
