"""The even code: how many spikes, how far apart, and the neuron that it stands for."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.codes import RegularEncoder
from brainsnn.errors import ConfigError, DataError


def raster(trains):
    out = np.zeros((trains.n_trials, trains.n_steps, trains.n_neurons), bool)
    trial = np.repeat(np.arange(trains.n_trials), np.diff(trains.offsets))
    out[trial, trains.step, trains.neuron] = True
    return out


def by_current(values, n_steps, phase):
    """Integrate-and-fire neurons with the values as currents; quarters add up without rounding."""
    potential, out = np.full(values.shape, phase), []
    for _ in range(n_steps):
        potential = potential + values
        out.append(potential >= 1)
        potential = potential - out[-1]
    return np.stack(out, axis=1)


@pytest.mark.parametrize("phase", [0.0, 0.5, 0.75])
def test_it_is_a_current_into_a_neuron(phase):
    values = np.random.default_rng(0).integers(0, 5, (6, 4)) / 4
    found = raster(RegularEncoder(13, phase=phase).encode(values))
    np.testing.assert_array_equal(found, by_current(values, 13, phase))


def test_counts_are_the_nearest_and_gaps_differ_by_one_step_at_most():
    values = np.random.default_rng(1).random((50, 8))
    found = raster(RegularEncoder(20).encode(values))
    np.testing.assert_array_equal(found.sum(axis=1), np.floor(20 * values + 0.5))
    for trial, neuron in np.ndindex(50, 8):
        gaps = np.diff(np.flatnonzero(found[trial, :, neuron]))
        assert gaps.size == 0 or gaps.max() - gaps.min() <= 1


def test_a_tenth_is_one_spike_in_ten_whatever_its_rounding():
    assert RegularEncoder(10, phase=0.0).encode(np.full((1, 1), 0.1)).step.tolist() == [9]


def test_images_are_fractions_of_the_largest_intensity():
    images = np.array([[0, 51, 255]], np.uint8)
    assert raster(RegularEncoder(10).encode(images)).sum(axis=1).tolist() == [[0, 2, 10]]


@pytest.mark.parametrize("options", [{"n_steps": 0}, {"intensity_max": 0}, {"phase": 1.0}])
def test_impossible_settings_are_refused(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        RegularEncoder(**options)


@pytest.mark.parametrize("values", [np.full((1, 2), -0.1), np.full((1, 2), 256), np.zeros(3)])
def test_impossible_values_are_refused(values):
    with pytest.raises(DataError, match="Regular code"):
        RegularEncoder().encode(values)


def test_the_largest_value_spikes_as_often_as_is_wanted():
    values = np.array([[0.0, 0.5, 1.0]])
    spikes = RegularEncoder(100, peak=0.2).encode(values)
    assert np.bincount(spikes.neuron, minlength=3).tolist() == [0, 10, 20]
    for peak in (0, 1.1, np.nan):
        with pytest.raises(ConfigError, match="peak must be above 0 and at most 1"):
            RegularEncoder(peak=peak)
