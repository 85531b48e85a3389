"""The logistic network: one update worked by hand, and a small task."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.errors import LearningError
from brainsnn.learning.logistic import LogisticNetwork


def test_one_update_by_hand():
    network = LogisticNetwork(np.zeros((2, 2)), np.zeros(2))
    network.epoch(np.array([[0.5, 0.0]]), np.array([1]), np.array([0]), 0.1)
    np.testing.assert_allclose(network.weights, [[-0.025, 0.025], [0, 0]])
    np.testing.assert_allclose(network.bias, [-0.05, 0.05])


def test_a_small_task_is_learned():
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2
    inputs = np.where((np.arange(6) < 3) == (labels == 0)[:, None], 0.8, 0.1)
    network = LogisticNetwork.draw(6, 2, rng)
    for _ in range(50):
        network.epoch(inputs, labels, rng.permutation(40), 0.1)
    assert (network.classes(inputs) == labels).all()


def test_labels_that_do_not_fit_are_refused():
    network = LogisticNetwork.draw(2, 2, np.random.default_rng(0))
    for labels in ([2], [0, 1]):
        with pytest.raises(LearningError, match="as many labels"):
            network.epoch(np.ones((1, 2)), np.array(labels), np.array([0]), 0.1)
