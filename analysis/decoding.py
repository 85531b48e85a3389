"""Decoding a stimulus from responses, cross-validated, with chance and its interval.

The decoder is the same for every code, so that codes are compared and not decoders: each feature
(a neuron's count, or its first-spike latency) is cut into bins of about equal occupation by the
training trials, bins are taken to be independent given the stimulus, and the most probable stimulus
is chosen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.accuracy import wilson_interval
from brainsnn.analysis.binning import bin_edges, binned
from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import lengths, single
from brainsnn.analysis.spikes.timing import latencies
from brainsnn.analysis.tables import TableError

FloatArray = NDArray[np.float64]


def stratified_folds(
    labels: NDArray[np.integer], n_folds: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Fold of every trial, each class spread evenly over the folds.

    Raises
    ------
    TableError
        If labels are no classes, or a class has fewer trials than there are folds.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or not labels.size or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise TableError("Labels must be whole numbers from 0, one for each trial.")
    sizes = np.bincount(labels)
    if n_folds < 2 or sizes[sizes > 0].min() < n_folds:
        raise TableError(
            f"{n_folds}-fold cross-validation needs two folds or more and as many trials of every "
            f"class; the smallest class has {sizes[sizes > 0].min()}."
        )
    fold = np.empty(labels.size, np.int64)
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        fold[rng.permutation(mine)] = np.arange(mine.size) % n_folds
    return fold


def predict(
    train: FloatArray, labels: NDArray[np.integer], test: FloatArray, n_bins: int
) -> NDArray[np.int64]:
    """Most probable stimulus of each test trial.

    Parameters
    ----------
    train, test : array of float, shape (n_trials, n_features)
        NaN is a response of its own (no spike).
    labels : array of int, shape (n_train,)
    n_bins : int
        Bins of a feature, besides that of NaN.
    """
    n_classes = int(labels.max()) + 1
    with np.errstate(divide="ignore"):
        prior = np.log(np.bincount(labels, minlength=n_classes) / labels.size)
    score = np.tile(prior, (len(test), 1))
    for column, unknown in zip(train.T, test.T, strict=True):
        edges = bin_edges(column[~np.isnan(column)], n_bins)
        seen, asked = (_bin(values, edges) for values in (column, unknown))
        size = edges.size + 2
        counts = np.bincount(labels * size + seen, minlength=n_classes * size)
        table = counts.reshape(n_classes, size) + 1.0 / size
        score += np.log(table / table.sum(axis=1, keepdims=True))[:, asked].T
    return score.argmax(axis=1)


def _bin(values: FloatArray, edges: FloatArray) -> NDArray[np.int64]:
    """Bin of each value; 0 for NaN."""
    return np.where(np.isnan(values), 0, 1 + binned(values, edges))


def cross_validated(
    features: FloatArray, labels: NDArray[np.integer], fold: NDArray[np.int64], n_bins: int = 4
) -> NDArray[np.int64]:
    """Prediction of every trial by a decoder that has not seen its fold."""
    out = np.empty(labels.size, np.int64)
    for k in np.unique(fold):
        held = fold == k
        out[held] = predict(features[~held], labels[~held], features[held], n_bins)
    return out


def features_of(table: SpikeTable, onset: Any, window: float) -> dict[str, FloatArray]:
    """Responses in a window after the onset, by code, shape (n_trials, n_neurons).

    Parameters
    ----------
    table : SpikeTable
    onset : float, array of float, shape (n_trials,), Series or str
        When the stimulus begins, in seconds; see `brainsnn.analysis.spikes.times.onset_times`.
    window : float
        Length in seconds; it must not reach beyond a trial, for a count of less time is another.

    Returns
    -------
    dict
        ``count``; ``latency`` in seconds, NaN where there was no spike; ``both``, side by side.

    Raises
    ------
    TableError
        If an onset or the window does not fit the trials.
    """
    begin, n = table.onsets(onset), len(table.neurons)
    inside = table.since(begin, float(lengths(single(window, "window"))[0]))[1]
    flat = table.trial[inside] * n + table.neuron[inside]
    count = np.bincount(flat, minlength=len(table.trials) * n).reshape(-1, n).astype(np.float64)
    found = latencies(table, begin, window)
    first = found["latency"].where(~found["censored"]).to_numpy(np.float64).reshape(-1, n)
    return {"count": count, "latency": first, "both": np.concatenate([count, first], axis=1)}


def decode_against_window(
    table: SpikeTable,
    onset: Any,
    windows: Any,
    rng: np.random.Generator,
    *,
    n_folds: int = 10,
    n_bins: int = 4,
    shuffles: int = 0,
    confidence: float = 0.95,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decode the stimulus from counts and from latencies in growing windows.

    Parameters
    ----------
    table : SpikeTable
    onset : float, array of float, shape (n_trials,), Series or str
        When the stimulus begins, in seconds; see `brainsnn.analysis.spikes.times.onset_times`.
    windows : array of float
        Lengths in seconds; none reaches beyond a trial.
    rng : numpy.random.Generator
        Draws folds and shuffles.
    n_folds, n_bins : int, default 10 and 4
        Of the cross-validation; of a feature.
    shuffles : int, default 0
        Repetitions with shuffled stimuli, for what is reached by chance; 0 for none.
    confidence : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    summary : pandas.DataFrame
        Columns ``code``, ``window`` (s), ``accuracy`` with Wilson's interval ``low``, ``high``, and
        ``chance``, ``chance_low``, ``chance_high``: mean and quantiles with shuffled stimuli (NaN
        without shuffles).
    trials : pandas.DataFrame
        Columns ``trial``, ``label``, ``decision``, ``code``, ``window``.
    """
    labels = table.stimulus
    fold = stratified_folds(labels, n_folds, rng)
    rows, decisions = [], []
    for window in lengths(windows).tolist():
        for code, features in features_of(table, onset, window).items():
            decision = cross_validated(features, labels, fold, n_bins)
            right = decision == labels
            low, high = wilson_interval(right.sum(), right.size, confidence)
            chance = _chance(features, labels, n_folds, n_bins, shuffles, rng)
            tail = (1 - confidence) / 2
            bounds = np.quantile(chance, [tail, 1 - tail]) if chance.size else [np.nan] * 2
            middle = float(chance.mean()) if chance.size else np.nan
            score = (right.mean(), float(low), float(high), middle, *bounds)
            rows.append((code, window, *score))
            columns = {"trial": np.arange(labels.size), "label": labels, "decision": decision}
            decisions.append(pd.DataFrame({**columns, "code": code, "window": window}))
    names = ["code", "window", "accuracy", "low", "high", "chance", "chance_low", "chance_high"]
    return pd.DataFrame(rows, columns=names), pd.concat(decisions, ignore_index=True)


def _chance(
    features: FloatArray,
    labels: NDArray[np.integer],
    n_folds: int,
    n_bins: int,
    shuffles: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Accuracies with the stimuli shuffled over trials."""
    out = np.empty(shuffles)
    for k in range(shuffles):
        mixed = rng.permutation(labels)
        fold = stratified_folds(mixed, n_folds, rng)
        out[k] = (cross_validated(features, mixed, fold, n_bins) == mixed).mean()
    return out
