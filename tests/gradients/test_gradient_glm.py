"""The GLM likelihoods' gradients against finite differences and automatic differentiation.

The automatic derivative is of the papers' products written out in Python, which share nothing with
the code under test.
"""

from __future__ import annotations

import dual
import numpy as np
import pytest
from dual import Dual

from brainsnn.learning.glm import ACTIVATIONS, GLM, LIKELIHOODS, GLMWeights

CASES = [(a, r) for a in ACTIVATIONS for r in LIKELIHOODS]


def problem(activation: str, rule: str):
    rng = np.random.default_rng(5)
    glm = GLM.build(6, 3, 8, functions=2, window=3, activation=activation)
    weights = glm.draw(rng, -0.7, 0.7)
    inputs = rng.random((4, 8, 6)) < 0.4
    labels = np.array([0, 2, 1, 2])
    likelihood = LIKELIHOODS[rule]()
    outputs = likelihood.targets(labels, 8, 3)
    return glm, weights, inputs, labels, likelihood, outputs


def value(glm, weights, inputs, outputs, labels, likelihood) -> float:
    u = glm.potentials(inputs, outputs, weights)
    return float(likelihood.value(u, labels, glm.activation).sum())


def gradient(glm, weights, inputs, outputs, labels, likelihood) -> GLMWeights:
    u = glm.potentials(inputs, outputs, weights)
    return glm.gradient(inputs, outputs, likelihood.error(u, labels, glm.activation))


@pytest.mark.parametrize(("activation", "rule"), CASES)
def test_gradient_is_the_finite_difference(activation, rule):
    glm, weights, inputs, labels, likelihood, outputs = problem(activation, rule)
    found = gradient(glm, weights, inputs, outputs, labels, likelihood).arrays()
    h = 1e-5
    for name, array in weights.arrays().items():
        for place in np.ndindex(array.shape):
            sides = []
            for sign in (1, -1):
                moved = weights.copy()
                moved.arrays()[name][place] += sign * h
                sides.append(value(glm, moved, inputs, outputs, labels, likelihood))
            expected = (sides[0] - sides[1]) / (2 * h)
            assert found[name][place] == pytest.approx(expected, rel=1e-6, abs=1e-6), (name, place)


def dual_potentials(glm, weights, direction, x, y):
    """Eq. 1 of one trial, sample by sample, lag by lag."""
    at = {
        name: lambda *i, n=name: Dual(weights.arrays()[n][i], direction.arrays()[n][i])
        for name in weights.arrays()
    }
    u = []
    for t in range(glm.n_steps):
        row = []
        for i in range(glm.n_classes):
            total = at["bias"](i)
            for lag in range(1, min(t, len(glm.basis)) + 1):
                for k in range(glm.basis.shape[1]):
                    for j in np.flatnonzero(x[t - lag]):
                        total += glm.basis[lag - 1, k] * at["synaptic"](j, k, i)
                    if y[t - lag, i]:
                        total += glm.feedback[lag - 1, k] * at["feedback"](k, i)
            row.append(total)
        u.append(row)
    return u


def written_out(rule, u, y, label, g):
    """The likelihood as the product (or sum of products) that the paper defines it by."""
    if rule == "rate":
        product = Dual(1.0)
        for t, row in enumerate(u):
            for i, potential in enumerate(row):
                product *= g(potential) if y[t, i] else 1 - g(potential)
        return dual.log(product)
    total, before = Dual(0.0), Dual(1.0)
    for row in u:
        others = Dual(1.0)
        for i, potential in enumerate(row):
            others *= 1 - g(potential) if i != label else Dual(1.0)
        total += before * others * g(row[label])
        before = before * others * (1 - g(row[label]))
    return dual.log(total)


@pytest.mark.parametrize(("activation", "rule"), CASES)
def test_gradient_is_the_automatic_derivative(activation, rule):
    glm, weights, inputs, labels, likelihood, outputs = problem(activation, rule)
    found = gradient(glm, weights, inputs, outputs, labels, likelihood)
    rng = np.random.default_rng(1)
    for _ in range(6):
        direction = GLMWeights(*(rng.normal(size=a.shape) for a in weights.arrays().values()))
        total = Dual(0.0)
        for x, y, label in zip(inputs, outputs, labels, strict=True):
            u = dual_potentials(glm, weights, direction, x, y)
            total += written_out(rule, u, y, label, getattr(dual, activation))
        pairs = zip(found.arrays().values(), direction.arrays().values(), strict=True)
        along = sum(float((a * b).sum()) for a, b in pairs)
        assert along == pytest.approx(total.slope, rel=1e-9)
        expected = value(glm, weights, inputs, outputs, labels, likelihood)
        assert expected == pytest.approx(total.value, rel=1e-9)


@pytest.mark.parametrize(("activation", "rule"), CASES)
@pytest.mark.parametrize("size", [1e2, 1e4])
def test_large_potentials_neither_overflow_nor_lose_the_gradient(activation, rule, size):
    rng = np.random.default_rng(2)
    u = rng.choice([-size, size, -1.0, 2.0], (50, 300, 4))
    labels = rng.integers(0, 4, 50)
    likelihood, g = LIKELIHOODS[rule](), ACTIVATIONS[activation]
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(likelihood.value(u, labels, g)).all()
        error = likelihood.error(u, labels, g)
    assert np.isfinite(error).all()
    assert (error != 0).any()


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_long_silent_trials_keep_a_gradient(activation):
    """After thousands of samples p_t itself is far below the smallest float."""
    u = np.full((1, 5000, 3), 1.0)
    likelihood, g = LIKELIHOODS["first_to_spike"](), ACTIVATIONS[activation]
    assert likelihood.log_probabilities(u, np.zeros(1, int), g)[0, -1] < -2000
    error = likelihood.error(u, np.zeros(1, int), g)
    assert np.isfinite(error).all()
    assert error[0, 0, 0] > 0
