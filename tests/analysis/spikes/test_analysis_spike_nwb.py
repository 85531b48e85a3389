"""NWB files as they are in the wild, and our own, read back."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from spike_tables import equal, mixed

from brainsnn.analysis.spikes import from_nwb
from brainsnn.analysis.spikes.export import to_nwb
from brainsnn.analysis.spikes.rates import tuning
from brainsnn.analysis.tables import TableError, TableWarning

pynwb = pytest.importorskip("pynwb", reason="pynwb is not installed")

# pynwb warns of what it will change itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning:hdmf")

REGULAR = np.arange(0, 10, 0.1) + 0.05


@pytest.fixture
def write(tmp_path):
    """Write a file of trials (start, stop) and units."""

    def written(trials, units, stimuli=None, column="stimulus", invalid=()):
        nwb = pynwb.NWBFile("d", "i", datetime(2020, 1, 1, tzinfo=UTC))
        nwb.add_trial_column(column, "shown")
        for k, (start, stop) in enumerate(trials):
            shown = {column: stimuli[k] if stimuli else "ab"[k % 2]}
            nwb.add_trial(start_time=start, stop_time=stop, **shown)
        for name in sorted({key for unit in units for key in unit} - {*"spike_times"}):
            if name in ("unit_name", "label"):
                nwb.add_unit_column(name, "name")
        for unit in units:
            nwb.add_unit(**unit)
        for start, stop in invalid:
            nwb.add_invalid_time_interval(start_time=start, stop_time=stop)
        path = tmp_path / "recorded.nwb"
        with pynwb.NWBHDF5IO(str(path), "w") as handle:
            handle.write(nwb)
        return path

    return written


SECONDS = [(float(k), k + 1.0) for k in range(10)]


@pytest.mark.parametrize("stimuli", [(90, 0), ("on", "off"), (0.5, 0.25), (1, 0.5)])
@pytest.mark.parametrize("span", [(0.0, 1.0), (-0.3, 0.7), (0.1, 0.4), (-0.2, 0.1)])
def test_what_is_written_is_read_back(tmp_path, stimuli, span):
    table = mixed(*span, stimuli)
    back = from_nwb(to_nwb(table, tmp_path / "spikes.nwb"))
    assert equal(back, table)
    assert back.stimuli == sorted(stimuli)


def test_the_last_moment_of_a_trial_is_read_back(tmp_path):
    table = mixed(0.1, 0.4)
    last = np.flatnonzero(np.append(np.diff(table.trial) > 0, True))
    table.spikes.loc[last, "time"] = np.nextafter(table.stop, 0)
    assert equal(from_nwb(to_nwb(table, tmp_path / "spikes.nwb")), table)


def test_a_silent_recording_is_read_back(tmp_path):
    table = mixed()
    silent = type(table)(table.spikes.iloc[:0], table.trials, table.neurons, 0.0, 1.0)
    assert equal(from_nwb(to_nwb(silent, tmp_path / "spikes.nwb")), silent)


def test_columns_that_the_format_has_itself_are_refused(tmp_path):
    table = mixed()
    table.trials["start_time"] = 0.0
    with pytest.raises(TableError, match="their own start_time"):
        to_nwb(table, tmp_path / "spikes.nwb")


def test_units_are_named_by_their_ids(write):
    table = from_nwb(
        write(SECONDS, [{"spike_times": [0.5, 1.5, 1.6], "id": 7}, {"spike_times": []}])
    )
    assert table.neurons == ("7", "1")
    assert table.counts()[:3].tolist() == [[1, 0], [2, 0], [0, 0]]


def test_names_and_stimuli_of_other_columns(write):
    units = [{"spike_times": [0.5], "label": "u"}, {"spike_times": [0.6], "label": "v"}]
    path = write(SECONDS, units, column="shown")
    assert from_nwb(path, stimulus="shown", names="label").neurons == ("u", "v")
    with pytest.raises(TableError, match="column 'stimulus'"):
        from_nwb(path)
    with pytest.raises(TableError, match="no column 'name'"):
        from_nwb(path, stimulus="shown", names="name")


def test_unsorted_times_are_sorted_and_edges_belong_to_the_next_trial(write):
    table = from_nwb(write(SECONDS, [{"spike_times": [3.0, 2.999, 0.2, 0.1 + 0.2, 2.0 - 1e-12]}]))
    assert table.counts()[:4, 0].tolist() == [2, 0, 2, 1]


@pytest.mark.parametrize(
    ("unobserved", "trials", "units"), [("drop_trials", 5, 2), ("drop_units", 10, 1)]
)
def test_what_was_not_observed_is_not_silence(write, unobserved, trials, units):
    path = write(
        SECONDS,
        [
            {"spike_times": REGULAR, "obs_intervals": [[4.0, 10.0], [0.0, 4.0]], "unit_name": "a"},
            {"spike_times": REGULAR[:50], "obs_intervals": [[0.0, 5.0]], "unit_name": "b"},
        ],
    )
    with pytest.raises(TableError, match=r"obs_intervals.*'b' in 5"):
        from_nwb(path)
    table = from_nwb(path, unobserved=unobserved)
    assert (len(table.trials), len(table.neurons)) == (trials, units)
    assert tuning(table)["rate"].to_numpy() == pytest.approx(10)
    assert from_nwb(path, unobserved="keep").counts()[:, 1].sum() == 50
    with pytest.raises(TableError, match="Unknown unobserved"):
        from_nwb(path, unobserved="forget")  # type: ignore[arg-type]


def test_invalid_times_are_not_silence(write):
    path = write(SECONDS, [{"spike_times": REGULAR}], invalid=[(2.5, 3.5)])
    with pytest.raises(TableError, match="invalid_times"):
        from_nwb(path)
    assert len(from_nwb(path, unobserved="drop_trials").trials) == 8
    with pytest.raises(TableError, match="leaves nothing"):
        from_nwb(path, unobserved="drop_units")


def test_units_of_time(write):
    rng = np.random.default_rng(0)
    trials = [(3.0 * k, 3.0 * k + 2) for k in range(20)]
    times = np.sort(rng.uniform(0, 60, 300))
    for factor, unit in ((1e3, "ms"), (1e6, "us")):
        path = write(trials, [{"spike_times": times * factor}])
        with pytest.raises(TableError, match="different units of time"):
            from_nwb(path)
        assert from_nwb(path, unit=unit).counts().sum() == ((times % 3) < 2).sum()
    path = write([(1000 * a, 1000 * b) for a, b in trials], [{"spike_times": times}])
    with pytest.raises(TableError, match="different units of time"):
        from_nwb(path)


def test_spikes_and_trials_that_hardly_meet(write):
    path = write(SECONDS, [{"spike_times": np.linspace(9, 200, 300)}])
    with pytest.warns(TableWarning, match="of 300 spikes are outside all trials"):
        from_nwb(path)
    path = write(SECONDS, [{"spike_times": REGULAR[:30]}])
    with pytest.warns(TableWarning, match="of 10 trials begin after the last spike"):
        from_nwb(path)


def test_of_fewer_than_ten_spikes_nothing_is_said(write):
    with pytest.warns(TableWarning, match="of 10 spikes are outside all trials"):
        from_nwb(write(SECONDS, [{"spike_times": np.linspace(20, 29, 10)}]))
    assert not from_nwb(write(SECONDS, [{"spike_times": np.linspace(20, 28, 9)}])).counts().sum()


def test_overlapping_trials_are_warned_of(write):
    with pytest.warns(TableWarning, match="9 trials begin before the one before them ends"):
        from_nwb(write([(k, k + 1.5) for k in map(float, range(10))], [{"spike_times": REGULAR}]))


@pytest.mark.parametrize(
    ("trials", "units", "message"),
    [
        (SECONDS, [{"waveform_mean": np.ones(3)}], "no spike times"),
        ([(0.0, 2.0)] * 3, [{"spike_times": [0.1]}], "begin at the same time"),
        ([(0.0, 1.0), (1.0, 3.0)], [{"spike_times": [0.1]}], "differ in length"),
        ([(0.0, 1.0), (1.0, np.nan)], [{"spike_times": [0.1]}], "trial 1 has no length"),
        ([(0.0, 1.0), (2.0, 2.0)], [{"spike_times": [0.1]}], "trial 1 has no length"),
        ([(0.0, 1.0), (2.0, 1.0)], [{"spike_times": [0.1]}], "trial 1 has no length"),
        (SECONDS, [{"spike_times": [0.1, np.nan]}], "not finite"),
        (SECONDS, [{"spike_times": [0.1], "unit_name": "a"}] * 2, "a name each"),
        (SECONDS, [{"spike_times": [0.1], "unit_name": ""}], "a name each"),
        (SECONDS, [{"spike_times": [0.1, 0.1]}], "same time twice"),
    ],
)
def test_files_that_cannot_be_right_are_refused(write, trials, units, message):
    path = write(trials, units)
    with pytest.raises(TableError, match=rf"recorded\.nwb: .*{message}"):
        from_nwb(path)


def test_files_without_stimuli_or_that_are_none_are_refused(write, tmp_path):
    path = write(SECONDS, [{"spike_times": [0.1]}], stimuli=["a"] * 9 + [""])
    with pytest.raises(TableError, match="1 of 10 rows have no stimulus"):
        from_nwb(path)
    (tmp_path / "text.nwb").write_text("not one")
    for name in ("text.nwb", "nowhere.nwb"):
        with pytest.raises(TableError, match=rf"{name}: cannot be read"):
            from_nwb(tmp_path / name)
