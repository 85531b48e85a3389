"""A trained network under noise, and what its populations tell over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from brainsnn.codes.jitter import jitter_steps
from brainsnn.experiment import TrainedNetwork
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.training.evaluation import evaluate

FOLDS = 5
"""Parts of the test trials, each decoded by what the others teach a decoder."""


def under_perturbations(
    network: TrainedNetwork[Any], levels: Mapping[str, Sequence[float]]
) -> pd.DataFrame:
    """Accuracy of test trials with input spikes shifted or left out, or with weights that are off.

    Parameters
    ----------
    network : TrainedNetwork
        Its engine has the same weights afterwards.
    levels : mapping of str to sequence of float
        Of ``jitter`` (steps), ``deletion`` (share of spikes) and ``noise`` (deviation of factors).

    Returns
    -------
    pandas.DataFrame
        ``kind``, ``level``, ``accuracy``.
    """
    rows = []
    for kind, of_kind in levels.items():
        for place, level in enumerate(of_kind):
            rng = network.streams.fresh(f"perturbed by {kind}", place)
            rows.append((kind, float(level), _accuracy(network, kind, level, rng)))
    return pd.DataFrame(rows, columns=["kind", "level", "accuracy"])


def _accuracy(
    network: TrainedNetwork[Any], kind: str, level: float, rng: np.random.Generator
) -> float:
    test = network.material.test
    inputs = test.inputs
    if kind == "jitter":
        inputs = jitter_steps(inputs, int(level), rng)
    elif kind == "deletion":
        inputs = without(inputs, rng.random(inputs.neuron.size) < level)
    kept = network.engine.weights
    first = {name: array.copy() for name, array in kept.items()}
    if kind == "noise":
        off = {n: w * (1 + level * rng.standard_normal(w.shape)) for n, w in first.items()}
        network.engine.set_weights(off)
    trials = LabelledTrials(inputs, test.labels)
    table = evaluate(network.engine.fixed(), trials, network.decoder, rule=network.rule)
    network.engine.set_weights(first)
    return float((table["decision"] == table["label"]).mean())


def without(trains: SpikeTrains, lost: NDArray[np.bool_]) -> SpikeTrains:
    """Trains without some of their spikes."""
    trial = trains.trial[~lost]
    offsets = np.searchsorted(trial, np.arange(trains.n_trials + 1))
    columns = trains.neuron[~lost], trains.step[~lost]
    return SpikeTrains(trains.n_neurons, trains.n_steps, offsets.astype(np.int64), *columns)


def told_over_time(
    network: TrainedNetwork[Any], window: int, first: NDArray[np.int64]
) -> pd.DataFrame:
    """How well counts of a population's spikes in each window tell the first cue and the label.

    By logistic regression, cross-validated over test trials.

    Parameters
    ----------
    network : TrainedNetwork
    window : int
        Steps.
    first : array of int, shape (n_trials,)
        The first cue of each test trial.

    Returns
    -------
    pandas.DataFrame
        ``population``, ``start`` (step), ``asked`` ("first cue", "match"), ``accuracy``.
    """
    test = network.material.test
    recording = network.engine.fixed().run(test.inputs)
    asked = {"first cue": first, "match": test.labels}
    rows = []
    for name in ("input", "hidden"):
        mine = recording.population == recording.code(name)
        for start in range(0, recording.n_steps - window + 1, window):
            seen = mine & (recording.step >= start) & (recording.step < start + window)
            counts = np.zeros((recording.n_trials, recording.populations[name]))
            np.add.at(counts, (recording.trial[seen], recording.neuron[seen]), 1)
            for what, labels in asked.items():
                rows.append((name, start, what, _decoded(counts, labels)))
    return pd.DataFrame(rows, columns=["population", "start", "asked", "accuracy"])


def _decoded(counts: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Accuracy of a linear decoder of counts on trials that did not teach it."""
    fewest = int(np.bincount(labels)[np.unique(labels)].min())
    if np.unique(labels).size < 2 or fewest < FOLDS:
        return float("nan")
    decoder = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return float(cross_val_score(decoder, counts, labels, cv=FOLDS).mean())
