"""Affine maps of images, on images small enough to work by hand."""

import numpy as np
import pytest

from brainsnn.datasets.augment import Warp
from brainsnn.errors import ConfigError

IMAGE = np.arange(1, 10, dtype=np.uint8).reshape(1, 3, 3)


class Fixed:
    """Generator that draws the same numbers for every image, and warps every image."""

    def __init__(self, angle=0, slant=0, wide=0, high=0, right=0, down=0):
        self.draws = np.array([angle, slant, wide, high, right, down], float)

    def uniform(self, low, high, size):
        assert (low, high) == (-1, 1)
        return np.repeat(self.draws[:, None], size[1], axis=1)

    def random(self, n):
        return np.zeros(n)


@pytest.mark.parametrize(
    ("warp", "draws", "expected"),
    [
        (Warp(), {}, [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
        (Warp(shift=1), {"right": 1}, [[0, 1, 2], [0, 4, 5], [0, 7, 8]]),
        (Warp(shift=1), {"down": -1}, [[4, 5, 6], [7, 8, 9], [0, 0, 0]]),
        (Warp(shift=1), {"right": 0.5}, [[1, 2, 3], [2, 5, 6], [4, 8, 9]]),
        (Warp(rotation=90), {"angle": 1}, [[3, 6, 9], [2, 5, 8], [1, 4, 7]]),
        (Warp(shear=1), {"slant": 1}, [[0, 1, 2], [4, 5, 6], [8, 9, 0]]),
        (Warp(stretch=0.5), {"wide": -1}, [[2, 2, 3], [5, 5, 6], [8, 8, 9]]),
        (Warp(shift=1, extend=True), {"right": 1}, [[1, 1, 2], [4, 4, 5], [7, 7, 8]]),
        (Warp(mirror=1), {}, [[3, 2, 1], [6, 5, 4], [9, 8, 7]]),
        (Warp(shift=1, mirror=1), {"right": 1}, [[2, 1, 0], [5, 4, 0], [8, 7, 0]]),
    ],
)
def test_hand_worked_maps(warp, draws, expected):
    np.testing.assert_array_equal(warp.draw(1, Fixed(**draws)).apply(IMAGE)[0], expected)
    assert IMAGE[0, 0, 0] == 1


def test_only_a_share_is_warped():
    images = np.repeat(IMAGE, 400, axis=0)
    maps = Warp(shift=5, share=0.25).draw(400, np.random.default_rng(0))
    moved = maps.apply(images) != images
    assert 60 < moved.any(axis=(1, 2)).sum() < 140


def test_only_a_share_is_mirrored():
    images = np.repeat(IMAGE, 400, axis=0)
    seen = Warp(mirror=0.25).draw(400, np.random.default_rng(0)).apply(images)
    mirrored = (seen == images[:, :, ::-1]).all(axis=(1, 2))
    assert 60 < mirrored.sum() < 140
    assert (seen[~mirrored] == IMAGE).all()


def test_the_same_generator_gives_the_same_images():
    one, two = (Warp(10, 0.1, 0.1, 1).draw(5, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.matrices, two.matrices)


@pytest.mark.parametrize("wrong", [{"rotation": -1}, {"stretch": 1}, {"share": 1.5}, {"mirror": 2}])
def test_impossible_maps_are_refused(wrong):
    with pytest.raises(ConfigError, match="Warp"):
        Warp(**wrong)
