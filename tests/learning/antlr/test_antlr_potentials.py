"""Potentials from spikes and weights: both forms of the neuron are one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from brainsnn.learning.antlr.potentials import arrivals, fire, integrate, pack, spike_response
from brainsnn.network.neurons import COEFFICIENTS, Coefficients

T, N = 60, 8
CASES = {**COEFFICIENTS, "scaled": Coefficients(0.7, 0.97, 1.4, 0.3, 0.6, 0.8)}


def _events(raster: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    step, neuron = np.nonzero(raster)
    return step.astype(np.int32), neuron.astype(np.int32)


@pytest.mark.parametrize("name", list(CASES))
def test_state_and_spike_response_agree(name: str) -> None:
    rng, c = np.random.default_rng(1), CASES[name]
    step, neuron = source = _events(rng.random((T, 12)) < 0.1)
    weights, bias = rng.normal(0.08, 0.2, (12, N)), rng.normal(0, 0.02, N)
    arrived, current, potential, summed = (np.empty((T, N)) for _ in range(4))
    spikes = np.empty((T, N), np.bool_)
    arrivals(step, neuron, weights, arrived)
    fire(arrived, bias, pack(c), False, spikes)
    assert spikes.any()
    own, slope = _events(spikes), np.empty(spikes.sum())
    integrate(source, own, weights, bias, pack(c), current, potential, slope)
    leak = c.beta_bias * c.alpha_v ** np.arange(T)
    spike_response(arrived, spikes, bias, c.kernel(T), leak, summed)
    np.testing.assert_allclose(potential, summed, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(potential >= c.theta, spikes)
    kept = np.where(spikes, 0.0, potential)[:-1]
    gained = np.diff(potential, axis=0, prepend=0.0)
    gained[1:] = potential[1:] - kept
    np.testing.assert_allclose(slope, gained[spikes], rtol=1e-12, atol=1e-12)


def test_arrivals_are_sums_of_weights() -> None:
    raster = np.random.default_rng(3).random((5, 4)) < 0.5
    weights, out = np.arange(12.0).reshape(4, 3), np.empty((5, 3))
    step, neuron = (x.astype(np.int32) for x in np.nonzero(raster))
    arrivals(step, neuron, weights, out)
    np.testing.assert_allclose(out, raster @ weights)


def test_one_spike_at_most() -> None:
    spikes = np.empty((10, 1), np.bool_)
    arrived = np.ones((10, 1))
    for once, wanted in ((False, 10), (True, 1)):
        fire(arrived, np.zeros(1), pack(COEFFICIENTS["if_delta"]), once, spikes)
        assert spikes.sum() == wanted
