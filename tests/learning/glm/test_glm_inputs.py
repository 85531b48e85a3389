"""Sparse input probabilities, and spikes drawn from them."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.errors import DataError
from brainsnn.learning.glm.inputs import RESOLUTION, SparseProbabilities, draw_spikes


def test_zeros_are_left_out():
    sparse = SparseProbabilities.of(np.array([[0.0, 0.5, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.2]]))
    assert (sparse.n_trials, sparse.n_inputs) == (3, 3)
    assert sparse.offsets.tolist() == [0, 1, 1, 3]
    assert sparse.neuron.tolist() == [1, 0, 2]
    assert sparse.probability.tolist() == [0.5, 1.0, 0.2]


@pytest.mark.parametrize("wrong", [np.full((2, 4), 1.3), np.full((2, 4), np.nan), np.zeros(4)])
def test_what_is_no_table_of_probabilities_is_refused(wrong):
    with pytest.raises(DataError, match="probabilities"):
        SparseProbabilities.of(wrong)


def test_spikes_come_as_often_as_they_should():
    """One of 999 normal counts is further than 5 sd off in fewer than 6 of 10,000 tests."""
    rng, n_steps, n = np.random.default_rng(0), 50, 1000
    p = np.concatenate(([0], np.linspace(0.05, 0.5, n - 1)))
    threshold, totals = np.rint(p * RESOLUTION).astype(np.int64), np.zeros(n)
    state = rng.integers(2**64, size=4, dtype=np.uint64)
    for _ in range(200):
        spikes, counts = np.zeros((n_steps, n + 1), np.int32), np.zeros(n_steps, np.int64)
        draw_spikes(np.arange(n, dtype=np.int32), threshold, state, spikes, counts)
        assert counts[-1] == 0
        for s in range(n_steps):
            totals[spikes[s, : counts[s]]] += 1
    draws = 200 * (n_steps - 1)
    deviation = np.abs(totals - draws * p) / np.sqrt(np.maximum(draws * p * (1 - p), 1e-9))
    assert totals[0] == 0
    assert deviation[1:].max() < 5
