"""Images as trials: which split goes where, and what is drawn from which stream."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from brainsnn.codes import BernoulliEncoder, LatencyEncoder
from brainsnn.datasets import ImageSet, Splits
from brainsnn.datasets.augment import Warp
from brainsnn.experiment import Material
from brainsnn.protocols.common.mnist import encoded, encoded_anew
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

N = 12
ENCODER = BernoulliEncoder(n_steps=8)
STILL, MOVING = Warp(), Warp(shift=3.0)


def images(first: int) -> ImageSet:
    """Images of which each has one grey, from a first on."""
    greys = np.arange(first, first + N, dtype=np.uint8)
    return ImageSet(
        str(first), np.tile(greys[:, None, None], (1, 6, 6)), np.arange(N) % 3, ("a", "b", "c")
    )


ALIKE = Splits(*(replace(images(120), name=name) for name in ("train", "validation", "test")))


def spikes(trains: SpikeTrains) -> list[list[int]]:
    return [trains.offsets.tolist(), trains.neuron.tolist(), trains.step.tolist()]


def material(warp: Warp, seed: int = 0) -> Material:
    return encoded_anew(ALIKE, ENCODER.encode, warp, Streams(seed))


def block(given: Material, epoch: int, trials: NDArray[np.int64]) -> list[list[int]]:
    """Spikes of a block of training trials."""
    some, places = given.train.epoch(epoch).block(trials)
    return spikes(some.inputs.take(places))


def test_each_split_is_encoded_for_what_it_is_for() -> None:
    splits = Splits(images(50), images(100), images(200))
    latency = LatencyEncoder(n_steps=256)
    found = encoded(splits, latency.encode)
    for part, name in ((splits.train, "train"), (splits.validation, "validation")):
        trials = found.split(name)
        assert spikes(trials.inputs) == spikes(latency.encode(part.images))
        np.testing.assert_array_equal(trials.labels, part.labels)
    assert spikes(found.test.inputs) == spikes(latency.encode(splits.test.images))


def test_trials_that_are_drawn_share_no_draw() -> None:
    """The same images in every split, block and epoch: no two have the same spikes."""
    given = material(STILL)
    half = np.arange(N // 2)
    seen = [spikes(given.split(name).inputs.take(half)) for name in ("train", "validation", "test")]
    seen += [block(given, epoch, half) for epoch in (0, 1, 2)]
    assert all(one != other for k, one in enumerate(seen) for other in seen[:k])
    same = replace(ALIKE, train=replace(ALIKE.train, images=np.full((N, 6, 6), 128, np.uint8)))
    uniform = encoded_anew(same, ENCODER.encode, STILL, Streams(0))
    assert block(uniform, 0, half) != block(uniform, 0, half + N // 2)


@pytest.mark.parametrize("warp", [STILL, MOVING])
def test_an_epoch_is_the_same_whenever_it_is_asked_for(warp: Warp) -> None:
    first, trials = material(warp), np.array([7, 2, 5])
    wanted = block(first, 3, trials)
    block(first, 4, trials)
    assert block(first, 3, trials) == wanted == block(material(warp), 3, trials)
    assert block(material(warp, seed=1), 3, trials) != wanted


def test_what_is_not_trained_on_is_not_warped() -> None:
    seen: list[NDArray[np.uint8]] = []

    def noting(pixels: NDArray[np.uint8], rng: np.random.Generator) -> SpikeTrains:
        seen.append(pixels)
        return ENCODER.encode(pixels, rng)

    given = encoded_anew(ALIKE, noting, MOVING, Streams(0))
    for name in ("train", "validation", "test"):
        given.split(name)
    assert len(seen) == 3
    for pixels in seen:
        np.testing.assert_array_equal(pixels, ALIKE.train.images)
    trials = np.array([3, 1])
    for epoch in (0, 1):
        given.train.epoch(epoch).block(trials)
    assert not np.array_equal(seen[-1], ALIKE.train.images[trials])
    assert not np.array_equal(seen[-2], seen[-1])
