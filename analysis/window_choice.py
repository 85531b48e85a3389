"""Decoding in a window that is chosen by the trials themselves, without fooling oneself.

The best of several windows is better than chance by the choice alone. Two remedies:

`nested_windows` chooses the window on the training folds of each test fold, so that its accuracy is
that of a decoder which was told nothing of the trials it is tested on; `best_of_windows` takes the
best window as it is and compares it with the best window of trials whose stimuli were shuffled,
which had the same choice.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.decoding import cross_validated, features_of, predict, stratified_folds
from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.tables import TableError

FloatArray = NDArray[np.float64]
Responses = Mapping[str, Mapping[float, FloatArray]]


def responses(
    table: SpikeTable, onset: FloatArray | float, windows: FloatArray
) -> dict[str, dict[float, FloatArray]]:
    """Responses by code and window, each of shape (n_trials, n_features)."""
    if not len(windows):
        raise TableError("No window to choose from.")
    out: dict[str, dict[float, FloatArray]] = {}
    for window in sorted(set(map(float, windows))):
        for code, features in features_of(table, onset, window).items():
            out.setdefault(code, {})[window] = features
    return out


def nested_windows(
    found: Responses, labels: NDArray[np.integer], fold: NDArray[np.int64], n_bins: int = 4
) -> pd.DataFrame:
    """Decode every trial in the window that does best on the other folds.

    Parameters
    ----------
    found : mapping of str to mapping of float to array
        What `responses` returns.
    labels : array of int, shape (n_trials,)
    fold : array of int, shape (n_trials,)
        Three folds or more.
    n_bins : int, default 4
        Bins of a feature.

    Returns
    -------
    pandas.DataFrame
        Columns ``trial``, ``label``, ``decision``, ``code``, ``window``: the one chosen, the
        shortest of several that do equally well.
    """
    parts = []
    for code, by_window in found.items():
        decision, chosen = np.empty(labels.size, np.int64), np.empty(labels.size)
        for k in np.unique(fold):
            held = fold == k
            inside = {w: features[~held] for w, features in by_window.items()}
            window = _best(inside, labels[~held], fold[~held], n_bins)[0]
            features = by_window[window]
            decision[held] = predict(features[~held], labels[~held], features[held], n_bins)
            chosen[held] = window
        columns = {"trial": np.arange(labels.size), "label": labels, "decision": decision}
        parts.append(pd.DataFrame({**columns, "code": code, "window": chosen}))
    return pd.concat(parts, ignore_index=True)


def best_of_windows(
    found: Responses,
    labels: NDArray[np.integer],
    rng: np.random.Generator,
    *,
    n_folds: int = 10,
    n_bins: int = 4,
    shuffles: int = 200,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Accuracy in each code's best window, and what the best window reaches by chance.

    Every shuffle has one order of the stimuli for all windows and codes, and then its own best
    window of each code.

    Returns
    -------
    pandas.DataFrame
        A row a code: ``code``, ``window``, ``accuracy``, ``chance``, ``chance_low``,
        ``chance_high`` (mean and quantiles over shuffles), ``p`` (share of the shuffles that do as
        well, this one counted among them).
    """
    if shuffles < 1:
        raise TableError(f"Chance takes one shuffle or more, not {shuffles}.")
    fold = stratified_folds(labels, n_folds, rng)
    ours = {code: _best(by_window, labels, fold, n_bins) for code, by_window in found.items()}
    chance = {code: np.empty(shuffles) for code in found}
    for k in range(shuffles):
        mixed = rng.permutation(labels)
        fold = stratified_folds(mixed, n_folds, rng)
        for code, by_window in found.items():
            chance[code][k] = _best(by_window, mixed, fold, n_bins)[1]
    tail = (1 - confidence) / 2
    rows = []
    for code, (window, accuracy) in ours.items():
        low, high = np.quantile(chance[code], [tail, 1 - tail])
        p = (1 + int((chance[code] >= accuracy).sum())) / (1 + shuffles)
        rows.append((code, window, accuracy, float(chance[code].mean()), low, high, p))
    names = ["code", "window", "accuracy", "chance", "chance_low", "chance_high", "p"]
    return pd.DataFrame(rows, columns=names)


def _best(
    by_window: Mapping[float, FloatArray],
    labels: NDArray[np.integer],
    fold: NDArray[np.int64],
    n_bins: int,
) -> tuple[float, float]:
    """The window of the largest cross-validated accuracy, and that accuracy."""
    scores = {
        window: float((cross_validated(features, labels, fold, n_bins) == labels).mean())
        for window, features in by_window.items()
    }
    best = max(scores, key=lambda window: (scores[window], -window))
    return best, scores[best]
