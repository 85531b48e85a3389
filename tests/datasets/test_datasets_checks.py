import numpy as np
import pytest

from brainsnn.datasets import check_image_size, check_trainable
from brainsnn.errors import DataError


def test_trainable_set_passes(tiny_images):
    check_trainable(tiny_images)
    check_trainable(tiny_images.take(np.array([0, 1])))


def test_empty_set_is_refused(tiny_images):
    with pytest.raises(DataError, match="tiny: the set is empty"):
        check_trainable(tiny_images.take([]))


def test_single_class_is_refused(tiny_images):
    with pytest.raises(DataError, match="all 2 images are of class 'b'"):
        check_trainable(tiny_images.take(np.array([1, 4])))


def test_size_that_fits_passes(tiny_images):
    check_image_size(tiny_images, 20)
    check_image_size(tiny_images, (4, 5))


@pytest.mark.parametrize(
    ("expected", "words"),
    [(784, "784 pixels, one an input neuron"), ((5, 4), "5 x 4 pixels")],
)
def test_size_that_does_not_fit_is_refused(tiny_images, expected, words):
    with pytest.raises(DataError, match=f"4 x 5 = 20 pixels, the model expects {words}"):
        check_image_size(tiny_images, expected)
