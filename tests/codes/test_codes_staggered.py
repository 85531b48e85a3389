import numpy as np
import pytest

from brainsnn.codes import LatencyEncoder, StaggeredLatencyEncoder
from brainsnn.codes.staggered import bayer
from brainsnn.errors import ConfigError, DataError


def test_bayers_matrix_of_four_by_four():
    expected = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]
    assert bayer(4).tolist() == expected


def test_hand_worked_steps():
    # 100 + offsets of 8 * (1/4 - 1, 5/4 - 1, 7/4 - 1, 3/4 - 1); 0 is at step 255 + offset or never
    encoder = StaggeredLatencyEncoder(n_steps=255, amplitude=8, tile=2)
    images = np.array([[[155, 155], [155, 155]], [[0, 0], [0, 0]], [[255, 255], [255, 255]]])
    steps = encoder.encode(images).first_steps()
    assert steps.tolist() == [[94, 102, 106, 98], [249, 255, 255, 253], [0, 2, 6, 0]]


@pytest.mark.parametrize("step", [64, 128, 192])
def test_spikes_of_a_tile_grow_with_its_brightness(step):
    greys = np.arange(1, 256, dtype=np.uint8)
    images = np.broadcast_to(greys[:, None, None], (255, 4, 4))
    fired = (StaggeredLatencyEncoder().encode(images).first_steps() < step).sum(axis=1)
    linear = (greys / 255 + step / 256 - 0.5).clip(0, 1) * 16
    assert np.abs(fired - linear).max() < 1


def test_offsets_of_zero_are_the_latency_code():
    images = np.random.default_rng(0).integers(0, 256, (3, 5, 7), dtype=np.uint8)
    staggered = StaggeredLatencyEncoder(amplitude=0).encode(images)
    np.testing.assert_array_equal(
        staggered.first_steps(), LatencyEncoder().encode(images).first_steps()
    )


def test_sizes_that_no_tile_divides():
    images = np.full((1, 5, 6), 128, np.uint8)
    steps = StaggeredLatencyEncoder().encode(images).first_steps().reshape(5, 6)
    assert (steps[4] == steps[0]).all()
    assert (steps[:, 4:] == steps[:, :2]).all()


@pytest.mark.parametrize("wrong", [{"amplitude": -1.0}, {"tile": 3}, {"tile": 0}, {"n_steps": 0}])
def test_impossible_parameters(wrong):
    with pytest.raises(ConfigError, match=r"[Ll]atency code"):
        StaggeredLatencyEncoder(**wrong)


def test_images_need_rows_and_columns():
    with pytest.raises(DataError, match="height, width"):
        StaggeredLatencyEncoder().encode(np.zeros((2, 12), np.uint8))
