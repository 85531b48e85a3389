"""Digits learned without labels: what is shown, what learns, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError, DataError
from brainsnn.experiment import TrainedNetwork
from brainsnn.protocols.stdp.mnist import PROTOCOL, PoissonImages
from brainsnn.protocols.stdp.portions import Portions
from brainsnn.spikes import SpikeTrains

LITTLE = (
    *("engine=runtime", "seeds=1", "sizes=[10]", "portion=4", "labelled=6", "validated=2"),
    *("data.n_train=6", "data.n_test=5", "images.duration=10", "training.epochs=2"),
)


def little(*more: str):
    return apply_overrides(PROTOCOL.config(), [*LITTLE, *more])


def test_nothing_learns_while_neurons_are_labelled_and_tried():
    config = little()
    network = TrainedNetwork(PROTOCOL, PROTOCOL.conditions(config)[0])
    before = {name: array.copy() for name, array in network.engine.weights.items()}
    PROTOCOL.decided(network, network.material.validation, "labelled")
    for name, array in before.items():
        np.testing.assert_array_equal(network.engine.weights[name], array)
    np.testing.assert_allclose(before["input_output"].sum(axis=0), 78, rtol=0.1)


def test_all_images_have_the_same_rate_in_sum():
    images = np.zeros((2, 4, 4), np.uint8)
    images[0, 0] = 255
    images[1] = 10
    spikes = PoissonImages(duration=4000, total=1000).encode(images, 1, np.random.default_rng(1))
    counts = np.diff(spikes.offsets)
    assert abs(counts - 4000).max() < 5 * 4000**0.5
    assert set(spikes.neuron[: counts[0]]) == {0, 1, 2, 3}


def test_each_epoch_shows_the_next_images():
    asked = []

    def encode(epoch, images):
        asked.append((epoch, images.tolist()))
        return SpikeTrains.from_first_steps(np.zeros((images.size, 1), np.int64), 2)

    portions = Portions(np.array([3, 1, 4, 1, 5]), 2, encode)
    assert portions.epoch(2).labels.tolist() == [5, 3]
    trials, index = portions.epoch(1).block(np.array([1, 0]))
    assert (trials.labels.tolist(), index.tolist()) == ([1, 4], [0, 1])
    assert portions.plain().labels.tolist() == [3, 1]
    assert asked == [(1, [3, 2]), (None, [0, 1])]
    with pytest.raises(DataError, match="1 to 5 images, not 6"):
        Portions(np.arange(5), 6, encode)


def test_fewer_neurons_than_classes_are_refused():
    with pytest.raises(ConfigError, match="sizes"):
        little("sizes=[9]")
