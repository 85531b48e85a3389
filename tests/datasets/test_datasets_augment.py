"""Affine maps of images, on images small enough to work by hand."""

import numpy as np
import pytest

from brainsnn.datasets.augment import Maps, Warp
from brainsnn.errors import ConfigError, DataError

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


def sampled(image, y, x, extend):
    """Value between four pixels; beyond the image that of the border, or 0."""
    height, width = image.shape
    if extend:
        y, x = np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)
    value = 0.0
    for row, column in np.ndindex(image.shape):
        value += image[row, column] * max(0, 1 - abs(y - row)) * max(0, 1 - abs(x - column))
    return value


@pytest.mark.parametrize("extend", [False, True])
def test_maps_are_sampled_between_pixels(extend):
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (3, 4, 6), dtype=np.uint8)
    matrices = rng.normal(0, 1, (3, 2, 3))
    found = Maps(matrices, np.array([True, False, True]), extend).apply(images)
    np.testing.assert_array_equal(found[1], images[1])
    for k in (0, 2):
        for row, column in np.ndindex(4, 6):
            place = np.array([column - 2.5, row - 1.5, 1.0])
            x, y = matrices[k] @ place + [2.5, 1.5]
            wanted = np.floor(sampled(images[k], y, x, extend) + 0.5)
            assert found[k, row, column] == wanted


def test_matrices_are_those_of_the_equation():
    warp = Warp(rotation=30, stretch=0.2, shear=0.4, shift=3)
    draws = {"angle": 0.5, "slant": -0.5, "wide": 0.25, "high": -1.0, "right": 1.0, "down": -0.5}
    maps = warp.draw(2, Fixed(**draws))
    t, h, scale = np.deg2rad(15), -0.2, np.array([1 + 0.05, 1 - 0.2])
    turn = np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
    wanted = turn @ [[1, h], [0, 1]] @ np.diag(scale)
    for matrix in maps.matrices:
        np.testing.assert_allclose(matrix[:, :2], wanted)
        np.testing.assert_allclose(matrix[:, 2], -wanted @ [3, -1.5])
    assert maps.chosen.all()
    assert not maps.extend


def test_what_is_drawn_is_even_and_of_the_stream():
    angle, slant, wide, high, right, down = np.random.default_rng(4).uniform(-1, 1, (6, 5))
    maps = Warp(stretch=0.5, shift=2).draw(5, np.random.default_rng(4))
    np.testing.assert_allclose(maps.matrices[:, 0, 0], 1 + 0.5 * wide)
    np.testing.assert_allclose(maps.matrices[:, 1, 1], 1 + 0.5 * high)
    np.testing.assert_allclose(maps.matrices[:, 0, 2], -2 * right * (1 + 0.5 * wide))
    turned = Warp(rotation=90, shear=0.3).draw(5, np.random.default_rng(4)).matrices
    np.testing.assert_allclose(turned[:, 1, 0], np.sin(np.pi / 2 * angle))
    cos, sin = np.cos(np.pi / 2 * angle), np.sin(np.pi / 2 * angle)
    np.testing.assert_allclose(turned[:, 0, 1], 0.3 * slant * cos - sin)
    assert np.abs(down).max() < 1


def test_limits_of_maps():
    for name in ("rotation", "shear", "shift", "stretch", "share", "mirror"):
        assert getattr(Warp(**{name: 0}), name) == 0
        with pytest.raises(ConfigError, match="Warp"):
            Warp(**{name: -1e-9})
    assert Warp(stretch=0.999, share=1, mirror=1, rotation=1, shear=1, shift=1).varies
    for name in ("share", "mirror"):
        with pytest.raises(ConfigError, match="Warp"):
            Warp(**{name: 1.0001})
    assert not Warp().varies
    assert not Warp(shift=2, share=0).varies
    for name in ("rotation", "shear", "shift", "stretch", "mirror"):
        assert Warp(**{name: 0.1}).varies
    flags, matrices = np.ones(2, bool), np.zeros((2, 2, 3))
    for wrong in ((matrices[:1], flags), (matrices[:, :1], flags), (np.inf + matrices, flags)):
        with pytest.raises(DataError, match="Maps: finite matrices"):
            Maps(*wrong)
    with pytest.raises(DataError, match="Maps: finite matrices"):
        Maps(np.zeros((4, 2, 3)), np.ones((2, 2), bool))
    for images in (np.zeros((2, 9), np.uint8), np.zeros((3, 2, 2), np.uint8), np.zeros((2, 2, 2))):
        with pytest.raises(DataError, match="Maps of 2 images"):
            Maps(matrices, flags).apply(images)
