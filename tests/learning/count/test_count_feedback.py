"""Errors that come down through fixed matrices: what they are, and that they teach."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from helpers import recording
from sklearn.datasets import load_digits

import brainsnn as bs
from brainsnn.codes import RateDecoder
from brainsnn.learning.count import Count, CountBackprop
from brainsnn.learning.count.feedback import Feedback
from brainsnn.network.network import Network
from brainsnn.network.neurons import counting
from brainsnn.network.synapses import FanInNormal

SIZES = {"input": 3, "hidden1": 2, "hidden2": 4, "output": 2}
T = 5
FINAL = {"hidden1": [[0.5, 0.2]], "hidden2": [[0.1, 0.2, 0.3, -1.0]], "output": [[0.0, 0.3]]}
SPIKES = [(0, "input", k, k, 0.0) for k in range(3)]
SPIKES += [(0, name, k, 3, 1.0) for name, n in list(SIZES.items())[1:] for k in range(n - 1)]
LABELS = np.array([1])


def network():
    rng = np.random.default_rng(0)
    names = list(SIZES)
    return {f"{a}_{b}": rng.normal(size=(SIZES[a], SIZES[b])) for a, b in pairwise(names)}


def gradients(feedback: Feedback, weights):
    made = recording(SPIKES, SIZES, n_trials=1, final=FINAL)
    rule = CountBackprop(T, feedback=feedback)
    return {name: found.values for name, found in rule.backward(made, weights, LABELS)}


def test_through_the_weights_themselves_it_is_backpropagation():
    weights = network()
    plain = gradients(Feedback(), weights)
    found = gradients(Feedback("random", weights), weights)
    for name, values in plain.items():
        np.testing.assert_array_equal(found[name], values)


def test_direct_feedback_is_the_outputs_error_through_one_matrix():
    """Worked by hand: counts of the source, times B by the output's error, times the slope."""
    weights, rng = network(), np.random.default_rng(1)
    matrices = {name: rng.normal(size=(weights[name].shape[0], 2)) for name in list(weights)[1:]}
    found = gradients(Feedback("direct", matrices), weights)
    plain = gradients(Feedback(), weights)
    np.testing.assert_array_equal(found["hidden2_output"], plain["hidden2_output"])
    made = recording(SPIKES, SIZES, n_trials=1, final=FINAL)
    output = CountBackprop(T).loss_function.error(made.counts("output").astype(float), LABELS)[0]
    for source, target, above in (
        ("input", "hidden1", "hidden1_hidden2"),
        ("hidden1", "hidden2", "hidden2_output"),
    ):
        received = made.counts(target)[0] + np.array(FINAL[target][0])
        inside = (received > 0) & (received < T)
        error = (matrices[above] @ output) * inside
        wanted = np.outer(made.counts(source)[0], error)
        np.testing.assert_allclose(found[f"{source}_{target}"], wanted, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("kind", ["random", "direct"])
def test_matrices_are_drawn_once_from_their_own_seed(kind):
    notation = "6x6-3c3-2a-5-4"
    model = Network(notation, counting(notation, T), initialiser=FanInNormal(0.7)).frozen()

    def bound(**settings):
        return Count(feedback=kind, **settings).bind(model, RateDecoder(), T + 4).feedback

    first, same, other = bound(), bound(), bound(feedback_seed=1)
    assert set(first.matrices) == set(same.matrices)
    for name, matrix in first.matrices.items():
        np.testing.assert_array_equal(same.matrices[name], matrix)
        assert not np.array_equal(other.matrices[name], matrix)
        np.testing.assert_allclose(bound(feedback_scale=3.0).matrices[name], 3 * matrix)
    shapes = sorted(matrix.shape for matrix in first.matrices.values())
    assert shapes == ([(5, 4), (12, 5)] if kind == "random" else [(5, 4), (12, 4), (48, 4)])


@pytest.mark.compiler
@pytest.mark.parametrize("kind", ["symmetric", "random", "direct"])
def test_it_teaches_hidden_layers(kind):
    X, y = load_digits(return_X_y=True)
    rule = bs.Count(temperature=0.1, feedback=kind)
    net = bs.Classifier((50, 30), rule=rule, epochs=10, random_state=0).fit(X[:1200], y[:1200])
    assert net.score(X[1200:], y[1200:]) > 0.85
