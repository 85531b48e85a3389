"""Which output is first, by spike times."""

import numpy as np

from brainsnn.protocols.common.first_times import decided


def test_the_first_output_decides_unless_two_are_first():
    times = np.array([[1, 2], [3, 2], [np.inf, 5], [1, 1], [np.inf, np.inf]])
    assert decided(times).tolist() == [0, 1, 1, -1, -1]
