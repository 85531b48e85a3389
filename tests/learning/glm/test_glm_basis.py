"""Basis functions of kernels: values worked by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.errors import ConfigError
from brainsnn.learning.glm import BASES, raised_cosines


def test_raised_cosines_peak_at_their_own_lag():
    basis = raised_cosines(4, 6)
    assert basis.argmax(axis=0).tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(np.diag(basis), 1, atol=1e-6)
    np.testing.assert_allclose(basis[1, 0], 0.5, atol=2e-4)
    np.testing.assert_allclose(basis[2, 0], 0.0, atol=2e-4)


def test_raised_cosines_are_pillows_formula():
    a, c, sample = 7500.0, 1.0, np.expm1(np.pi / 15000)
    t = np.arange(1, 9) * sample
    for k, column in enumerate(raised_cosines(5, 8).T):
        x = a * np.log(t + c) - (a * np.log(t[0] + c) + k * np.pi / 2)
        expected = np.where(np.abs(x) <= np.pi, 0.5 * np.cos(x) + 0.5, 0.0)
        np.testing.assert_allclose(column, expected, atol=1e-9)


def test_a_small_stretch_widens_later_functions():
    basis = raised_cosines(3, 40, stretch=3.0)
    widths = (basis > 0.5).sum(axis=0)
    assert widths[0] < widths[1] < widths[2]


def test_special_cases():
    np.testing.assert_array_equal(BASES["unit"](4, 4), np.eye(4))
    np.testing.assert_array_equal(BASES["unit"](2, 3), [[1, 0], [0, 1], [0, 0]])
    shape = BASES["postsynaptic"](1, 30)[:, 0]
    assert shape.max() == 1
    assert shape.argmax() + 1 == 7  # 10 * 5 / 5 * ln 2 = 6.9 samples
    np.testing.assert_allclose(BASES["exponential"](1, 3)[:, 0], np.exp([0, -0.1, -0.2]))


@pytest.mark.parametrize("name", list(BASES))
def test_impossible_sizes_are_refused(name):
    for functions, window in ((0, 4), (5, 4), (1, 0)):
        with pytest.raises(ConfigError, match=r"basis functions|window"):
            BASES[name](functions, window)
    if name in ("postsynaptic", "exponential"):
        with pytest.raises(ConfigError, match="one function"):
            BASES[name](2, 4)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("raised_cosine", {"stretch": 0.0}),
        ("postsynaptic", {"membrane": 1.0, "synapse": 2.0}),
        ("exponential", {"decay": 0.0}),
    ],
)
def test_impossible_constants_are_refused(name, options):
    with pytest.raises(ConfigError):
        BASES[name](1, 4, **options)
