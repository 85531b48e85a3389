"""Coefficients of the current-based neuron."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.errors import ModelError
from brainsnn.network.neurons import COEFFICIENTS, Coefficients


def test_kernels_of_the_common_neurons() -> None:
    t = np.arange(6)
    kernels = {name: c.kernel(6) for name, c in COEFFICIENTS.items()}
    np.testing.assert_allclose(kernels["if_delta"], 1)
    np.testing.assert_allclose(kernels["lif_delta"], 0.95**t)
    np.testing.assert_allclose(kernels["lif_alpha"], (t + 1) * 0.95**t)
    np.testing.assert_allclose(kernels["if"], np.cumsum(0.9**t))
    np.testing.assert_allclose(kernels["lif"], (0.95 ** (t + 1) - 0.9 ** (t + 1)) / 0.05)


def test_normalised_kernels_reach_one() -> None:
    c = Coefficients(0.9, 0.95, beta_i=3.0).normalised(50)
    assert c.kernel(50).max() == pytest.approx(1)
    assert c.beta_bias == c.beta_v


@pytest.mark.parametrize(
    "values",
    [{"alpha_i": 1.1}, {"alpha_v": -0.1}, {"theta": 0.0}, {"beta_v": np.nan}, {"beta_i": np.inf}],
)
def test_impossible_coefficients_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ModelError):
        Coefficients(**values)


def test_the_neuron_takes_them() -> None:
    neuron = COEFFICIENTS["if"].neuron(onset=2, once=True)
    assert neuron.name == "current_based_once"
    assert neuron.parameters["alpha_v"] == 1
    assert neuron.parameters["onset"] == 2
