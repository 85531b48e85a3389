"""The spike table: what it accepts, what it refuses, and from where it comes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from spike_tables import equal

from brainsnn.analysis.spikes import SpikeTable, from_csv, from_frame
from brainsnn.analysis.spikes.trains import trains
from brainsnn.analysis.tables import TableError, TableWarning


def frame(**changes):
    columns = {
        "stimulus": ["a", "a", "b", "a", "b", "b"],
        "trial": [0, 0, 0, 1, 0, 1],
        "neuron": ["x", "y", "y", "y", "y", "x"],
        "time": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    }
    return pd.DataFrame({**columns, **changes})


def test_trials_may_share_numbers_between_stimuli():
    table = from_frame(frame(), 0, 1)
    assert table.trials["stimulus"].tolist() == ["a", "a", "b", "b"]
    assert table.counts().tolist() == [[1, 1], [0, 1], [0, 2], [1, 0]]
    assert table.counts(0.15, 0.45).tolist() == [[0, 1], [0, 1], [0, 1], [0, 0]]
    first = table.first()
    assert np.isnan(first[1, 0])
    assert first[2, 1] == 0.3
    assert table.stimulus.tolist() == [0, 0, 1, 1]


def test_silent_trials_and_neurons_are_kept():
    trials = pd.DataFrame({"trial": [0, 1, 2], "stimulus": ["a", "b", "b"]})
    spikes = pd.DataFrame({"trial": [1], "neuron": ["x"], "time": [0.5]})
    table = from_frame(spikes, 0, 1, trials=trials, neurons=("x", "z"))
    assert table.counts().tolist() == [[0, 0], [1, 0], [0, 0]]


def test_milliseconds_are_taken_when_said():
    table = from_frame(frame(time=[100, 200, 300, 400, 500, 600]), 0, 1, unit="ms")
    assert table.time.tolist() == pytest.approx([0.1, 0.2, 0.4, 0.3, 0.5, 0.6])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"time": [0.1, 0.2, np.nan, 0.4, 0.5, 0.6]}, "not finite"),
        ({"time": [0.1, 0.2, 0.3, 0.4, 1.0, 0.6]}, r"1 of 6 spike times are outside .*to 1\.$"),
        ({"time": [-100, 200, 300, 400, 500, 600]}, r"from -100 to 600\.$"),
        ({"time": [100, 200, 300, 400, 500, 1600]}, r"from 100 to 1600\.$"),
        ({"time": [100, 200, 300, 400, 500, 600]}, "milliseconds"),
        ({"time": [0.1, 0.2, 0.3, 0.4, 0.3, 0.6]}, "same time twice in trial 2, neuron 'y'"),
        ({"time": [0.1, 0.2, 0.3, 0.4, 0.2, 0.6]}, "unsorted times in trial 2"),
        ({"time": ["0.1", "0,2", "0.3", "0.4", "0.5", "0.6"]}, "must be numbers"),
        ({"time": pd.to_datetime([0.1] * 6)}, "not dates"),
        ({"time": [True] * 6}, "not switches"),
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


def test_trains_are_cut_at_trial_and_neuron():
    cut = trains(from_frame(frame(), 0, 1))
    assert [[len(t) for t in row] for row in cut] == [[1, 1], [0, 1], [0, 2], [1, 0]]


def test_trials_of_one_numbering_keep_its_order():
    """Numbered through a recording, stimuli mixed: onsets are given in that order."""
    spikes = pd.DataFrame({"trial": [2, 10, 1], "stimulus": list("bab"), "neuron": "x"})
    with pytest.warns(TableWarning, match="7 trial numbers up to 10 have no spike"):
        table = from_frame(spikes.assign(time=0.1), 0, 1)
    assert table.trials["trial"].tolist() == [1, 2, 10]
    assert table.trials["stimulus"].tolist() == ["b", "b", "a"]


@pytest.mark.parametrize("weak", [(0, 3, 4, 9), (0, 1, 2)])
def test_trials_without_spikes_are_missed(weak):
    rows = [("strong", k) for k in range(10)] + [("weak", k) for k in weak]
    spikes = pd.DataFrame(rows, columns=["stimulus", "trial"]).assign(neuron="x", time=0.1)
    with pytest.warns(TableWarning, match=f"{10 - len(weak)} of stimulus 'weak'"):
        from_frame(spikes, 0, 1)
    trials = pd.DataFrame({"stimulus": ["strong"] * 10 + ["weak"] * 10, "trial": [*range(10)] * 2})
    assert from_frame(spikes, 0, 1, trials=trials).counts().sum(axis=0) == 10 + len(weak)


def test_marks_that_are_no_numbering_are_no_gaps():
    spikes = pd.DataFrame({"trial": [17_000, 90_000, 410_000], "stimulus": "a", "neuron": "x"})
    assert len(from_frame(spikes.assign(time=0.1), 0, 1).trials) == 3


def test_columns_and_order_of_the_given_trials_are_kept():
    trials = pd.DataFrame({"trial": [3, 1, 2], "stimulus": [45, 0, 45], "block": list("uvw")})
    spikes = pd.DataFrame({"trial": ["1", "2"], "neuron": "x", "time": [0.1, 0.2]})
    table = from_frame(spikes, 0, 1, trials=trials)
    assert table.trials["block"].tolist() == list("uvw")
    assert table.stimuli == [0, 45]
    assert table.counts()[:, 0].tolist() == [0, 1, 1]


@pytest.mark.parametrize("column", ["trial", "neuron", "stimulus"])
@pytest.mark.parametrize("nothing", [None, np.nan, "", "  "])
def test_spikes_of_no_trial_neuron_or_stimulus_are_refused(column, nothing):
    spikes = frame()
    spikes[column] = spikes[column].astype(object)
    spikes.loc[3, column] = nothing
    with pytest.raises(TableError, match=f"1 of 6 rows have no {column}"):
        from_frame(spikes, 0, 1)


def test_trials_without_a_stimulus_are_refused():
    trials = pd.DataFrame({"trial": [0, 1, 2], "stimulus": ["go", None, "stop"]})
    spikes = pd.DataFrame({"trial": [0], "neuron": "x", "time": 0.1})
    with pytest.raises(TableError, match="1 of 3 rows have no stimulus"):
        from_frame(spikes, 0, 1, trials=trials)


def test_no_spike_at_all():
    """A row of zeros for every neuron, where trials and neurons are given."""
    spikes = pd.DataFrame({"trial": [], "neuron": [], "time": []})
    trials = pd.DataFrame({"trial": range(4), "stimulus": ["a", "b"] * 2})
    table = from_frame(spikes, 0, 1, trials=trials, neurons=("x", "y"))
    assert table.counts().tolist() == [[0, 0]] * 4
    assert np.isnan(table.first()).all()
    with pytest.raises(TableError, match="Neurons need names"):
        from_frame(spikes, 0, 1, trials=trials)
    with pytest.raises(TableError, match="lacks the column"):
        from_frame(spikes, 0, 1, neurons=("x",))


def test_one_thing_of_several_types_is_one():
    neurons = pd.Series([1, "1", 1.0, "w", np.int32(2), b"w"], dtype=object)
    table = from_frame(frame(trial=[0, "0", 0.0, 1, "1", 1], stimulus="s", neuron=neurons), 0, 1)
    assert table.neurons == ("1", "2", "w")
    assert table.counts().tolist() == [[3, 0, 0], [0, 1, 2]]
    given = from_frame(frame(neuron=[7, 8, 8, 8, 8, 7]), 0, 1, neurons=(7, 8, 9))  # type: ignore[arg-type]
    assert given.neurons == ("7", "8", "9")


def test_neurons_are_in_the_order_of_their_numbers():
    assert from_frame(frame(neuron=[10, 2, 2, 2, 2, 10]), 0, 1).neurons == ("2", "10")
    assert from_frame(frame(neuron=[*"cbbbb", "c"]), 0, 1).neurons == ("b", "c")


def test_neurons_that_may_have_been_merged_are_refused():
    with pytest.raises(TableError, match=r"1\.10 is 1\.1"):
        from_frame(frame(neuron=[1.1, 1.2, 1.2, 1.2, 1.2, 1.1]), 0, 1)
    with pytest.raises(TableError, match="called 'x'"):
        from_frame(frame(), 0, 1, neurons=("x", "y", "x"))


def test_seconds_that_are_called_milliseconds():
    spikes = pd.DataFrame({"trial": range(20), "stimulus": "s", "neuron": "x"})
    spikes["time"] = np.linspace(0.1, 0.9, 20)
    trials = pd.DataFrame({"trial": range(20), "stimulus": "s"})
    for unit, stop in (("ms", 1.0), ("us", 1.0), ("s", 1000.0)):
        with pytest.warns(TableWarning, match="is the unit"):
            from_frame(spikes, 0, stop, unit=unit, trials=trials)


def test_time_differences_are_taken_as_they_are():
    seconds = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    wanted = from_frame(frame(), 0, 1).time
    for time in (
        pd.to_timedelta(seconds, unit="s"),
        pd.Series([pd.Timedelta(value, "s") for value in seconds], dtype=object),
        (seconds * 1e6).round().astype("timedelta64[us]"),
    ):
        table = from_frame(frame(time=time), pd.Timedelta(0), pd.Timedelta("1s"), unit="ms")
        assert table.time == pytest.approx(wanted, abs=1e-12)
    with pytest.raises(TableError, match="not finite"):
        from_frame(frame(time=pd.to_timedelta([0.1, None, 0.3, 0.4, 0.5, 0.6], unit="s")), 0, 1)


def test_windows_that_rounding_puts_beyond_the_trial():
    """Steps of 0.1 s up to 0.30000000000000004; spikes on the grid belong to what begins there."""
    spikes = pd.DataFrame({"trial": 0, "stimulus": "s", "neuron": "x", "time": [0.0, 0.1, 0.2]})
    table = from_frame(spikes, 0, 0.3)
    begins = np.arange(0, 0.3, 0.1)
    assert [int(table.counts(b, b + 0.1)[0, 0]) for b in begins] == [1, 1, 1]
    assert table.first(0.1 + 2e-16, 0.3)[0, 0] == 0.1
    for window in ((0.1, 0.1), (-0.01, 0.1), (0.2, 0.31)):
        with pytest.raises(TableError, match="must lie within"):
            table.counts(*window)
    early = from_frame(spikes.assign(time=[-1e-17, 0.1, 0.2]), 0, 0.3)
    assert early.time[0] == 0


def test_some_trials():
    table = from_frame(frame(), 0, 1)
    some = table.take([2, 0])
    assert some.counts().tolist() == table.counts()[[2, 0]].tolist()
    assert some.trials["stimulus"].tolist() == ["b", "a"]
    assert equal(table.take(np.array([True] * 4)), table)
    for wrong in ([4], [-1], [0, 0], [], [True, False], [0.5]):
        with pytest.raises(TableError, match="trials"):
            table.take(wrong)


def test_a_table_made_by_hand_is_checked():
    table = from_frame(frame(), 0, 1)
    parts = {"neurons": table.neurons, "start": 0, "stop": 1}
    for wrong, message in (
        ({"spikes": table.spikes.assign(trial=0.5)}, "whole numbers"),
        ({"trials": table.trials.assign(stimulus=None)}, "no stimulus"),
        ({"neurons": ("x", "")}, "need names"),
        ({"stop": np.nan}, "length"),
        ({"stop": "later"}, "must be numbers"),
    ):
        with pytest.raises(TableError, match=message):
            SpikeTable(**{"spikes": table.spikes, "trials": table.trials, **parts, **wrong})


def test_names_in_csv_are_as_written(tmp_path):
    path = tmp_path / "spikes.csv"
    rows = ['0,left,"1.1",0.1', "1,None,1.10,0.2", "2,NA,NA,0.3", "2,NA,007,0.3"]
    path.write_text("trial,stimulus,neuron,time\n" + "\n".join(rows) + "\n")
    table = from_csv(path, 0, 1)
    assert table.neurons == ("007", "1.1", "1.10", "NA")
    assert table.stimuli == ["NA", "None", "left"]
    assert table.counts().sum(axis=0).tolist() == [1] * 4
    path.write_text("trial,stimulus,neuron,time\n0,10,3,0.1\n1,9,12,0.2\n")
    table = from_csv(path, 0, 1)
    assert table.stimuli == [9, 10]
    assert table.neurons == ("3", "12")
    path.write_text("trial,stimulus,neuron,time\n0,1.1,3,0.1\n1,1.10,12,0.2\n")
    assert from_csv(path, 0, 1).stimuli == ["1.1", "1.10"]
    for row, what in ((",a,b,0.1", "trial"), ("0,,b,0.1", "stimulus"), ("0,a,,0.1", "neuron")):
        path.write_text(f"trial,stimulus,neuron,time\n{row}\n")
        with pytest.raises(TableError, match=f"no {what}"):
            from_csv(path, 0, 1)
    path.write_text("trial,stimulus,neuron,time\n0,a,b,\n")
    with pytest.raises(TableError, match="not finite"):
        from_csv(path, 0, 1)


def test_csv_of_a_silent_recording(tmp_path):
    path = tmp_path / "spikes.csv"
    path.write_text("trial,neuron,time\n")
    trials = pd.DataFrame({"trial": [0, 1], "stimulus": "s"})
    assert from_csv(path, 0, 1, trials=trials, neurons=("x",)).counts().tolist() == [[0], [0]]


def test_trials_are_numbered_anew_and_keep_their_columns():
    trials = pd.DataFrame({"stimulus": ["b", "a"], "depth": [3, 4]}, index=[7, 5])
    spikes = pd.DataFrame({"trial": [0, 1], "neuron": [0, 0], "time": [0.1, 0.2]})
    table = SpikeTable(spikes, trials, ("x",), 0, 1)
    assert table.trials.index.tolist() == [0, 1]
    assert list(table.trials.columns) == ["stimulus", "depth"]
    assert (table.start, table.stop) == (0.0, 1.0)
    kept = table.take([1, 0])
    assert kept.spikes.index.tolist() == [0, 1]
    assert kept.spikes["time"].tolist() == [0.2, 0.1]
    assert kept.trials["depth"].tolist() == [4, 3]
    assert kept.stimulus.tolist() == [0, 1]
