"""Rates, intervals and latencies: values worked by hand or known in distribution."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.spikes import from_frame
from brainsnn.analysis.spikes.intervals import intervals
from brainsnn.analysis.spikes.rates import psth, smooth, summary, tuning
from brainsnn.analysis.spikes.timing import (
    kaplan_meier_median,
    latencies,
    latency_summary,
    rank_order,
)
from brainsnn.analysis.tables import TableError


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
    assert row["cv"] == pytest.approx(0.5)
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


def test_means_and_jitter_are_of_trials_with_a_spike():
    """Three of five trials have one; a single one has a mean and no jitter, none has neither."""
    latency = [0.1, 0.2, 0.6, 0.5, 0.5, 0.3, 0.5, 0.5]
    censored = [False, False, False, True, True, False, True, True]
    columns = {"stimulus": list("aaaaabbc"), "neuron": "x", "latency": latency}
    found = latency_summary(pd.DataFrame({**columns, "censored": censored})).set_index("stimulus")
    assert found["trials"].tolist() == [5, 2, 1]
    assert found["censored"].tolist() == pytest.approx([0.4, 0.5, 1.0])
    np.testing.assert_allclose(found["mean"], [0.3, 0.3, np.nan])
    np.testing.assert_allclose(found["jitter"], [0.07**0.5, np.nan, np.nan])


def test_kaplan_meier():
    latency = np.array([1.0, 2.0, 3.0, 3.0])
    assert kaplan_meier_median(latency, np.array([False] * 4)) == 2.0
    assert kaplan_meier_median(latency, np.array([False, True, False, True])) == 3.0
    assert np.isnan(kaplan_meier_median(latency, np.array([False, True, True, True])))


def estimated_median(latency, censored):
    """Kaplan and Meier's median from the definition, in fractions."""
    left = Fraction(1)
    for t in sorted(set(latency[~censored].tolist())):
        left *= 1 - Fraction(int(sum((latency == t) & ~censored)), int(sum(latency >= t)))
        if left <= Fraction(1, 2):
            return t
    return np.nan


def test_those_censored_at_a_time_are_at_risk_then():
    rng = np.random.default_rng(0)
    found = []
    for n in (1, 2, 3, 4, 5, 8, 9) * 30:
        latency, censored = rng.integers(1, 6, n).astype(float), rng.random(n) < 0.4
        found.append(kaplan_meier_median(latency, censored))
        np.testing.assert_equal(found[-1], estimated_median(latency, censored))
    assert 20 < np.isnan(found).sum() < 150
    with pytest.raises(TableError, match="true or false"):
        kaplan_meier_median(np.array([1.0, 1.0]), np.array([0, 2]))


def test_a_window_of_rates_has_its_begin_and_not_its_end():
    rows = [(0, "x", t) for t in (0.1, 0.2, 0.25, 0.5, 0.9)] + [(1, "x", 0.3), (2, "x", 0.3)]
    wide = table(rows, ("a", "a", "b"), ("x", "y"))
    for begin, end, counts in (
        (None, None, [5, 1, 1]),
        (0.1, 0.5, [3, 1, 1]),
        (0.1, None, [5, 1, 1]),
        (0.11, None, [4, 1, 1]),
        (None, 0.3, [3, 0, 0]),
        (None, 0.5, [3, 1, 1]),
        (0.3, 0.9, [1, 1, 1]),
        (0.5, 1.0, [2, 0, 0]),
    ):
        row = tuning(wide, begin, end).set_index(["stimulus", "neuron"])
        length = (1.0 if end is None else end) - (begin or 0.0)
        a, b = row.loc[("a", "x")], row.loc[("b", "x")]
        assert (a["trials"], b["trials"]) == (2, 1)
        assert a["count"] == np.mean(counts[:2])
        assert a["variance"] == pytest.approx(np.var(counts[:2], ddof=1))
        assert a["rate"] == pytest.approx(np.mean(counts[:2]) / length)
        assert b["rate"] == pytest.approx(counts[2] / length)
        assert np.isnan(b["variance"])
        assert row.loc[("a", "y"), "count"] == 0
        first = wide.first(begin, end)[0, 0]
        inside = [t for t in (0.1, 0.2, 0.25, 0.5, 0.9) if (begin or 0) <= t < (end or 1)]
        assert first == (inside[0] if inside else pytest.approx(np.nan, nan_ok=True))
    for begin, end in ((-0.1, 0.5), (0.5, 1.1), (0.5, 0.5), (0.6, 0.5)):
        with pytest.raises(TableError, match="must lie within the trial"):
            tuning(wide, begin, end)


def test_bins_that_do_not_fill_the_trial_and_a_trial_that_begins_later():
    spikes = pd.DataFrame({"trial": [0, 0, 1], "neuron": "x", "time": [0.5, 0.75, 1.05]})
    trials = pd.DataFrame({"trial": [0, 1, 2], "stimulus": ["a", "a", "b"]})
    rates = psth(from_frame(spikes, 0.5, 1.1, trials=trials), 0.25)
    assert rates["time"].tolist() == [0.5, 0.75] * 2
    assert rates["rate"].tolist() == [2, 2, 0, 0]
    assert rates["sem"].tolist()[:2] == [2, 2]
    assert rates["sem"].isna().tolist() == [False, False, True, True]
    assert len(psth(from_frame(spikes, 0.5, 1.1, trials=trials), 0.6)) == 2
    for wrong in (0, -0.1, 0.61):
        with pytest.raises(TableError, match=r"\(0, 0.6\]"):
            psth(from_frame(spikes, 0.5, 1.1, trials=trials), wrong)


def test_smoothing_is_the_convolution_with_a_normal_kernel_of_area_one():
    rng = np.random.default_rng(1)
    rates = pd.DataFrame({"stimulus": "a", "neuron": "x", "time": np.arange(30) * 0.02})
    rates = rates.assign(rate=rng.uniform(0, 9, 30), sem=0.0)
    apart = (rates["time"].to_numpy()[:, None] - rates["time"].to_numpy()) / 0.03
    kernel = np.where(np.abs(apart) <= 4 + 1e-9, np.exp(-(apart**2) / 2), 0)
    wanted = kernel @ rates["rate"] / kernel.sum(axis=1)
    np.testing.assert_allclose(smooth(rates, 0.03)["rate"], wanted, rtol=1e-3)
    assert smooth(rates, 1e-3)["rate"].tolist() == pytest.approx(rates["rate"].tolist())
    for width in (0, -1, np.inf):
        with pytest.raises(TableError, match="positive width"):
            smooth(rates, width)
    with pytest.raises(TableError, match="two bins"):
        smooth(rates[:1], 0.1)
    assert len(smooth(rates[:2], 0.1)) == 2


def test_intervals_are_those_of_a_train_alone():
    rows = [(0, "x", t) for t in (0.1, 0.2, 0.5)] + [(0, "y", 0.6), (0, "y", 0.7)]
    rows += [(1, "x", 0.3), (1, "x", 0.4), (2, "y", 0.1)]
    found = intervals(table(rows, ("a", "a", "b"), ("x", "y")))
    assert found["stimulus"].tolist() == ["a", "a", "b", "b"]
    assert found["neuron"].tolist() == ["x", "y", "x", "y"]
    assert found["intervals"].tolist() == [3, 1, 0, 0]
    gaps = [0.1, 0.3, 0.1]
    assert found["mean"].tolist()[:2] == pytest.approx([np.mean(gaps), 0.1])
    assert found["cv"][0] == pytest.approx(np.std(gaps) / np.mean(gaps))
    assert found["cv2"][0] == pytest.approx(2 * 0.2 / 0.4)
    assert found.loc[1:, "cv"].isna().all()
    assert found.loc[1:, "cv2"].isna().all()


def test_rank_order():
    spikes = [(0, "x", 0.2), (0, "y", 0.1), (1, "x", 0.3)]
    found = latencies(table(spikes, neurons=("x", "y", "z")), 0.0, 1.0)
    ranks = rank_order(found).set_index(["trial", "neuron"])["rank"]
    assert ranks.loc[0].tolist() == [2, 1, 3]
    assert ranks.loc[1].tolist() == [1, 2.5, 2.5]
