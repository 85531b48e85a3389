"""The threshold-crossing code: worked by hand, and refusals; the oracle is in `tests/oracles`."""

import numpy as np
import pytest

from brainsnn.codes import ThresholdCrossingEncoder
from brainsnn.errors import ConfigError, DataError


def spikes(trains):
    return list(zip(trains.step.tolist(), trains.neuron.tolist(), strict=True))


def test_rises_and_falls_are_marked_at_the_pixel_before():
    encoder = ThresholdCrossingEncoder(n_steps=7, n_cue=2, n_thresholds=3)
    # Thresholds 0, 0.5; neurons: rise 0, fall 0, rise 0.5, fall 0.5, full, cue.
    found = encoder.encode(np.array([[0.2, 0.5, 0.4, 1.0]]))
    assert spikes(found) == [(0, 2), (1, 3), (2, 2), (3, 4), (5, 5), (6, 5)]
    assert encoder.neurons((4,)) == (6,)


@pytest.mark.parametrize("shape", [(1, 4), (2, 2)])
def test_bytes_and_fractions_are_the_same(shape):
    images = np.array([[0, 255, 128, 7]], np.uint8).reshape(1, *shape)
    encoder = ThresholdCrossingEncoder(n_steps=4, n_cue=0)
    assert spikes(encoder.encode(images)) == spikes(encoder.encode(images / 255))


def test_a_single_value_crosses_nothing():
    encoder = ThresholdCrossingEncoder(n_steps=2, n_cue=1)
    assert spikes(encoder.encode(np.array([[255]]))) == [(0, 78), (1, 79)]


@pytest.mark.parametrize(
    "wrong", [{"n_steps": 0}, {"n_cue": -1}, {"n_cue": 840}, {"n_thresholds": 1}, {"n_steps": 1.5}]
)
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ConfigError, match="Threshold-crossing code"):
        ThresholdCrossingEncoder(**wrong)


@pytest.mark.parametrize(
    "values", [np.zeros((1, 785)), np.full((1, 3), 1.1), np.full((1, 3), np.nan), np.zeros(3)]
)
def test_impossible_values_are_refused(values):
    with pytest.raises(DataError, match="Threshold-crossing code"):
        ThresholdCrossingEncoder().encode(values)
