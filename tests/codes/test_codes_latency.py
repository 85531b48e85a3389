from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from brainsnn.codes import BernoulliEncoder, LatencyEncoder
from brainsnn.codes.regular import RegularEncoder
from brainsnn.errors import ConfigError, DataError, DataWarning

IMAGES = arrays(np.uint8, st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 4)))


def test_hand_worked_latencies():
    # floor((255 - I) * 256 / 255): 0, floor(1.004), floor(127.498), floor(254.996), never
    trains = LatencyEncoder().encode(np.array([[255, 254, 128, 1, 0]]))
    assert trains.first_steps().tolist() == [[0, 1, 127, 254, 256]]


def test_hand_worked_raster():
    # steps of 0, 5, 10: never, floor(5 * 4 / 10) = 2, 0
    trains = LatencyEncoder(n_steps=4, intensity_max=10).encode(np.array([[[5, 10], [0, 5]]]))
    assert trains.neuron.tolist() == [1, 0, 3]
    assert trains.step.tolist() == [0, 2, 2]
    assert (trains.n_neurons, trains.n_steps, trains.n_trials) == (4, 4, 1)


@given(IMAGES, st.integers(1, 1000))
def test_every_value_is_the_equation(images, n_steps):
    steps = LatencyEncoder(n_steps).encode(images).first_steps()
    expected = [[(255 - int(i)) * n_steps // 255 for i in image.ravel()] for image in images]
    assert steps.tolist() == expected


@given(st.integers(1, 100_000), st.integers(1, 2**16 - 1))
def test_only_black_is_silent_and_brighter_is_never_later(n_steps, intensity_max):
    values = np.unique(np.linspace(0, intensity_max, 50).astype(np.int64))
    steps = LatencyEncoder(n_steps, intensity_max).encode(values[None]).first_steps()[0]
    assert steps[0] == n_steps
    assert (steps[1:] < n_steps).all()
    assert (np.diff(steps) <= 0).all()
    assert steps[-1] == 0


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.int64, np.uint64])
def test_any_integer_type_will_do(dtype):
    trains = LatencyEncoder().encode(np.array([[200, 3]], dtype))
    assert trains.first_steps().tolist() == [[55, 252]]


def test_images_that_are_not_contiguous():
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)[:, ::-1, ::2]
    steps = LatencyEncoder().encode(images).first_steps()
    np.testing.assert_array_equal(steps, LatencyEncoder().encode(images.copy()).first_steps())


def test_black_image_and_no_image():
    assert LatencyEncoder().encode(np.zeros((1, 3), np.uint8)).step.size == 0
    assert LatencyEncoder().encode(np.zeros((0, 2, 3), np.uint8)).n_neurons == 6


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((1, 4)), r"must be integers .* got float64"),
        (np.zeros((1, 4), bool), "got bool"),
        (np.zeros(4, np.uint8), r"shape \(4,\)"),
        (np.array([[0, 256]]), r"intensities must be in 0..255, got 0..256"),
        (np.array([[-1, 3]]), r"got -1..3"),
    ],
)
def test_bad_images_are_refused(images, message):
    with pytest.raises(DataError, match=message):
        LatencyEncoder().encode(images)


@pytest.mark.parametrize("key", ["n_steps", "intensity_max"])
@pytest.mark.parametrize("value", [0, -1, 2**31])
def test_impossible_parameters_are_refused(key, value):
    with pytest.raises(ConfigError, match=f"{key} must be in 1.."):
        LatencyEncoder(**{key: value})


@pytest.mark.parametrize("brightest", [1, 16, 31])
@pytest.mark.parametrize("encoder", [LatencyEncoder(256), BernoulliEncoder(4), RegularEncoder(4)])
def test_images_of_another_scale_are_noticed(encoder, brightest):
    images = np.random.default_rng(0).integers(0, brightest + 1, (10, 5, 5), np.uint8)
    with pytest.warns(DataWarning, match=f"brightest of 250 intensities is {brightest}"):
        encoder.encode(images)
    replace(encoder, intensity_max=brightest).encode(images)
    encoder.encode(np.zeros((10, 5, 5), np.uint8))
    encoder.encode(images * np.uint8(255 // brightest))
