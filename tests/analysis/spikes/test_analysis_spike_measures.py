"""Rates, intervals, latencies and distances: values worked by hand or known in distribution."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.spikes import from_frame
from analysis.spikes.distances import distances
from analysis.spikes.rates import intervals, psth, smooth, summary, tuning
from analysis.spikes.timing import kaplan_meier_median, latencies, latency_summary, rank_order
from analysis.tables import TableError


def table(rows, stimuli=("a", "a"), neurons=("x",), stop=1.0):
    """Rows of (trial, neuron, time)."""
    spikes = pd.DataFrame(rows, columns=["trial", "neuron", "time"])
    trials = pd.DataFrame({"trial": range(len(stimuli)), "stimulus": stimuli})
    return from_frame(spikes, 0.0, stop, trials=trials, neurons=neurons)


TWO = [(0, "x", 0.05), (0, "x", 0.15), (0, "x", 0.45), (1, "x", 0.12)]


def test_psth():
    rates = psth(table(TWO), 0.1)
    assert rates["rate"].tolist() == [5, 10, 0, 0, 5, 0, 0, 0, 0, 0]
    assert rates["sem"].iloc[0] == pytest.approx(5)
    assert rates["time"].iloc[3] == pytest.approx(0.3)
    with pytest.raises(TableError, match="bin"):
        psth(table(TWO), 2.0)


def test_smoothing_keeps_a_constant_rate():
    regular = [(0, "x", 0.005 + 0.01 * k) for k in range(100)]
    rates = smooth(psth(table(regular, ("a",)), 0.01), 0.05)
    np.testing.assert_allclose(rates["rate"], 100)
    with pytest.raises(TableError, match="width"):
        smooth(rates, 0)


def test_intervals():
    row = intervals(table(TWO)).iloc[0]
    assert row["intervals"] == 2
    assert row["mean"] == pytest.approx(0.2)
    assert row["cv"] == pytest.approx(np.std([0.1, 0.3], ddof=1) / 0.2)
    assert row["cv2"] == pytest.approx(2 * 0.2 / 0.4)


def test_tuning_and_one_trial_a_class():
    row = tuning(table(TWO)).iloc[0]
    assert (row["count"], row["variance"], row["fano"], row["rate"]) == (2, 2, 1, 2)
    alone = tuning(table(TWO, ("a", "b")))
    assert alone["count"].tolist() == [3, 1]
    assert alone["fano"].isna().all()


def test_poisson_trains_have_unit_fano_cv_and_cv2():
    """400 trials of 100 spikes: standard errors of 0.07, 0.005 and 0.004; bounds of 5 of them."""
    rng = np.random.default_rng(0)
    rows = [
        (trial, "x", time)
        for trial in range(400)
        for time in np.sort(rng.uniform(0, 10, rng.poisson(100)))
    ]
    row = summary(table(rows, ("a",) * 400, stop=10.0)).iloc[0]
    assert row["fano"] == pytest.approx(1, abs=0.35)
    assert row["cv"] == pytest.approx(1, abs=0.03)
    assert row["cv2"] == pytest.approx(1, abs=0.02)


def test_latencies_with_censoring():
    spikes = [(0, "x", 0.1), (0, "x", 0.3), (1, "x", 0.25), (2, "y", 0.9)]
    wide = table(spikes, ("a", "a", "b"), ("x", "y"))
    found = latencies(wide, np.array([0.2, 0.2, 0.0]), 0.5)
    x = found[found["neuron"] == "x"]
    assert x["latency"].tolist() == pytest.approx([0.1, 0.05, 0.5])
    assert x["censored"].tolist() == [False, False, True]
    assert found[found["neuron"] == "y"]["censored"].all()
    totals = latency_summary(found).set_index(["stimulus", "neuron"])
    assert totals.loc[("a", "x"), "mean"] == pytest.approx(0.075)
    assert totals.loc[("b", "x"), "censored"] == 1
    assert np.isnan(totals.loc[("b", "x"), "median"])


def test_kaplan_meier():
    latency = np.array([1.0, 2.0, 3.0, 3.0])
    assert kaplan_meier_median(latency, np.array([False] * 4)) == 2.0
    assert kaplan_meier_median(latency, np.array([False, True, False, True])) == 3.0
    assert np.isnan(kaplan_meier_median(latency, np.array([False, True, True, True])))


def test_rank_order():
    spikes = [(0, "x", 0.2), (0, "y", 0.1), (1, "x", 0.3)]
    found = latencies(table(spikes, neurons=("x", "y", "z")), 0.0, 1.0)
    ranks = rank_order(found).set_index(["trial", "neuron"])["rank"]
    assert ranks.loc[0].tolist() == [2, 1, 3]
    assert ranks.loc[1].tolist() == [1, 2.5, 2.5]


@pytest.mark.filterwarnings("ignore")
def test_distances():
    pytest.importorskip("elephant", reason="elephant is not installed")
    one = table([(0, "x", 0.1), (1, "x", 0.15)])
    assert distances(one, "x", "victor_purpura", 0.1)[0, 1] == pytest.approx(0.5)
    assert distances(one, "x", "victor_purpura", 0.01)[0, 1] == pytest.approx(2.0)
    far = distances(one, "x", "van_rossum", 0.001)
    assert far[0, 1] == pytest.approx(np.sqrt(2), rel=1e-3)
    for neuron, kind, scale in (("z", "van_rossum", 1), ("x", "other", 1), ("x", "van_rossum", 0)):
        with pytest.raises(TableError):
            distances(one, neuron, kind, scale)
