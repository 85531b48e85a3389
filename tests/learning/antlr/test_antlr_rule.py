"""ANTLR as a rule: what it refuses, silence, and learning a small task."""

from __future__ import annotations

import numpy as np
import pytest
from current_based import Array, rasters, recording

from brainsnn.codes import FirstSpikeDecoder, RateDecoder
from brainsnn.errors import LearningError
from brainsnn.learning.antlr import AntlrBackprop, activation_based, timing_based
from brainsnn.learning.losses import SpikeCountLoss, SpikeLatencyLoss
from brainsnn.network.neurons import Coefficients
from brainsnn.spikes.stopping import stop_at_first_spike

SIZES = {"input": 6, "hidden": 10, "output": 2}
T = 20
COEFFICIENTS = Coefficients(0.8, 0.9).normalised(T)


def draw(mean: float = 0.4) -> dict[str, Array]:
    rng = np.random.default_rng(7)
    shapes = {"input_hidden": (6, 10), "hidden_output": (10, 2)}
    weights = {name: rng.normal(mean, 0.5, shape) for name, shape in shapes.items()}
    return {**weights, "hidden.bias": np.zeros((1, 10)), "output.bias": np.zeros((1, 2))}


def record(weights: dict[str, Array], once: bool = False):
    """Two inputs: the first three neurons early and the others late, and the other way round."""
    inputs = np.zeros((2, T, 6), np.bool_)
    for k in range(2):
        inputs[k, 1, 3 * k : 3 * k + 3] = True
        inputs[k, 9, 3 - 3 * k : 6 - 3 * k] = True
    trials = [rasters(x, weights, COEFFICIENTS, SIZES, once) for x in inputs]
    return recording(trials, SIZES)


LABELS = np.array([0, 1])


def learn(rule: AntlrBackprop, steps: int, rate: float) -> tuple[list[float], dict[str, Array]]:
    weights, values = draw(), []
    for _ in range(steps):
        recorded = record(weights, rule.once)
        values.append(float(rule.loss(recorded, LABELS).sum()))
        for name, gradient in list(rule.backward(recorded, weights, LABELS)):
            weights[name][gradient.rows] -= rate * gradient.values.clip(-1, 1)
    return values, weights


@pytest.mark.parametrize("once", [False, True])
def test_learns_which_comes_first(once: bool) -> None:
    rule = AntlrBackprop(SpikeLatencyLoss(), COEFFICIENTS, once=once)
    values, weights = learn(rule, 100, 0.03)
    assert values[-1] < 0.5 * values[0]
    decisions = FirstSpikeDecoder().decode(record(weights, once))
    np.testing.assert_array_equal(decisions.decision, LABELS)


def test_activations_learn_counts() -> None:
    rule = activation_based(SpikeCountLoss.label_alone(2), coefficients=COEFFICIENTS)
    values, weights = learn(rule, 150, 0.3)
    assert values[-1] == 0
    recorded = record(weights)
    np.testing.assert_array_equal(RateDecoder().decode(recorded).decision, LABELS)
    np.testing.assert_array_equal(recorded.counts("output"), np.eye(2))


def test_spikes_until_the_decision() -> None:
    recorded = record(draw())
    cut = stop_at_first_spike(recorded, "output")
    before, after = FirstSpikeDecoder().decode(recorded), FirstSpikeDecoder().decode(cut)
    np.testing.assert_array_equal(before.step, after.step)
    assert 0 < cut.step.size < recorded.step.size


def test_the_restriction_leaves_one_spike() -> None:
    weights = draw()
    assert record(weights).counts("hidden").max() > 1
    assert record(weights, once=True).counts("hidden").max() == 1


def test_a_silent_network_gives_the_timing_method_nothing() -> None:
    weights = {name: 0 * w for name, w in draw().items()}
    recorded, loss = record(weights), SpikeLatencyLoss()
    rule = timing_based(loss, coefficients=COEFFICIENTS, silence_penalty=0.0)
    for _, gradient in rule.backward(recorded, weights, LABELS):
        assert not gradient.values.any()
    gradients = dict(
        timing_based(loss, coefficients=COEFFICIENTS).backward(recorded, weights, LABELS)
    )
    np.testing.assert_allclose(gradients["input_hidden"].values, -2 * 100 / 6)
    np.testing.assert_allclose(gradients["hidden_output"].values, -2 * 100 / 10)


def test_a_spike_that_only_just_came_about_moves_no_further_than_the_least_slope() -> None:
    sizes = {"input": 1, "output": 1}
    weights = {"input_output": np.array([[1.0]])}
    flat = Coefficients(0.0, 1.0)
    inputs = np.zeros((1, T, 1), np.bool_)
    inputs[0, 3] = True
    recorded = recording([rasters(inputs[0], weights, flat, sizes)], sizes)
    silent = recording([[inputs[0], np.zeros((T, 1), np.bool_)]], sizes)
    rule = AntlrBackprop(SpikeLatencyLoss(), flat)
    for trial in (recorded, silent):
        for _, gradient in rule.backward(trial, weights, np.array([0])):
            assert np.isfinite(gradient.values).all()


def test_methods_and_losses_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(LearningError, match="timing-based method: moving a spike"):
        timing_based(SpikeCountLoss.label_alone(2))
    with pytest.raises(LearningError, match="activation-based method: a first-spike step"):
        activation_based(SpikeLatencyLoss())


@pytest.mark.parametrize(
    "settings",
    [
        {"lambda_act": -1.0},
        {"lambda_act": 0.0, "lambda_tim": 0.0},
        {"least_slope": 0.0},
        {"sharpness": float("nan")},
        {"silence_penalty": -1.0},
        {"negligible": -1.0},
        {"spike_penalty": -1.0},
        {"spike_penalty": 1.0, "lambda_act": 0.0},
    ],
)
def test_impossible_parameters_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(LearningError):
        AntlrBackprop(**settings)


def test_weights_that_are_not_numbers_are_refused() -> None:
    rule, weights = AntlrBackprop(coefficients=COEFFICIENTS), draw()
    recorded = record(weights)
    for name, message in (("input_hidden", "not finite"), ("hidden.bias", "10 finite numbers")):
        broken = {**weights, name: np.full(weights[name].shape, np.nan)}
        with pytest.raises(LearningError, match=message):
            list(rule.backward(recorded, broken, LABELS))


def test_trials_shorter_than_the_network_is_deep_are_refused() -> None:
    empty = np.zeros((0, 6), np.bool_), np.zeros((0, 10), np.bool_), np.zeros((0, 2), np.bool_)
    with pytest.raises(LearningError, match="too short"):
        AntlrBackprop().loss(recording([list(empty)], SIZES), np.array([0]))


def test_penalised_spikes_become_fewer() -> None:
    _, weights = learn(AntlrBackprop(SpikeLatencyLoss(), COEFFICIENTS), 100, 0.03)
    _, frugal = learn(
        AntlrBackprop(SpikeLatencyLoss(), COEFFICIENTS, spike_penalty=0.05), 100, 0.03
    )
    few, many = (record(w).counts("hidden").sum() for w in (frugal, weights))
    assert few < many
    decisions = FirstSpikeDecoder().decode(record(frugal))
    np.testing.assert_array_equal(decisions.decision, LABELS)


def test_negligible_derivatives_count_as_zero() -> None:
    weights = draw()
    recorded = record(weights)
    whole = dict(AntlrBackprop(coefficients=COEFFICIENTS).backward(recorded, weights, LABELS))
    same = AntlrBackprop(coefficients=COEFFICIENTS, negligible=1e-300)
    for name, gradient in same.backward(recorded, weights, LABELS):
        np.testing.assert_array_equal(gradient.values, whole[name].values)
    none = AntlrBackprop(coefficients=COEFFICIENTS, negligible=1.0)
    for _, gradient in none.backward(recorded, weights, LABELS):
        assert not gradient.values.any()
