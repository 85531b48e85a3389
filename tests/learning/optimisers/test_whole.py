"""Steps on whole arrays: vectors, matrices and none."""

import numpy as np

from brainsnn.learning.optimisers import SGD
from brainsnn.learning.optimisers.whole import step_whole


def test_vectors_and_matrices_change_in_place_and_empty_ones_do_not():
    for shape in ((3,), (2, 3), (0,), (2, 0)):
        values, slope = np.ones(shape), np.full(shape, 2.0, np.float32)
        step_whole(SGD(), "a", values, slope, 0.25)
        assert values.shape == shape
        assert (values == 0.5).all()
