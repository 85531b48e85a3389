"""The Bernoulli rate code: how often, how independently, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.codes import BernoulliEncoder
from brainsnn.errors import ConfigError, DataError
from brainsnn.streams import Streams


def dense(trains):
    out = np.zeros((trains.n_trials, trains.n_steps, trains.n_neurons), bool)
    trial = np.repeat(np.arange(trains.n_trials), np.diff(trains.offsets))
    out[trial, trains.step, trains.neuron] = True
    return out


def test_frequencies_are_the_probabilities():
    """Each of 256 counts is within 5 sd; that fails by chance in 1 of 6,000 tests."""
    images = np.tile(np.arange(256, dtype=np.uint8), (2000, 1))
    spikes = dense(BernoulliEncoder(10).encode(images, np.random.default_rng(0)))
    p = np.arange(256) / 510
    sd = np.sqrt(20_000 * p * (1 - p))
    assert (np.abs(spikes.sum(axis=(0, 1)) - 20_000 * p) <= 5 * sd).all()


def test_samples_and_presentations_are_independent():
    """Correlations of 10^5 pairs are within 5/sqrt(10^5); by chance fails 1 time in 10^6."""
    images = np.full((1000, 100), 255, np.uint8)
    rng = np.random.default_rng(1)
    first, second = (dense(BernoulliEncoder(4).encode(images, rng)) for _ in range(2))
    bound = 5 / np.sqrt(first[:, 0].size)
    for a, b in ((first[:, 0], first[:, 1]), (first[:, 0], second[:, 0])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < bound


def test_blocks_change_nothing(monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (9, 5, 5), dtype=np.uint8)
    whole = BernoulliEncoder(3).encode(images, np.random.default_rng(2))
    monkeypatch.setattr("brainsnn.codes.bernoulli.BLOCK", 150)
    parts = BernoulliEncoder(3).encode(images, np.random.default_rng(2))
    np.testing.assert_array_equal(dense(whole), dense(parts))


def test_the_stream_decides():
    images = np.full((3, 40), 200, np.uint8)
    encoder = BernoulliEncoder(6)
    same = [dense(encoder.encode(images, Streams(4).fresh("encoding"))) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    other = dense(encoder.encode(images, Streams(5).fresh("encoding")))
    assert (same[0] != other).any()


def test_a_silent_stimulus_gives_a_silent_trial():
    trains = BernoulliEncoder(5).encode(np.zeros((2, 3), np.uint8))
    assert (trains.n_trials, trains.step.size) == (2, 0)


@pytest.mark.parametrize(
    "options", [{"n_steps": 0}, {"intensity_max": 0}, {"probability_max": 1.5}]
)
def test_impossible_settings_are_refused(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        BernoulliEncoder(**options)


def test_the_draws_are_one_a_step_and_neuron_in_order():
    images = np.random.default_rng(0).integers(0, 256, (4, 6), dtype=np.uint8)
    draws = np.random.default_rng(5).random((4, 7, 6))
    found = dense(BernoulliEncoder(7).encode(images, np.random.default_rng(5)))
    np.testing.assert_array_equal(found, draws < (images / 510)[:, None])


def test_sparse_draws_leave_out_zeros():
    images = np.array([[0, 128, 0], [255, 0, 3]], np.uint8)
    draws = np.random.default_rng(5).random(3 * 4)
    found = dense(BernoulliEncoder(4, sparse=True).encode(images, np.random.default_rng(5)))
    assert found[0, :, 1].tolist() == (draws[:4] < 128 / 510).tolist()
    assert (
        found[1][:, [0, 2]].ravel().tolist()
        == (draws[4:].reshape(4, 2) < np.array([255, 3]) / 510).ravel().tolist()
    )


def test_fractions_are_taken_as_they_are():
    images = np.random.default_rng(0).integers(0, 256, (4, 6), dtype=np.uint8)
    encoder = BernoulliEncoder(9, probability_max=1.0)
    given = [dense(encoder.encode(x, np.random.default_rng(1))) for x in (images, images / 255)]
    np.testing.assert_array_equal(*given)


@pytest.mark.parametrize(
    "images",
    [
        np.full((2, 3), 1.5),
        np.full((2, 3), np.nan),
        np.zeros(3),
        np.zeros(3, int),
        np.full((1, 2), 256),
        np.full((1, 2), -1),
    ],
)
def test_impossible_images_are_refused(images):
    with pytest.raises(DataError, match="Bernoulli code"):
        BernoulliEncoder().encode(images)
