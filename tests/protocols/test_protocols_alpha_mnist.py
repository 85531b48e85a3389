"""Digits by alpha synapses: spikes of pixels, first networks, learning, and what is reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.datasets import ImageSet, Splits
from brainsnn.learning.systems import AlphaNetwork
from brainsnn.protocols.alpha.digits import DigitsDescent, learn, tried
from brainsnn.protocols.alpha.mnist import PROTOCOL

HOW = DigitsDescent(hidden=12, pulses=2, epochs=4, batch=8, drive=15.0, rate=0.05, push=0.1)


def halves(n: int, seed: int) -> ImageSet:
    """Images of 4 x 4 whose left half is bright, or the right one."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    images = rng.integers(0, 30, (n, 4, 4))
    images[labels == 0, :, :2] += 200
    images[labels == 1, :, 2:] += 200
    return ImageSet("halves", images.astype(np.uint8), labels, ("left", "right"))


@pytest.fixture
def splits() -> Splits[ImageSet]:
    return Splits(halves(80, 0), halves(40, 1), halves(40, 2))


def generators() -> tuple[Any, Any]:
    return np.random.default_rng(5), np.random.default_rng(6)


def test_brighter_pixels_spike_earlier_and_black_ones_never() -> None:
    times = HOW.times(np.array([[[255, 128], [1, 0]]], np.uint8))
    np.testing.assert_allclose(times, [[0, 20 / 2, 20, np.inf]])


def test_first_networks_have_the_deviations_that_rates_are_in() -> None:
    how = DigitsDescent(hidden=100)
    network = how.first(784, 10, np.random.default_rng(0))
    assert [w.shape for w in network.weights] == [(100, 794), (10, 110)]
    for w, deviation in zip(network.weights, how.deviations(), strict=True):
        assert w.T.flags.c_contiguous
        assert w[:, :-10].std() == pytest.approx(deviation, rel=0.1)
        assert w[:, :-10].mean() > 0.2 * deviation


def test_halves_are_told_and_the_best_epoch_is_kept(splits: Splits[ImageSet]) -> None:
    learned = learn(HOW, splits, *generators())
    accuracies = learned.epochs["validation_accuracy"]
    assert learned.epochs["epoch"].tolist() == [1, 2, 3, 4]
    assert learned.epoch == 1 + accuracies.argmax()
    assert accuracies.max() > 0.9
    found = tried(learned.network, HOW, splits.validation)
    assert found["right"].mean() == accuracies.max()


def test_a_seed_gives_the_same_again(splits: Splits[ImageSet]) -> None:
    one, again = (learn(HOW, splits, *generators()) for _ in range(2))
    assert one.epochs.equals(again.epochs)
    for a, b in zip(one.network.weights, again.network.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_ties_and_silence_are_wrong_and_told_apart() -> None:
    images = halves(2, 0)
    tied = AlphaNetwork([np.full((3, 16), 0.1), np.ones((2, 3))], [np.zeros(0)] * 2, 0.05, 0.5)
    found = tried(tied, HOW, images)
    assert not found["right"].any()
    assert found["among"].all()
    assert not found["silent"].any()
    mute = AlphaNetwork([np.full((3, 16), 0.1), -np.ones((2, 3))], [np.zeros(0)] * 2, 0.05, 0.5)
    found = tried(mute, HOW, images)
    assert found["silent"].all()
    assert not (found["right"] | found["among"]).any()
    assert (found["decision"] == -1).all()


def test_a_condition_a_regime() -> None:
    config = apply_overrides(PROTOCOL.config(), ['regimes=["fast", "slow", "fast"]'])
    names = [(c.name, c.config.regimes) for c in PROTOCOL.conditions(config)]
    assert names == [("fast", ("fast",)), ("slow", ("slow",))]
