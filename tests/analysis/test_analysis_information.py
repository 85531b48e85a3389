"""Information on synthetic data of which it is known, and what corrections do with few trials."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.information import (
    CORRECTIONS,
    information_against_window,
    mutual_information,
    quantile_bins,
)
from brainsnn.analysis.spikes import from_frame
from brainsnn.analysis.tables import TableError, TableWarning


def channel(n_per, rng, n_stimuli=4, n_responses=8, flip=0.3):
    """Response 2 s, unless by chance any: `flip` of the time. Returns data and true information."""
    s = np.repeat(np.arange(n_stimuli), n_per)
    r = np.where(rng.random(s.size) < flip, rng.integers(0, n_responses, s.size), 2 * s)
    p = np.full((n_stimuli, n_responses), flip / n_responses)
    p[np.arange(n_stimuli), 2 * np.arange(n_stimuli)] += 1 - flip
    joint = p / n_stimuli
    known = (joint * np.log2(p / joint.sum(axis=0))).sum()
    return s, r, known


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_many_trials_give_the_known_information(correction):
    s, r, known = channel(20_000, np.random.default_rng(0))
    found = mutual_information(s, r, correction, repeats=8)
    assert found == pytest.approx(known, abs=0.01)


@pytest.mark.parametrize("correction", ["panzeri_treves", "shuffle", "quadratic"])
def test_corrections_take_most_of_the_bias(correction):
    """Means over 200 data sets of 20 trials a stimulus; the plain bias is about 0.16 bits."""
    rng, plain, corrected = np.random.default_rng(1), [], []
    for _ in range(200):
        s, r, known = channel(20, rng)
        plain.append(mutual_information(s, r, "none"))
        corrected.append(mutual_information(s, r, correction, rng, repeats=20))
    bias = np.mean(plain) - known
    assert bias > 0.08
    assert abs(np.mean(corrected) - known) < 0.5 * bias


@pytest.mark.parametrize("correction", ["panzeri_treves", "shuffle", "quadratic"])
def test_no_information_is_found_where_there_is_none(correction):
    rng = np.random.default_rng(2)
    values = [
        mutual_information(np.arange(90) % 3, rng.integers(0, 5, 90), correction, rng, repeats=20)
        for _ in range(100)
    ]
    assert abs(np.mean(values)) < 0.02


def test_a_perfect_response_tells_all():
    s = np.repeat([0, 1, 2, 3], 50)
    assert mutual_information(s, 7 * s, "none") == pytest.approx(2)
    assert mutual_information(s, s, "panzeri_treves") == pytest.approx(2, abs=0.03)
    assert mutual_information(s, s, "quadratic") == pytest.approx(2, abs=0.05)


def test_bad_input_is_refused():
    with pytest.raises(TableError, match="one response"):
        mutual_information(np.array([1, 2]), np.array([1]))
    with pytest.raises(TableError, match="Unknown correction"):
        mutual_information(np.array([1]), np.array([1]), "magic")  # type: ignore[arg-type]
    for missing in (np.array([1.0, np.nan]), np.array(["a", None], object)):
        for pair in ((missing, np.array([1, 2])), (np.array([1, 2]), missing)):
            with pytest.raises(TableError, match="not missing"):
                mutual_information(*pair)
    with pytest.raises(TableError, match="one repeat"):
        mutual_information(np.arange(8) % 2, np.arange(8), "shuffle", repeats=0)


def bayescount(counts):
    """Possible responses as the authors' program counts them, written from its description."""
    n, seen = sum(counts), [c for c in counts if c]
    possible = len(seen)
    if possible == len(counts):
        return possible
    nearer, gap, x = len(counts), sum((1 - c / n) ** n for c in seen), 0
    while gap < nearer and len(seen) + x < len(counts):
        x, nearer = x + 1, gap
        share = 1 - (n / (n + len(seen))) ** (1 / n)
        known = [(1 - x * share) * (c + 1) / (n + len(seen)) for c in seen]
        expected = sum(1 - (1 - p) ** n for p in known) + x * (1 - (1 - share) ** n)
        gap = abs(len(seen) - expected)
    return len(seen) + x - (gap >= nearer)


@pytest.mark.parametrize("rate", [0.3, 2.0, 8.0])
def test_panzeri_and_treves_is_the_authors(rate):
    rng = np.random.default_rng(4)
    for trials in (3, 12, 30):
        s = np.repeat(np.arange(4), trials)
        r = rng.poisson(rate * (0.5 + s))
        joint = np.zeros((4, r.max() + 1), int)
        np.add.at(joint, (s, r), 1)
        joint = joint[:, joint.any(axis=0)]
        evoked = sum(bayescount(row.tolist()) - 1 for row in joint) - (joint.shape[1] - 1)
        plain = mutual_information(s, r, "none")
        wanted = plain - evoked / (2 * s.size * np.log(2))
        assert mutual_information(s, r, "panzeri_treves") == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("correction", ["panzeri_treves", "quadratic"])
def test_more_than_the_entropy_is_warned_of(correction):
    s = np.arange(8) % 2
    with pytest.warns(TableWarning, match=r"more than the entropy, 1 bits: .* \(8\)"):
        assert mutual_information(s, s, correction) > 1


def test_a_quarter_of_the_trials_must_hold_every_stimulus():
    s = np.arange(9) % 3
    with pytest.raises(TableError, match="four or more of every stimulus; one has 3"):
        mutual_information(s, s, "quadratic")


def test_a_rare_spike_tells_what_it_tells():
    """One spike in 9 of 10 trials of one of five tones: the information of that table."""
    s = np.repeat(np.arange(5), 40)
    fires = np.arange(200) < 36
    spikes = pd.DataFrame({"trial": np.flatnonzero(fires), "neuron": "u", "time": 0.02})
    trials = pd.DataFrame({"trial": range(200), "stimulus": s})
    table = from_frame(spikes, 0, 0.2, trials=trials)
    p, q = 0.18, 0.9
    wanted = p * np.log2(1 / 0.2) + 0.02 * np.log2(0.1 / 0.82) + 0.8 * np.log2(1 / 0.82)
    assert q * 0.2 == pytest.approx(p)
    found = information_against_window(table, 0.0, [0.2], "none")["information"]
    assert found.to_numpy() == pytest.approx(wanted)


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_silent_neurons_tell_nothing(correction):
    spikes = pd.DataFrame({"trial": [], "neuron": [], "time": []})
    trials = pd.DataFrame({"trial": range(20), "stimulus": ["a", "b"] * 10})
    table = from_frame(spikes, 0, 1, trials=trials, neurons=("x",))
    found = information_against_window(table, 0.0, [0.5], correction)["information"]
    assert found.to_numpy() == pytest.approx(0)


def test_quantile_bins_keep_equal_values_together():
    assert quantile_bins(np.array([0.0, 0, 0, 1, 2, 3]), 3).tolist() == [0, 0, 0, 1, 2, 2]


def test_latency_tells_what_counts_cannot():
    """One spike a trial: early for one stimulus, late for the other."""
    time = np.where(np.arange(60) < 30, 0.1, 0.3) + np.linspace(0, 0.05, 60)
    names = np.where(np.arange(60) < 30, "a", "b")
    spikes = pd.DataFrame({"trial": range(60), "neuron": "x", "time": time, "stimulus": names})
    found = information_against_window(from_frame(spikes, 0, 1), 0.0, np.array([0.2, 0.9]))
    bits = found.set_index(["code", "window"])["information"]
    assert bits["count", 0.2] == pytest.approx(1, abs=0.05)  # only one of them within 0.2 s
    assert bits["count", 0.9] == pytest.approx(0, abs=0.05)
    assert bits["latency", 0.9] == pytest.approx(1, abs=0.1)


def test_without_a_generator_shuffles_are_those_of_seed_0():
    s, r, _ = channel(8, np.random.default_rng(3))
    assert mutual_information(s, r, "shuffle") == mutual_information(
        s, r, "shuffle", rng=np.random.default_rng(0)
    )
    spikes = pd.DataFrame({"trial": range(32), "neuron": "x", "time": r / 10, "stimulus": s})
    found = [
        information_against_window(from_frame(spikes, 0, 1), 0.0, [0.5], "shuffle", **given)
        for given in ({}, {"rng": np.random.default_rng(0)})
    ]
    pd.testing.assert_frame_equal(*found)
