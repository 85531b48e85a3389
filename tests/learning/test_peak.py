"""The rule that reads peaks: by its definition, step after step."""

import numpy as np
import pytest
from helpers import recording

from brainsnn.errors import LearningError
from brainsnn.learning.decision import DecisionBackprop
from brainsnn.learning.losses import FirstSpikeSoftmax
from brainsnn.learning.peak import in_order, peaks

RNG = np.random.default_rng(6)
SIZES = {"input": 12, "hidden": 7, "output": 3}
N_STEPS, N_TRIALS = 20, 6


def test_spikes_are_put_in_the_order_of_time():
    steps = np.array([5, 0, 9, 5, 2, 20], np.int32)
    order = np.empty(6, np.int64)
    n = in_order(steps, 6, np.empty(7, np.int64), order)
    assert order[:n].tolist() == [1, 4, 0, 3]
    assert in_order(steps, 0, np.empty(1, np.int64), order) == 0


def test_peak_is_the_first_largest_sum_of_whole_steps():
    steps = np.array([1, 1, 4, 7], np.int32)
    weights = np.array([[5.0, -1.0, 2.0], [-2.0, -1.0, 2.0], [1.0, 1.0, -4.0], [-1.0, 0.5, 4.0]])
    peak, gate = np.empty(3), np.empty(3, np.int32)
    peaks(steps, weights, np.arange(4), np.empty(3), peak, gate)
    assert peak.tolist() == [4.0, 0.0, 4.0]
    assert gate.tolist() == [5, 0, 2]


def steps_of(weights):
    """First-spike steps of every layer by the definition of the neuron."""
    steps = [RNG.integers(0, N_STEPS + 5, (N_TRIALS, 12)).clip(max=N_STEPS)]
    for values in weights.values():
        out = np.full((N_TRIALS, values.shape[1]), N_STEPS)
        for t in range(N_STEPS):
            potential = (steps[-1] < t).astype(float) @ values
            out[(potential > 100) & (out == N_STEPS)] = t
        steps.append(out)
    return steps


def test_gradient_follows_the_definition():
    weights = {"first": RNG.uniform(-60, 60, (12, 7)), "last": RNG.uniform(-30, 80, (7, 3))}
    pre, hidden, output = steps_of(weights)
    spikes = [
        (n, name, i, t, np.nan)
        for name, steps in zip(SIZES, (pre, hidden, output), strict=True)
        for (n, i), t in np.ndenumerate(steps)
        if t < N_STEPS
    ]
    labels = np.array([0, 1, 2, 0, 1, 2])
    wanted = np.zeros((12, 7))
    errors = FirstSpikeSoftmax().error(output.astype(np.int32), labels, N_STEPS)
    for n in range(N_TRIALS):
        end = max(min(output[n].min(), N_STEPS - 1) - 1, 0)
        potential = np.array(
            [(pre[n] < t).astype(float) @ weights["first"] for t in range(end + 1)]
        )
        at = potential.argmax(axis=0)
        window = np.maximum(0, 1 - np.abs(potential.max(axis=0) - 100) / 50)
        delta = errors[n] @ weights["last"].T * window
        wanted += (pre[n][:, None] < at) * delta
    rule = DecisionBackprop(reads="peak")
    recorded = recording(spikes, SIZES, n_trials=N_TRIALS, n_steps=N_STEPS)
    found = dict(rule.backward(recorded, weights, labels))
    gradient = np.zeros((12, 7))
    gradient[found["first"].rows] = found["first"].values
    np.testing.assert_allclose(gradient, wanted, atol=1e-12)
    assert np.abs(wanted).max() > 0


def test_two_hidden_layers_are_refused():
    sizes = {"input": 2, "one": 2, "two": 2, "output": 2}
    weights = {name: np.ones((2, 2)) for name in ("a", "b", "c")}
    with pytest.raises(LearningError, match="needs one hidden layer, not 2"):
        DecisionBackprop(reads="peak").backward(recording([], sizes), weights, np.zeros(1, int))


def test_other_readings_are_refused():
    with pytest.raises(LearningError, match="one of decision, peak, got 'end'"):
        DecisionBackprop(reads="end")
