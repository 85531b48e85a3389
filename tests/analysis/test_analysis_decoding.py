"""Decoding with folds: what is decodable is decoded, what is not stays at chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.accuracy import wilson_interval
from brainsnn.analysis.binning import bin_edges
from brainsnn.analysis.decoding import (
    _chance,
    cross_validated,
    decode_against_window,
    features_of,
    predict,
    stratified_folds,
)
from brainsnn.analysis.spikes import from_frame
from brainsnn.analysis.tables import TableError


def test_folds_are_even_and_refused_where_impossible():
    labels = np.repeat([0, 1, 2], [10, 10, 5])
    fold = stratified_folds(labels, 5, np.random.default_rng(0))
    for label, share in ((0, 2), (1, 2), (2, 1)):
        assert np.bincount(fold[labels == label]).tolist() == [share] * 5
    with pytest.raises(TableError, match="smallest class has 5"):
        stratified_folds(labels, 6, np.random.default_rng(0))
    with pytest.raises(TableError, match="smallest class has 1"):
        stratified_folds(np.array([0, 1]), 2, np.random.default_rng(0))


def test_missing_values_are_a_response():
    train = np.array([[np.nan], [np.nan], [1.0], [1.0]])
    found = predict(train, np.array([0, 0, 1, 1]), np.array([[np.nan], [1.0], [1.5]]), 2)
    assert found.tolist() == [0, 1, 1]


def test_a_trial_is_never_decoded_by_itself():
    """Features that name the trial but not its class must not help."""
    labels = np.tile([0, 1], 100)
    features = np.arange(200.0)[:, None]
    rng = np.random.default_rng(0)
    mixed = rng.permutation(labels)
    fold = stratified_folds(mixed, 10, rng)
    assert abs((cross_validated(features, mixed, fold, 50) == mixed).mean() - 0.5) < 0.12


def test_windows_chance_and_intervals():
    rng = np.random.default_rng(3)
    stimulus = np.repeat(["a", "b", "c"], 20)
    latency = np.repeat([0.1, 0.2, 0.3], 20) + rng.uniform(0, 0.04, 60)
    spikes = pd.DataFrame(
        {"trial": range(60), "neuron": "x", "time": 0.5 + latency, "stimulus": stimulus}
    )
    table = from_frame(spikes, 0, 1)
    summary, trials = decode_against_window(
        table, np.full(60, 0.5), np.array([0.05, 0.4]), rng, n_bins=3, shuffles=40
    )
    found = summary.set_index(["code", "window"])
    assert found.loc[("latency", 0.4), "accuracy"] == 1
    assert found.loc[("count", 0.4), "accuracy"] <= 0.4
    assert found.loc[("both", 0.05), "accuracy"] <= 0.4
    low, high = found.loc[("latency", 0.4), ["chance_low", "chance_high"]]
    assert low < 1 / 3 < high < 0.6
    assert len(trials) == 60 * 3 * 2


def test_a_rare_spike_is_decoded():
    """Neuron k fires once to stimulus k and is silent otherwise: who fired says it."""
    stimulus = np.tile(np.arange(5), 20)
    spikes = pd.DataFrame({"trial": range(100), "neuron": stimulus, "stimulus": stimulus})
    table = from_frame(spikes.assign(time=0.05), 0, 0.1)
    assert (table.counts().argmax(axis=1) == table.stimulus).all()
    found, _ = decode_against_window(table, 0.0, [0.1], np.random.default_rng(0))
    assert found["accuracy"].tolist() == [1, 1, 1]


def test_a_silent_recording_is_at_chance():
    spikes = pd.DataFrame({"trial": [], "neuron": [], "time": []})
    trials = pd.DataFrame({"trial": range(40), "stimulus": ["a", "b"] * 20})
    table = from_frame(spikes, 0, 1, trials=trials, neurons=("x",))
    found, _ = decode_against_window(table, 0.0, [0.5], np.random.default_rng(0))
    assert found["accuracy"].tolist() == [0.5] * 3


def test_a_class_that_training_lacks_is_never_decided_for():
    train = np.array([[0.0], [0.0], [1.0], [1.0]])
    assert predict(train, np.array([0, 0, 2, 2]), np.array([[0.0], [1.0]]), 2).tolist() == [0, 2]


@pytest.mark.parametrize("labels", [[], [0.5, 1.0], [-1, 0], [[0, 1]]])
def test_labels_that_are_no_classes_are_refused(labels):
    with pytest.raises(TableError, match="whole numbers from 0"):
        stratified_folds(np.array(labels), 2, np.random.default_rng(0))


def most_probable(train, labels, unknown, n_bins):
    """The decoder as its definition has it: one class and feature at a time, for one trial."""
    scores = []
    for label in range(labels.max() + 1):
        mine = train[labels == label]
        score = np.log(len(mine) / len(train))
        for k, value in enumerate(unknown):
            edges = bin_edges(train[~np.isnan(train[:, k]), k], n_bins)
            places = [-1 if np.isnan(v) else sum(edges <= v) for v in (value, *mine[:, k])]
            share = places[1:].count(places[0]) + 1 / (edges.size + 2)
            score += np.log(share / (len(mine) + 1))
        scores.append(score)
    return int(np.argmax(scores))


@pytest.mark.parametrize("n_bins", [2, 3])
def test_the_prior_and_the_smoothing_are_those_of_the_definition(n_bins):
    rng = np.random.default_rng(5)
    labels = rng.choice(3, 60, p=[0.6, 0.3, 0.1])
    features = rng.normal(0.4 * labels[:, None], 1, (60, 3)).round(1)
    features[rng.random((60, 3)) < 0.2] = np.nan
    train, unknown = features[:30], features[30:]
    wanted = [most_probable(train, labels[:30], trial, n_bins) for trial in unknown]
    assert predict(train, labels[:30], unknown, n_bins).tolist() == wanted


def test_what_is_equally_likely_is_decided_by_how_often_a_class_came():
    labels = np.array([0, 1, 1, 1])
    assert predict(np.zeros((4, 1)), labels, np.zeros((1, 1)), 2).tolist() == [1]
    assert predict(np.zeros((4, 1)), 1 - labels, np.zeros((1, 1)), 2).tolist() == [0]


def test_a_window_has_its_begin_and_not_its_end():
    times = [0.0, 0.1, 0.25, 0.3, 0.4]
    spikes = pd.DataFrame({"trial": 0, "neuron": "x", "time": times, "stimulus": "a"})
    for onset, window, count, latency in (
        (0.1, 0.2, 2, 0.0),
        (0.1, 0.15, 1, 0.0),
        (0.2, 0.1, 1, 0.05),
        (0.3, 0.1, 1, 0.0),
        (0.3, 0.2, 2, 0.0),
        (0.05, 0.05, 0, np.nan),
    ):
        found = features_of(from_frame(spikes, 0, 0.5), onset, window)
        assert found["count"].tolist() == [[count]], (onset, window)
        np.testing.assert_allclose(found["latency"], [[latency]], atol=1e-12)
        np.testing.assert_allclose(found["both"], [[count, latency]], atol=1e-12)
    with pytest.raises(TableError, match="beyond the trial"):
        features_of(from_frame(spikes, 0, 0.5), 0.3, 0.21)


def test_intervals_are_of_the_confidence_asked_for(monkeypatch):
    stimulus = ["a", "b"] * 20
    spikes = pd.DataFrame({"trial": range(40), "neuron": "x", "time": 0.5, "stimulus": stimulus})
    monkeypatch.setattr("brainsnn.analysis.decoding._chance", lambda *_: np.linspace(0, 1, 101))
    for given, low, high in (({}, 0.025, 0.975), ({"confidence": 0.8}, 0.1, 0.9)):
        found, _ = decode_against_window(
            from_frame(spikes, 0, 1), 0.0, [0.9], np.random.default_rng(0), **given
        )
        assert found["chance"].tolist() == pytest.approx([0.5] * 3)
        assert found["chance_low"].tolist() == pytest.approx([low] * 3)
        assert found["chance_high"].tolist() == pytest.approx([high] * 3)
        bounds = wilson_interval(20, 40, given.get("confidence", 0.95))
        assert found.loc[0, ["low", "high"]].tolist() == pytest.approx([float(b) for b in bounds])


def test_without_shuffles_nothing_is_said_of_chance():
    spikes = pd.DataFrame({"trial": range(20), "neuron": "x", "time": 0.5, "stimulus": ["a"] * 20})
    table = from_frame(spikes, 0, 1)
    for shuffles, missing in ((0, True), (1, False)):
        found, trials = decode_against_window(
            table, 0.0, [0.6], np.random.default_rng(0), n_folds=2, shuffles=shuffles
        )
        assert found["chance"].isna().all() == missing
    assert trials["trial"].tolist() == list(range(20)) * 3


def test_chance_is_the_accuracy_with_the_stimuli_shuffled():
    """Two of three trials are of one class, and nothing tells them apart."""
    labels = np.repeat([0, 0, 1], 20)
    found = _chance(np.zeros((60, 1)), labels, 5, 2, 3, np.random.default_rng(0))
    assert found.tolist() == pytest.approx([2 / 3] * 3)


def test_two_folds_and_a_trial_a_fold_are_enough():
    assert sorted(stratified_folds(np.array([0, 0]), 2, np.random.default_rng(0))) == [0, 1]
    with pytest.raises(TableError, match="two folds or more"):
        stratified_folds(np.array([0, 0]), 1, np.random.default_rng(0))
