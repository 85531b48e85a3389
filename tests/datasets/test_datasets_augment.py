import numpy as np
import pytest

from brainsnn.datasets.augment import shift_images
from brainsnn.errors import ConfigError

IMAGES = np.arange(1, 13, dtype=np.uint8).reshape(1, 3, 4)


class Moves:
    """Generator that draws one move for every image."""

    def __init__(self, down, right):
        self.move = (down, right)

    def integers(self, low, high, size, endpoint):
        assert endpoint
        assert low == -high
        return np.tile(np.array(self.move), (size[0], 1))


@pytest.mark.parametrize(
    ("down", "right", "expected"),
    [
        (0, 0, [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]),
        (1, 0, [[0, 0, 0, 0], [1, 2, 3, 4], [5, 6, 7, 8]]),
        (-1, 2, [[0, 0, 5, 6], [0, 0, 9, 10], [0, 0, 0, 0]]),
        (0, -3, [[4, 0, 0, 0], [8, 0, 0, 0], [12, 0, 0, 0]]),
        (3, 0, np.zeros((3, 4))),
        (0, 9, np.zeros((3, 4))),
        (-9, -9, np.zeros((3, 4))),
    ],
)
def test_hand_worked_moves(down, right, expected):
    moved = shift_images(IMAGES, 9, Moves(down, right))
    np.testing.assert_array_equal(moved[0], expected)
    assert IMAGES[0, 0, 0] == 1


def test_moves_are_drawn_within_the_amplitude():
    dots = np.zeros((300, 9, 9), np.uint8)
    dots[:, 4, 4] = 255
    _, y, x = np.nonzero(shift_images(dots, 2, np.random.default_rng(0)))
    assert y.size == 300
    assert np.unique(y).tolist() == np.unique(x).tolist() == [2, 3, 4, 5, 6]


def test_no_shift_draws_nothing():
    rng = np.random.default_rng(0)
    state = rng.bit_generator.state
    assert shift_images(IMAGES, 0, rng) is IMAGES
    assert rng.bit_generator.state == state


def test_negative_amplitude_is_refused():
    with pytest.raises(ConfigError, match="must not be negative, got -1"):
        shift_images(IMAGES, -1, np.random.default_rng(0))
