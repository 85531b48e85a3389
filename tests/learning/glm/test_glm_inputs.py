"""Sparse input probabilities, and spikes drawn from them."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.errors import DataError
from brainsnn.learning.glm.inputs import PresentedTrials, SparseProbabilities, presented
from brainsnn.streams import Streams


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
    trials = SparseProbabilities.of(np.broadcast_to(p, (200, n)))
    trains = presented(trials, n_steps, rng.permutation(200), rng)
    assert trains.step.max() == n_steps - 2  # no potential hears the last
    totals = np.bincount(trains.neuron, minlength=n)
    draws = 200 * (n_steps - 1)
    deviation = np.abs(totals - draws * p) / np.sqrt(np.maximum(draws * p * (1 - p), 1e-9))
    assert totals[0] == 0
    assert deviation[1:].max() < 5


def test_trials_are_drawn_in_the_order_presented_and_stand_in_their_own():
    trials = SparseProbabilities.of(np.array([[0.5, 0.0, 0.4], [0.0, 0.0, 0.0], [0.3, 0.3, 0.3]]))
    there = presented(trials, 9, np.array([2, 0, 1]), np.random.default_rng(1))
    turned = SparseProbabilities.of(np.array([[0.3, 0.3, 0.3], [0.5, 0.0, 0.4], [0.0, 0.0, 0.0]]))
    plain = presented(turned, 9, np.arange(3), np.random.default_rng(1)).take(np.array([1, 2, 0]))
    for name in ("offsets", "neuron", "step"):
        np.testing.assert_array_equal(getattr(there, name), getattr(plain, name))
    assert np.diff(there.offsets)[1] == 0


def test_every_epoch_is_another_draw_and_the_same_again():
    trials = SparseProbabilities.of(np.full((20, 5), 0.3))
    first, again = (PresentedTrials(trials, 6, np.arange(20) % 2, Streams(4)) for _ in range(2))
    np.testing.assert_array_equal(first.epoch(3).inputs.step, again.epoch(3).inputs.step)
    assert not np.array_equal(first.epoch(3).inputs.offsets, first.epoch(4).inputs.offsets)
    orders = [first.order(number).tolist() for number in (0, 1, 0)]
    assert orders[0] == orders[2] != orders[1]
    assert sorted(orders[1]) == list(range(20))
