import numpy as np
import pytest

from brainsnn.codes import LatencyEncoder, RankLatencyEncoder
from brainsnn.errors import ConfigError, DataError


def test_hand_worked_steps():
    images = np.array([[10, 0, 200, 10, 30, 0, 0, 200]], np.uint8)
    steps = RankLatencyEncoder(n_steps=16).encode(images).first_steps()
    assert steps.tolist() == [[6, 16, 0, 6, 4, 16, 16, 0]]


def test_equal_shares_of_every_image_have_fired():
    rng = np.random.default_rng(0)
    images = np.stack([rng.permutation(np.arange(1, 257)) for _ in range(3)]).astype(np.uint16)
    images[1] *= 7
    encoder = RankLatencyEncoder(n_steps=64, intensity_max=2000)
    steps = encoder.encode(images.reshape(3, 16, 16)).first_steps()
    for t in (1, 20, 64):
        assert ((steps < t).sum(axis=1) == 4 * t).all()


def test_light_changes_nothing():
    image = np.random.default_rng(1).integers(0, 60, (1, 5, 5), dtype=np.uint8)
    encoder = RankLatencyEncoder()
    dark, bright = (encoder.encode(image * k).first_steps() for k in (1, 4))
    np.testing.assert_array_equal(dark, bright)


def test_a_share_of_the_light_counts():
    images = np.random.default_rng(2).integers(0, 256, (2, 9, 9), dtype=np.uint8)
    plain = LatencyEncoder(512).encode(images).first_steps()
    ranks = RankLatencyEncoder(512).encode(images).first_steps()
    np.testing.assert_array_equal(RankLatencyEncoder(512, 0.0).encode(images).first_steps(), plain)
    half = RankLatencyEncoder(512, 0.5).encode(images).first_steps()
    np.testing.assert_array_equal(half, (plain + ranks) // 2)


@pytest.mark.parametrize(
    "wrong",
    [{"share": 1.5}, {"share": -0.1}, {"n_steps": 0}, {"intensity_max": 0}, {"n_steps": 2**31}],
)
def test_impossible_parameters(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        RankLatencyEncoder(**wrong)


def test_values_out_of_range_are_refused():
    with pytest.raises(DataError, match=r"0\.\.255, got 0\.\.256"):
        RankLatencyEncoder().encode(np.array([[0, 256]]))
