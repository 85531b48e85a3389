"""Counts of spikes in bins, and how they vary: Fano factors over windows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import EQUAL, lengths
from brainsnn.analysis.tables import TableError


def n_bins(start: float, stop: float, bin_size: float) -> int:
    """Number of whole bins in a span.

    Raises
    ------
    TableError
        If a bin has no length, or is longer than the span.
    """
    length = stop - start
    if not 0 < bin_size <= length + EQUAL:
        raise TableError(f"A bin must be in (0, {length:g}] s, got {bin_size:g}.")
    return int(np.floor(length / bin_size + 1e-9))


def places(times: NDArray[np.float64], start: float, bin_size: float) -> NDArray[np.int64]:
    """Bin of each spike; one within a nanosecond of a bin's start belongs to it."""
    return np.floor((times - start + EQUAL) / bin_size).astype(np.int64)


def bin_counts(
    times: NDArray[np.float64], start: float, stop: float, bin_size: float
) -> NDArray[np.int64]:
    """Spikes in each whole bin of a span, shape (n_bins,); bins are closed on the left."""
    n = n_bins(start, stop, bin_size)
    place = places(times, start, bin_size)
    return np.bincount(place[place < n], minlength=n).astype(np.int64)


def table_counts(table: SpikeTable, bin_size: float) -> NDArray[np.int64]:
    """Spikes in each whole bin of every train, shape (n_trials, n_neurons, n_bins)."""
    n, neurons = n_bins(table.start, table.stop, bin_size), len(table.neurons)
    place = places(table.time, table.start, bin_size)
    inside = place < n
    flat = (table.trial[inside] * neurons + table.neuron[inside]) * n + place[inside]
    counts = np.bincount(flat, minlength=len(table.trials) * neurons * n)
    return counts.reshape(-1, neurons, n).astype(np.int64)


def fano_factors(table: SpikeTable, windows: Any) -> pd.DataFrame:
    """Fano factors of counts in consecutive windows, by stimulus, neuron and window.

    All windows of all trials of a stimulus are taken together, so what changes in the course of a
    trial counts as variability; that over trials alone is `brainsnn.analysis.spikes.rates.tuning`.

    Parameters
    ----------
    table : SpikeTable
    windows : float or array_like
        Lengths in seconds; a last window that reaches beyond the trial is left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``stimulus``, ``neuron``, ``window`` (s), ``windows`` (number), ``mean``,
        ``variance`` (over n), ``fano`` (variance over mean; NaN where there are no spikes).

    Raises
    ------
    TableError
        If a window has no length, or is longer than the trials.
    """
    parts = []
    for window in lengths(windows):
        counts = table_counts(table, float(window))
        for k, stimulus in enumerate(table.stimuli):
            mine = counts[table.stimulus == k]
            mean, variance = mine.mean(axis=(0, 2)), mine.var(axis=(0, 2))
            columns = {
                "stimulus": stimulus,
                "neuron": list(table.neurons),
                "window": window,
                "windows": mine.shape[0] * mine.shape[2],
                "mean": mean,
                "variance": variance,
                "fano": variance / np.where(mean > 0, mean, np.nan),
            }
            parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)
