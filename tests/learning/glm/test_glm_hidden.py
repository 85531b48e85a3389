"""GLM networks with hidden neurons: derivatives, unbiased estimates, learning, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from brainsnn.errors import ConfigError, DataError, LearningError, WeightsError
from brainsnn.learning.glm.hidden import HiddenGLM, HiddenWeights, OnlineRule, evidence, generate

GLM = HiddenGLM(2, 1, 2, np.array([0.6, 0.4]), np.array([-1.0, -0.5]))
T = 4


def given(seed=0):
    rng = np.random.default_rng(seed)
    inputs, visible = (rng.random((T, n)) < 0.5 for n in (2, 1))
    return GLM.draw(rng, 1.0), inputs, visible


def moved(weights, name, place, by):
    arrays = {key: array.copy() for key, array in weights.arrays().items()}
    arrays[name][place] += by
    return HiddenWeights(**arrays)


@pytest.mark.parametrize("of", ["log_likelihood", "elbo"])
def test_derivatives_are_those_of_differences(of):
    weights, inputs, visible = given()
    found = evidence(GLM, weights, inputs, visible)
    gradient = (found.by_likelihood if of == "log_likelihood" else found.by_elbo).arrays()
    others = GLM.others()
    for name, array in weights.arrays().items():
        for place in np.ndindex(array.shape):
            if name == "synaptic" and not others[place]:
                assert gradient[name][place] == 0
                continue
            ends = (
                getattr(evidence(GLM, moved(weights, name, place, by), inputs, visible), of)
                for by in (1e-5, -1e-5)
            )
            slope = np.subtract(*ends) / 2e-5
            assert gradient[name][place] == pytest.approx(slope, rel=1e-7, abs=1e-9)


def test_the_bound_is_below_the_likelihood_and_reaches_it_without_hidden_neurons():
    weights, inputs, visible = given(1)
    found = evidence(GLM, weights, inputs, visible)
    assert found.elbo < found.log_likelihood < 0
    alone = HiddenGLM(2, 1, 0, GLM.kernel, GLM.kernel_feedback)
    found = evidence(alone, alone.draw(np.random.default_rng(0)), inputs, visible)
    assert found.elbo == pytest.approx(found.log_likelihood, rel=1e-14)


def test_trains_come_as_often_as_their_probability():
    """Of one step, in which a neuron spikes as its bias says."""
    glm = HiddenGLM(0, 2, 1, np.array([1.0]), np.array([1.0]))
    bias = np.array([-1.0, 0.0, 2.0])
    weights = HiddenWeights(np.zeros((3, 3)), np.zeros(3), bias)
    rng = np.random.default_rng(0)
    spikes = generate(glm, weights, np.zeros((20_000, 0)), rng)
    np.testing.assert_allclose(spikes.mean(axis=0), expit(bias), atol=0.012)


def test_the_rule_climbs_the_likelihood_of_what_a_hidden_neuron_makes():
    """A visible neuron repeats an input after two steps: only a hidden one can carry it on."""
    glm = HiddenGLM(1, 1, 2, np.array([1.0]), np.array([1.0]))
    rng = np.random.default_rng(2)
    weights = glm.draw(rng, 0.5)
    rule = OnlineRule(0.05, 0.5, baseline=0.9)
    told = []
    for _ in range(60):
        inputs = rng.random((200, 1)) < 0.3
        visible = np.concatenate([np.zeros((2, 1), bool), inputs[:-2]])
        learned = rule.learn(glm, weights, inputs, visible, rng.random((200, 2)))
        weights = learned.weights
        told.append(learned.signal[20:].mean())
    assert np.mean(told[-10:]) > np.mean(told[:3]) + 0.15
    assert (weights.synaptic[glm.others() == 0] == 0).all()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"n_visible": 0}, ConfigError, "n_visible"),
        ({"n_hidden": -1}, ConfigError, "n_hidden"),
        ({"kernel": [np.nan]}, ConfigError, "kernel must be"),
        ({"kernel_feedback": [[1.0]]}, ConfigError, "kernel_feedback must be"),
    ],
)
def test_impossible_networks_are_refused(change, error, message):
    settings = {"n_inputs": 2, "n_visible": 1, "n_hidden": 1, "kernel": [1.0]}
    with pytest.raises(error, match=message):
        HiddenGLM(**{**settings, "kernel_feedback": [1.0], **change})


def test_what_does_not_fit_is_refused():
    weights, inputs, visible = given()
    rule, draws = OnlineRule(), np.zeros((T, 2))
    with pytest.raises(DataError, match="Input spikes must have shape"):
        evidence(GLM, weights, inputs[1:], visible)
    with pytest.raises(DataError, match="Visible spikes must be 0 or 1"):
        evidence(GLM, weights, inputs, 2 * visible.astype(int))
    with pytest.raises(DataError, match="Draws must have shape"):
        rule.learn(GLM, weights, inputs, visible, draws[1:])
    with pytest.raises(DataError, match="2\\^40 trains"):
        evidence(GLM, weights, np.zeros((20, 2)), np.zeros((20, 1)))
    with pytest.raises(WeightsError, match="bias must hold"):
        evidence(
            GLM, HiddenWeights(weights.synaptic, weights.feedback, np.zeros(9)), inputs, visible
        )
    full = HiddenWeights(np.ones((5, 3)), weights.feedback, weights.bias)
    with pytest.raises(WeightsError, match="0 from a neuron to itself"):
        rule.learn(GLM, full, inputs, visible, draws)
    for wrong in ({"learning_rate": 0.0}, {"kappa": 1.0}, {"baseline": -0.1}):
        with pytest.raises(LearningError, match="on-line rule needs"):
            OnlineRule(**wrong)
