"""MNIST as sequences and as latencies: the same images, laid out or encoded."""

import numpy as np
import pytest

from brainsnn.codes import LatencyEncoder
from brainsnn.datasets import LatencyMNIST, PermutedMNIST, SequentialMNIST
from brainsnn.datasets.base import ImageSet, Splits


class Few:
    """Stands for MNIST."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.images = rng.integers(0, 256, (30, 28, 28), dtype=np.uint8)
        self.labels = np.arange(30) % 10

    def load(self, rng=None):
        del rng
        names = ("train", "validation", "test")
        parts = [
            ImageSet(f"mnist {n}", self.images[k::3], self.labels[k::3], tuple("0123456789"))
            for k, n in enumerate(names)
        ]
        return Splits(*parts)


@pytest.fixture
def few():
    return Few()


def test_pixels_come_row_by_row(few):
    splits = SequentialMNIST(mnist=few).load()
    assert splits.test.images.shape == (10, 784, 1)
    assert splits.validation.name == "sequential-mnist validation"
    np.testing.assert_array_equal(splits.train.images[0, :28, 0], few.images[0, 0])
    np.testing.assert_array_equal(splits.train.labels, few.labels[::3])


def test_one_order_for_all_images(few):
    rows, other = SequentialMNIST(mnist=few).load(), PermutedMNIST(mnist=few, seed=1).load()
    mixed, again = (PermutedMNIST(mnist=few).load() for _ in range(2))
    order = np.array(
        [
            np.flatnonzero((rows.train.images[:, :, 0] == column[:, None]).all(axis=0))[0]
            for column in mixed.train.images[:, :, 0].T
        ]
    )
    assert sorted(order) == list(range(784))
    assert (order != np.arange(784)).sum() > 700
    np.testing.assert_array_equal(rows.test.images[:, order], mixed.test.images)
    np.testing.assert_array_equal(mixed.train.images, again.train.images)
    assert not np.array_equal(mixed.train.images, other.train.images)


def test_latencies_within_a_longer_trial(few):
    splits = LatencyMNIST(mnist=few, n_steps=80, n_early=50).load()
    wanted = LatencyEncoder(50).encode(few.images[1::3])
    trains = splits.validation.inputs
    assert (trains.n_steps, trains.n_neurons) == (80, 784)
    np.testing.assert_array_equal(trains.step, wanted.step)
    np.testing.assert_array_equal(splits.validation.labels, few.labels[1::3])
