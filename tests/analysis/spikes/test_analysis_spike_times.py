"""Onsets and windows: in seconds, one a trial, within the trial."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.decoding import decode_against_window, features_of
from brainsnn.analysis.information import information_against_window
from brainsnn.analysis.spikes import from_frame
from brainsnn.analysis.spikes.correlograms import binned_correlograms, correlograms
from brainsnn.analysis.spikes.counts import fano_factors
from brainsnn.analysis.spikes.intervals import intervals
from brainsnn.analysis.spikes.pairs import SpikeTimeTiling, VictorPurpura, pairwise
from brainsnn.analysis.spikes.rates import psth, smooth
from brainsnn.analysis.spikes.times import seconds
from brainsnn.analysis.spikes.timing import kaplan_meier_median, latencies, latency_summary
from brainsnn.analysis.tables import TableError

N = 40
RNG = np.random.default_rng(3)
ONSET = np.round(RNG.uniform(0.2, 1.2, N), 3)
SHOWN = np.array(["A", "B"])[RNG.integers(0, 2, N)]


@pytest.fixture
def table():
    """The neuron answers to A after 50 ms, to B after 120 ms; the onset is a column too."""
    trials = pd.DataFrame({"trial": np.arange(N) + 7, "stimulus": SHOWN, "onset": ONSET})
    time = ONSET + np.where(SHOWN == "A", 0.05, 0.12)
    spikes = pd.DataFrame({"trial": trials["trial"], "neuron": "u", "time": time})
    return from_frame(spikes, 0, 2, trials=trials)


def by_number(onset):
    """A Series by trial number, in another order."""
    return pd.Series(onset, np.arange(N) + 7).sort_values()


ASKED = {
    "array": lambda: ONSET,
    "list": lambda: ONSET.tolist(),
    "series": lambda: pd.Series(ONSET),
    "numbered": lambda: by_number(ONSET),
    "column": lambda: "onset",
    "differences": lambda: pd.to_timedelta(ONSET, unit="s"),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_onsets_in_many_forms(table, asked):
    found = latency_summary(latencies(table, asked(), 0.5)).set_index("stimulus")
    assert found["median"].to_numpy() == pytest.approx([0.05, 0.12])
    assert not found["censored"].any()


WRONG = {
    "missing": (np.where(np.arange(N) % 4, ONSET, np.nan), "missing .* in 10 of 40"),
    "milliseconds": (ONSET * 1000, "outside the trial .* milliseconds"),
    "before": (ONSET - 0.5, "outside the trial"),
    "too few": (ONSET[:-1], "one for each of the 40 trials"),
    "table": (ONSET[:, None], "one for each of the 40 trials"),
    "unordered": (pd.Series(ONSET).sort_values(), "order is not known"),
    "unknown": ("began", "no column of the trials table"),
    "switches": (ONSET > 0.5, "not switches"),
    "dates": (pd.to_datetime(ONSET), "not dates"),
    "text": (["soon"] * N, "must be numbers"),
}


@pytest.mark.parametrize(("onset", "message"), WRONG.values(), ids=WRONG)
def test_impossible_onsets_are_refused_everywhere(table, onset, message):
    for measure in (
        lambda: latencies(table, onset, 0.3),
        lambda: features_of(table, onset, 0.3),
        lambda: information_against_window(table, onset, [0.3]),
        lambda: decode_against_window(table, onset, [0.3], RNG, n_folds=2),
    ):
        with pytest.raises(TableError, match=message):
            measure()


@pytest.mark.parametrize("window", [0, -0.1, np.nan, np.inf, "long"])
def test_impossible_windows_are_refused(table, window):
    with pytest.raises(TableError, match="window"):
        latencies(table, 0.1, window)
    with pytest.raises(TableError, match="window"):
        decode_against_window(table, 0.1, [0.2, window], RNG)


def test_windows_beyond_the_trial_are_censored_by_what_was_recorded():
    """Against the product of fractions, worked out here with each trial's own waiting time."""
    rng = np.random.default_rng(5)
    onset, latency = rng.uniform(0.3, 0.9, 400), rng.gamma(4, 0.08, 400)
    seen = onset + latency < 1.0
    spikes = pd.DataFrame({"trial": np.flatnonzero(seen), "neuron": "u"})
    spikes["time"] = (onset + latency)[seen]
    trials = pd.DataFrame({"trial": range(400), "stimulus": "s"})
    table = from_frame(spikes, 0.0, 1.0, trials=trials)
    waited = np.minimum(0.5, 1.0 - onset)
    event, left, median = latency < waited, 1.0, np.nan
    for t in np.sort(latency[event]):
        left *= 1 - 1 / (np.where(event, latency, waited) >= t).sum()
        if left <= 0.5:
            median = t
            break
    found = latencies(table, onset, 0.5)
    assert latency_summary(found)["median"].iloc[0] == pytest.approx(median, abs=1e-9)
    assert found.loc[~event, "latency"].to_numpy() == pytest.approx(waited[~event])
    with pytest.raises(TableError, match=r"window of 0\.5 s reaches beyond the trial"):
        features_of(table, onset, 0.5)
    with pytest.raises(TableError, match=r"window of 0\.5 s reaches beyond the trial"):
        information_against_window(table, onset, [0.05, 0.5])


def test_spikes_at_onset_and_at_the_windows_end():
    """0.1 + 0.2 is above 0.3: a spike there is at the onset, and one a window later after it."""
    spikes = pd.DataFrame({"trial": [0, 1], "stimulus": "s", "neuron": "u", "time": [0.3, 0.6]})
    table = from_frame(spikes, 0, 0.9)
    found = latencies(table, 0.1 + 0.2, 0.3)
    assert found["latency"].tolist() == [0, 0.3]
    assert found["censored"].tolist() == [False, True]
    assert features_of(table, 0.1 + 0.2, 0.3)["count"][:, 0].tolist() == [1, 0]
    assert features_of(table, 0.3, 0.6)["count"][:, 0].tolist() == [1, 1]


@pytest.mark.parametrize("silent", [0, 1, 3])
def test_the_median_of_an_even_number_is_that_of_fractions(silent):
    """Without censoring before it, half of the trials have fired at the n / 2-th spike."""
    for n in range(6, 101, 2):
        latency, censored = np.arange(1.0, n + 1) * 1e-3, np.arange(n) >= n - silent
        assert kaplan_meier_median(latency, censored) == latency[n // 2 - 1]


def test_median_with_ties_and_censoring_between():
    """S is 3/4, 3/4 (censored), 3/4 * 1/3 at a tie of two spikes and a trial censored with them."""
    latency = np.array([1.0, 2.0, 3.0, 3.0, 3.0, 5.0, 6.0, 7.0])
    censored = np.array([0, 1, 0, 0, 1, 1, 0, 0], bool)
    # 7/8, then of six at risk two: 7/8 * 4/6 = 7/12; then of two one: 7/24.
    assert kaplan_meier_median(latency, censored) == 6.0
    assert kaplan_meier_median(latency, censored.astype(int)) == 6.0
    assert np.isnan(kaplan_meier_median(np.empty(0), np.empty(0, bool)))
    for wrong in ([1.0, np.nan], [1.0]):
        with pytest.raises(TableError, match="a latency and a flag"):
            kaplan_meier_median(np.array(wrong), np.array([False, False]))
    with pytest.raises(TableError, match="true or false"):
        kaplan_meier_median(np.array([1.0]), np.array([np.nan]))


def test_summaries_refuse_what_is_missing(table):
    found = latencies(table, ONSET, 0.5)
    for column in ("stimulus", "neuron", "latency", "censored"):
        holed = found.astype({column: object})
        holed.loc[0, column] = None
        with pytest.raises(TableError, match=f"latencies table.*({column}|missing)"):
            latency_summary(holed)


def test_quantities_bring_their_unit():
    pq = pytest.importorskip("quantities", reason="quantities is not installed")
    assert seconds(np.array([250, 500]) * pq.ms, "times").tolist() == pytest.approx([0.25, 0.5])


LENGTHS = {
    "bins": lambda table, t: psth(table, t),
    "windows": lambda table, t: fano_factors(table, t),
    "kernel": lambda table, t: smooth(psth(table, 0.01), t),
    "lags": lambda table, t: correlograms(table, 0.01, t),
    "lags of counts": lambda table, t: binned_correlograms(table, t, 0.1),
    "refractoriness": lambda table, t: intervals(table, t),
    "latency": lambda table, t: latencies(table, 0.1, t),
    "responses": lambda table, t: pd.DataFrame(features_of(table, 0.1, t)["count"]),
    "counts": lambda table, t: pd.DataFrame(table.counts(0.0, t)),
    "scale": lambda table, t: pairwise(table, VictorPurpura(t), between="trials"),
    "tiles": lambda table, t: pairwise(table, SpikeTimeTiling(t), between="trials"),
}


@pytest.mark.parametrize("measure", LENGTHS.values(), ids=LENGTHS)
def test_a_length_is_one_time_in_any_form(table, measure):
    wanted = measure(table, 0.1)
    assert measure(table, pd.Timedelta("100ms")).equals(wanted)
    assert measure(table, np.timedelta64(100, "ms")).equals(wanted)
    with pytest.raises(TableError, match="numbers or time differences"):
        measure(table, "soon")


def test_several_lengths_are_not_taken_for_their_first(table):
    for several in (latencies, features_of):
        with pytest.raises(TableError, match="The window is one time, got 2"):
            several(table, 0.1, [0.1, 0.2])
    with pytest.raises(TableError, match="start of the trials is one time"):
        from_frame(table.spikes.assign(stimulus="A"), [0, 1], 2)
