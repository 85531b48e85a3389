"""Activations in the log domain against other people's implementations and high precision."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.special import log_expit, log_ndtr

from brainsnn.learning.glm import ACTIVATIONS

U = np.concatenate((np.linspace(-60, 60, 481), [-1e4, -300.0, 300.0, 1e4]))


def test_log_probabilities_are_scipys():
    np.testing.assert_allclose(
        ACTIVATIONS["sigmoid"].log_probability(U), log_expit(U), rtol=1e-12, atol=1e-300
    )
    np.testing.assert_allclose(
        ACTIVATIONS["probit"].log_probability(U), log_ndtr(U), rtol=1e-10, atol=1e-290
    )


def test_cauchit_is_the_arctangent():
    with mpmath.workdps(40):
        expected = [float(mpmath.log(0.5 + mpmath.atan(x) / mpmath.pi)) for x in U]
    np.testing.assert_allclose(ACTIVATIONS["cauchit"].log_probability(U), expected, rtol=1e-12)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_rho_is_the_slope_over_the_variance(name):
    activation, u, h = ACTIVATIONS[name], np.linspace(-4, 4, 33), 1e-5
    slope = (activation.probability(u + h) - activation.probability(u - h)) / (2 * h)
    variance = activation.probability(u) * activation.probability(-u)
    np.testing.assert_allclose(activation.rho(u), slope / variance, rtol=1e-7)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_activations_are_symmetric_and_finite(name):
    activation = ACTIVATIONS[name]
    np.testing.assert_allclose(
        activation.probability(U) + activation.probability(-U), 1, rtol=1e-12
    )
    for values in (activation.log_probability(U), activation.rho(U)):
        assert np.isfinite(values).all()
