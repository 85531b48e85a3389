"""Bins of about equal occupation, which part values that can be told apart as far as bins go."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.analysis.tables import TableError

FloatArray = NDArray[np.float64]


def bin_edges(values: FloatArray, n_bins: int) -> FloatArray:
    """Edges between bins of about equal occupation.

    As many different values as bins, or fewer, have a bin each. Of more, each bin in turn takes the
    values that bring it nearest to an equal share of what is left, one at least: where most trials
    have the same value (a neuron that is mostly silent), it has a bin and the others share the
    rest, instead of all being one.

    Parameters
    ----------
    values : array of float, shape (n,)
        Not NaN; equal ones share a bin.
    n_bins : int

    Returns
    -------
    array of float, shape (at most n_bins - 1,)
        Midway between the values that they part; a value at an edge belongs above it.

    Raises
    ------
    TableError
        If a value is NaN, or there is no bin.
    """
    if n_bins < 1:
        raise TableError(f"At least one bin is needed, got {n_bins}.")
    values = np.asarray(values, np.float64)
    if np.isnan(values).any():
        raise TableError("Values to be cut into bins must be numbers, got NaN.")
    distinct, counts = np.unique(values, return_counts=True)
    cuts = np.arange(1, distinct.size) if distinct.size <= n_bins else _cuts(counts, n_bins)
    below, above = distinct[cuts - 1], distinct[cuts]
    middle = below + (above - below) / 2
    return np.where(middle > below, middle, above)


def _cuts(counts: NDArray[np.int64], n_bins: int) -> NDArray[np.int64]:
    """First value of every bin but the first, as positions in `counts`."""
    ends = np.concatenate(([0], np.cumsum(counts)))
    cuts = [0]
    for left in range(n_bins, 1, -1):
        begin = cuts[-1]
        # The share of a bin, rounded as the quantiles of different values are.
        share = -(-(ends[-1] - ends[begin] - 1) // left)
        last = counts.size - (left - 1)
        choices = np.arange(begin + 1, last + 1)
        cuts.append(int(choices[np.abs(ends[choices] - ends[begin] - share).argmin()]))
    return np.array(cuts[1:], np.int64)


def binned(values: FloatArray, edges: FloatArray) -> NDArray[np.int64]:
    """Bin of each value, from 0."""
    return np.searchsorted(edges, values, side="right").astype(np.int64)
