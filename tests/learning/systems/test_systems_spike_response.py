"""The spike response model: likelihood and its derivatives, refitting, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.errors import DataError, LearningError
from brainsnn.learning.systems import SpikeResponse

MODEL = SpikeResponse(1e-3, rho0=200.0, theta=-62.0, eta0=6.0)


def given(n_steps=4000, n_inputs=6, seed=0):
    rng = np.random.default_rng(seed)
    inputs = rng.random((n_steps, n_inputs)) < 0.05
    weights = rng.normal(1.5, 2.0, (n_inputs, 1))
    spikes, _ = MODEL.run(inputs, weights, rng.random((n_steps, 1)))
    return inputs, weights, spikes


def test_the_derivative_by_weights_is_that_of_differences():
    inputs, weights, spikes = given(600)
    found = MODEL.gradient(inputs, weights, spikes)
    for place in np.ndindex(weights.shape):
        step = np.zeros_like(weights)
        step[place] = 1e-5
        ends = [MODEL.log_likelihood(inputs, weights + k * step, spikes) for k in (1, -1)]
        assert found[place] == pytest.approx(np.subtract(*ends) / 2e-5, rel=1e-6)


def test_a_neuron_is_refitted_to_its_spikes_within_its_own_errors():
    inputs, weights, spikes = given(40_000)
    assert spikes.sum() > 500
    found = MODEL.fit(inputs, spikes[:, 0])
    truth = np.append(weights[:, 0], [MODEL.theta, MODEL.eta0])
    ours = np.append(found.weights, [found.model.theta, found.model.eta0])
    z = (ours - truth) / found.deviations
    assert np.abs(z).max() < 4
    assert (found.deviations < 1).all()
    again = found.model.log_likelihood(inputs, found.weights[:, None], spikes)
    assert again == pytest.approx(found.log_likelihood)
    assert found.log_likelihood > MODEL.log_likelihood(inputs, weights, spikes)
    assert np.abs(found.model.gradient(inputs, found.weights[:, None], spikes)).max() < 0.05


def test_probabilities_of_a_step_sum_to_one():
    """Over all trains of four steps, by the likelihood of each."""
    model = SpikeResponse(0.01, refractory=0.01, rho0=30.0)
    inputs, weights = np.zeros((4, 1), bool), np.zeros((1, 1))
    shared = model.run(inputs, weights, np.ones((4, 1)))[0]
    assert not shared.any()
    trains = (np.arange(16)[:, None] >> np.arange(4) & 1).astype(bool)
    possible = [train for train in trains if not (train[1:] & train[:-1]).any()]
    told = [model.log_likelihood(inputs, weights, train[:, None]) for train in possible]
    assert np.exp(told).sum() == pytest.approx(1, rel=1e-12)


def test_after_a_spike_none_comes_within_the_refractory_time():
    inputs = np.ones((200, 3), bool)
    spikes, _ = MODEL.run(inputs, np.full((3, 2), 30.0))
    (step,) = np.nonzero(spikes[:, 0])
    assert step.size > 5
    assert np.diff(step).min() > round(MODEL.refractory / MODEL.dt)


@pytest.mark.parametrize(
    "wrong", [{"dt": 0.0}, {"tau_s": 0.01}, {"width": -1.0}, {"eta0": np.nan}, {"refractory": -1.0}]
)
def test_impossible_neurons_are_refused(wrong):
    with pytest.raises(LearningError, match="SpikeResponse: all numbers"):
        SpikeResponse(**{"dt": 1e-3, **wrong})


def test_what_does_not_fit_is_refused():
    inputs, weights, _ = given(50)
    with pytest.raises(DataError, match="Input spikes are a raster"):
        MODEL.run(inputs[:, 0], weights)
    with pytest.raises(DataError, match="Weights must be finite"):
        MODEL.run(inputs, weights[1:])
    with pytest.raises(DataError, match="Draws must have shape"):
        MODEL.run(inputs, weights, np.zeros(50))
    with pytest.raises(DataError, match="no spike to fit"):
        MODEL.fit(inputs, np.zeros(50, bool))
    with pytest.raises(DataError, match="50 steps, own spikes 49"):
        MODEL.fit(inputs, np.ones(49, bool))
    with pytest.raises(DataError, match="50 steps, own spikes 49"):
        MODEL.gradient(inputs, weights, np.ones((49, 1), bool))
