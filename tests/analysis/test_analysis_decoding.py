"""Decoding with folds: what is decodable is decoded, what is not stays at chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.decoding import cross_validated, decode_against_window, predict, stratified_folds
from analysis.spikes import from_frame
from analysis.tables import TableError


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
