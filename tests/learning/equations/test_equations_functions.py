"""Functions that generated code calls, against their definitions."""

from __future__ import annotations

from decimal import Decimal, getcontext

import numpy as np
import pytest

from brainsnn.learning.equations.functions import exprel_slope


@pytest.mark.parametrize("x", [-3.0, -0.011, -9.9e-3, -1e-4, 1e-7, 2e-3, 9.99e-3, 0.0101, 0.5, 4.0])
def test_slope_of_exprel_is_the_derivative(x):
    getcontext().prec = 60
    exact = Decimal(x)
    slope = (exact.exp() * (exact - 1) + 1) / exact**2
    assert float(exprel_slope(x)) == pytest.approx(float(slope), rel=2e-12)


def test_slope_of_exprel_at_0_and_of_arrays():
    np.testing.assert_array_equal(exprel_slope(np.zeros(2)), [0.5, 0.5])
