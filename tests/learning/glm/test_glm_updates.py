"""The compiled ascent does what the equations say, and refuses what cannot be learned from."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.errors import ConfigError, DataError, LearningError, WeightsError
from brainsnn.learning.glm import ACTIVATIONS, GLM, LIKELIHOODS, GLMWeights
from brainsnn.learning.glm.inputs import SparseProbabilities
from brainsnn.learning.glm.updates import Ascent

CASES = [(a, r) for a in ACTIVATIONS for r in LIKELIHOODS]


def certain(glm, trials):
    """Trials whose neurons spike always or never, as probabilities and as spikes."""
    on = np.random.default_rng(0).random((trials, glm.n_inputs)) < 0.4
    return on.astype(float), np.repeat(on[:, None], glm.n_steps, axis=1)


def test_a_trial_has_two_samples_at_least():
    assert GLM.build(3, 2, 2, functions=2).n_steps == 2
    with pytest.raises(ConfigError, match="two samples, got 1"):
        GLM.build(3, 2, 1, functions=1)


@pytest.mark.parametrize(("activation", "rule"), CASES)
def test_one_update_adds_the_gradient(activation, rule):
    glm = GLM.build(7, 3, 10, functions=3, window=5, activation=activation)
    probabilities, spikes = certain(glm, 6)
    labels, likelihood = np.array([0, 1, 2, 2, 1, 0]), LIKELIHOODS[rule]()
    rng = np.random.default_rng(1)
    first = glm.draw(rng)
    for k in range(6):
        weights = first.copy()
        ascent = Ascent(glm, likelihood, weights, SparseProbabilities.of(probabilities), labels)
        value = ascent.epoch(0.1, np.array([k]), rng)
        outputs = likelihood.targets(labels[k : k + 1], 10, 3)
        u = glm.potentials(spikes[k : k + 1], outputs, first)
        error = likelihood.error(u, labels[k : k + 1], glm.activation)
        gradient = glm.gradient(spikes[k : k + 1], outputs, error).arrays()
        expected = likelihood.value(u, labels[k : k + 1], glm.activation)[0]
        assert value == pytest.approx(expected, rel=1e-12)
        for name, array in weights.arrays().items():
            wanted = first.arrays()[name] + 0.1 * gradient[name]
            np.testing.assert_allclose(array, wanted, rtol=1e-10, atol=1e-12, err_msg=name)


def task(glm, n=60):
    """Class 0 lights the first half of the inputs, class 1 the second."""
    labels = np.arange(n) % 2
    half = np.arange(glm.n_inputs) < glm.n_inputs // 2
    return np.where(half == (labels == 0)[:, None], 0.45, 0.05), labels


@pytest.mark.parametrize("rule", list(LIKELIHOODS))
def test_a_small_task_is_learned(rule):
    glm = GLM.build(10, 2, 8, functions=3)
    probabilities, labels = task(glm)
    rng = np.random.default_rng(0)
    trials = SparseProbabilities.of(probabilities)
    ascent = Ascent(glm, LIKELIHOODS[rule](), glm.draw(rng), trials, labels)
    values = [ascent.epoch(0.05, rng.permutation(60), rng) for _ in range(60)]
    assert np.mean(values[-10:]) > values[0] + 0.5


def test_the_same_streams_give_the_same_weights():
    glm = GLM.build(10, 2, 6, functions=2)
    probabilities, labels = task(glm)
    results = []
    for _ in range(2):
        rng = np.random.default_rng(3)
        weights = glm.draw(rng)
        trials = SparseProbabilities.of(probabilities)
        ascent = Ascent(glm, LIKELIHOODS["rate"](), weights, trials, labels)
        ascent.epoch(0.01, np.arange(60), rng)
        results.append(weights.synaptic)
    np.testing.assert_array_equal(*results)


def test_a_silent_stimulus_only_moves_the_bias():
    glm = GLM.build(4, 2, 5, functions=2)
    weights = glm.draw(np.random.default_rng(0))
    before = weights.copy()
    trials = SparseProbabilities.of(np.zeros((2, 4)))
    ascent = Ascent(glm, LIKELIHOODS["first_to_spike"](), weights, trials, np.array([0, 1]))
    ascent.epoch(0.1, np.array([0]), np.random.default_rng(1))
    np.testing.assert_array_equal(weights.synaptic, before.synaptic)
    assert (weights.bias != before.bias).all()


def test_what_does_not_fit_is_refused():
    glm = GLM.build(4, 2, 5, functions=2)
    weights = glm.draw(np.random.default_rng(0))
    trials, rule = SparseProbabilities.of(np.full((2, 4), 0.3)), LIKELIHOODS["rate"]()
    with pytest.raises(LearningError, match="two classes"):
        Ascent(glm, rule, weights, trials, np.array([1, 1]))
    with pytest.raises(DataError, match="Labels must be"):
        Ascent(glm, rule, weights, trials, np.array([0, 2]))
    with pytest.raises(DataError, match="do not fit"):
        Ascent(glm, rule, weights, trials, np.array([0, 1, 1]))
    with pytest.raises(WeightsError, match="bias"):
        Ascent(
            glm,
            rule,
            GLMWeights(weights.synaptic, weights.feedback, np.zeros(3)),
            trials,
            np.array([0, 1]),
        )


@pytest.mark.parametrize(
    ("steps", "functions", "window", "message"),
    [
        (0, 1, None, "two samples"),
        (1, 1, None, "two samples"),
        (4, 2, 5, "longer than a trial"),
        (4, 5, None, "1 to 4 basis functions"),
    ],
)
def test_impossible_structures_are_refused(steps, functions, window, message):
    with pytest.raises(ConfigError, match=message):
        GLM.build(4, 2, steps, functions=functions, window=window)


def test_a_trial_too_short_for_a_desired_spike_is_refused():
    with pytest.raises(ConfigError, match="no spike after 3 zeros"):
        LIKELIHOODS["rate"]().targets(np.array([0]), 3, 2)


def test_desired_trains_have_a_spike_after_every_three_zeros():
    targets = LIKELIHOODS["rate"]().targets(np.array([1]), 9, 2)[0]
    assert targets[:, 1].astype(int).tolist() == [0, 0, 0, 1, 0, 0, 0, 1, 0]
    assert not targets[:, 0].any()
