"""The window of a decoder: chosen without the trials it is tested on, or held against chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.decoding import stratified_folds
from brainsnn.analysis.spikes import from_frame
from brainsnn.analysis.tables import TableError
from brainsnn.analysis.window_choice import best_of_windows, nested_windows, responses

LABELS = np.repeat([0, 1], 30)
WINDOWS = tuple(0.1 * k for k in range(1, 9))


@pytest.fixture
def noise():
    """Responses that tell nothing, whatever the window."""
    rng = np.random.default_rng(1)
    return {"count": {w: rng.integers(0, 4, (60, 2)).astype(float) for w in WINDOWS}}


def test_the_best_of_many_windows_is_better_than_a_chosen_one(noise):
    best, nested = [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        found = best_of_windows(noise, LABELS, rng, n_folds=3, shuffles=8).iloc[0]
        assert found["chance"] > 0.53  # of eight windows, one does well by chance
        best.append(found["accuracy"])
        trials = nested_windows(noise, LABELS, stratified_folds(LABELS, 3, rng))
        nested.append((trials["decision"] == trials["label"]).mean())
    assert np.mean(nested) < np.mean(best) - 0.04


def test_a_window_that_tells_is_found():
    rng = np.random.default_rng(2)
    told = {
        w: rng.normal(size=(60, 1)) + (5 * LABELS[:, None] if w == WINDOWS[3] else 0)
        for w in WINDOWS
    }
    found = {"count": told}
    trials = nested_windows(found, LABELS, stratified_folds(LABELS, 5, rng))
    assert (trials["decision"] == trials["label"]).mean() > 0.95
    assert (trials["window"] == WINDOWS[3]).all()
    row = best_of_windows(found, LABELS, rng, n_folds=5, shuffles=19).iloc[0]
    assert row["window"] == WINDOWS[3]
    assert row["p"] == pytest.approx(1 / 20)
    assert row["accuracy"] > row["chance_high"]


def test_chance_is_told_with_the_share_of_shuffles_between():
    noise = {"count": {0.1: np.random.default_rng(5).normal(size=(60, 1))}}
    wide, narrow = (
        best_of_windows(noise, LABELS, np.random.default_rng(6), shuffles=40, confidence=c).iloc[0]
        for c in (0.95, 0.5)
    )
    assert wide["chance"] == narrow["chance"]
    assert wide["chance_low"] < narrow["chance_low"] < wide["chance"]
    assert wide["chance"] < narrow["chance_high"] < wide["chance_high"]


def test_trials_that_are_decided_do_not_choose_their_window():
    """In one window the held trials are told, by mistake of theirs alone: it is not chosen."""
    rng = np.random.default_rng(3)
    fold = np.arange(60) % 3
    good = rng.normal(size=(60, 1)) + 2 * LABELS[:, None]
    bad = np.where((fold == 0)[:, None], 9.0 * LABELS[:, None], rng.normal(size=(60, 1)))
    trials = nested_windows({"count": {0.1: bad, 0.2: good}}, LABELS, fold)
    assert (trials.loc[fold == 0, "window"] == 0.2).all()


def test_responses_by_code_and_window():
    frame = pd.DataFrame(
        {"neuron": ["a", "a"], "trial": [0, 1], "stimulus": ["x", "y"], "time": [0.05, 0.15]}
    )
    found = responses(from_frame(frame, 0.0, 1.0), 0.0, np.array([0.2, 0.1]))
    assert list(found) == ["count", "latency", "both"]
    assert all(list(by_window) == [0.1, 0.2] for by_window in found.values())
    with pytest.raises(TableError, match="No window"):
        responses(from_frame(frame, 0.0, 1.0), 0.0, np.empty(0))
    with pytest.raises(TableError, match="one shuffle"):
        best_of_windows(found, np.array([0, 1]), np.random.default_rng(0), shuffles=0)
