"""What a network says when it is read before the trial is over, by either code."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.tables import TableError, require_columns, whole_numbers


def early_readings(
    spikes: pd.DataFrame, labels: NDArray[np.integer], n_classes: int, n_steps: int
) -> pd.DataFrame:
    """Accuracy of the rate and the first-spike decision at every step, from output spikes alone.

    Read after step t, the rate code names the output with most spikes so far, the first-spike code
    the output whose first spike was earliest. Ties and silence are wrong: no potentials are used.

    Parameters
    ----------
    spikes : pandas.DataFrame
        Columns ``trial`` (position in `labels`), ``neuron``, ``step``: the output's spikes.
    labels : array of int, shape (n_trials,)
    n_classes, n_steps : int

    Returns
    -------
    pandas.DataFrame
        A row a code and step: ``code`` (``"rate"``, ``"first_spike"``), ``step``, ``accuracy``,
        ``tie``, ``silent`` (fractions of trials).

    Raises
    ------
    TableError
        If a trial, neuron, step or label is missing or does not exist.
    """
    require_columns(spikes, ("trial", "neuron", "step"), "spikes")
    shape = (labels.size, n_classes)
    counts, first = np.zeros(shape, np.int64), np.full(shape, n_steps)
    trial, neuron, when = (
        _below(whole_numbers(spikes, name, 0, "spikes"), size, name)
        for name, size in (("trial", labels.size), ("neuron", n_classes), ("step", n_steps))
    )
    labels = whole_numbers(pd.DataFrame({"label": labels}), "label", 0, "labels")
    _below(labels, n_classes, "label")
    order = np.argsort(when, kind="stable")
    ends = np.searchsorted(when[order], np.arange(n_steps), side="right")
    rows, begin = [], 0
    for step, end in enumerate(ends):
        now = trial[order[begin:end]], neuron[order[begin:end]]
        np.add.at(counts, now, 1)
        first[now] = np.minimum(first[now], step)
        silent = counts.max(axis=1) == 0
        for code, score in (("rate", counts), ("first_spike", -first)):
            best = score == score.max(axis=1, keepdims=True)
            tie = (best.sum(axis=1) > 1) & ~silent
            right = best[np.arange(labels.size), labels] & ~tie & ~silent
            rows.append((code, step, right.mean(), tie.mean(), silent.mean()))
        begin = end
    return pd.DataFrame(rows, columns=["code", "step", "accuracy", "tie", "silent"])


def _below(values: NDArray[np.int64], size: int, name: str) -> NDArray[np.int64]:
    """Values that are all below `size`."""
    if values.size and values.max() >= size:
        raise TableError(f"The spikes: {name} must be in 0..{size - 1}, got {values.max()}.")
    return values
