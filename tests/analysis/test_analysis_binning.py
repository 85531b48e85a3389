"""Bins: even where values differ, and none lost where most are the same."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.analysis.binning import bin_edges, binned
from brainsnn.analysis.tables import TableError


def sizes(values, n_bins):
    return np.bincount(binned(values, bin_edges(values, n_bins))).tolist()


@pytest.mark.parametrize("n", [7, 40, 101])
@pytest.mark.parametrize("n_bins", [1, 2, 4, 7])
def test_different_values_are_spread_evenly(n, n_bins):
    found = sizes(np.random.default_rng(0).permutation(n) * 0.1, n_bins)
    assert len(found) == n_bins
    assert max(found) - min(found) <= 1


def test_few_values_have_a_bin_each():
    values = np.array([0.0] * 95 + [1.0] * 4 + [7.0])
    assert sizes(values, 4) == [95, 4, 1]
    assert bin_edges(values, 4).tolist() == [0.5, 4.0]
    assert bin_edges(np.zeros(5), 4).size == 0
    assert bin_edges(np.empty(0), 4).size == 0


def test_a_value_that_most_have_leaves_the_other_bins_to_the_others():
    values = np.array([0.0] * 90 + [1.0] * 4 + [2.0] * 3 + [3.0] * 2 + [4.0])
    assert sizes(values, 4) == [90, 4, 3, 3]
    assert sizes(-values, 4) == [3, 3, 4, 90]
    assert sizes(values, 2) == [90, 10]


def test_neighbouring_numbers_are_told_apart():
    values = np.array([1.0, np.nextafter(1.0, 2.0)])
    assert binned(values, bin_edges(values, 2)).tolist() == [0, 1]


def test_what_cannot_be_cut_is_refused():
    with pytest.raises(TableError, match="NaN"):
        bin_edges(np.array([1.0, np.nan]), 2)
    with pytest.raises(TableError, match="one bin"):
        bin_edges(np.array([1.0]), 0)
