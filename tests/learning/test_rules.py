"""Rules: against dense transcriptions of their equations, and learning a small task."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

import brainsnn.training  # noqa: F401 - registers the rule of derived gradients
from brainsnn.errors import LearningError
from brainsnn.learning.base import BoundRule, RowGradient
from brainsnn.learning.decision import DecisionBackprop
from brainsnn.learning.gated import layers
from brainsnn.learning.losses import FirstSpikeSoftmax, RelativeTargets
from brainsnn.learning.rules import RULES
from brainsnn.learning.temporal import TemporalBackprop
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import Recording

SIZES = {"input": 9, "first": 7, "second": 6, "output": 4}
N_STEPS = 30
N_TRIALS = 40


@pytest.fixture
def weights() -> dict[str, NDArray[np.float64]]:
    rng, names = np.random.default_rng(4), list(SIZES)
    pairs = itertools.pairwise(names)
    return {f"{a}_{b}": rng.uniform(-15, 60, (SIZES[a], SIZES[b])) for a, b in pairs}


def first_steps(weights: dict[str, NDArray[np.float64]]) -> list[NDArray[np.int32]]:
    """First-spike steps of every layer, by the definition of the neuron."""
    rng = np.random.default_rng(8)
    steps = [rng.integers(0, N_STEPS + 8, (N_TRIALS, SIZES["input"])).clip(max=N_STEPS)]
    for values in weights.values():
        steps.append(_first_crossing(steps[-1], values))
    return [s.astype(np.int32) for s in steps]


def _first_crossing(pre: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.int64]:
    out = np.full((N_TRIALS, values.shape[1]), N_STEPS)
    for t in range(N_STEPS):
        crossed = ((pre < t).astype(float) @ values > 100) & (out == N_STEPS)
        out[crossed] = t
    return out


def recording(weights: dict[str, NDArray[np.float64]]) -> Recording:
    trial, step, code, neuron = [], [], [], []
    for k, steps in enumerate(first_steps(weights)):
        n, i = np.nonzero(steps < N_STEPS)
        trial.append(n)
        step.append(steps[n, i])
        code.append(np.full(n.size, k))
        neuron.append(i)
    columns = [np.concatenate(c) for c in (neuron, code, step, trial)]
    order = np.lexsort(columns)
    n_, c_, s_, t_ = (c[order] for c in columns)
    offsets = np.searchsorted(t_, np.arange(N_TRIALS + 1))
    int32 = [c.astype(np.int32) for c in (c_, n_, s_)]
    return Recording(SIZES, N_STEPS, 1e-3, offsets, *int32, np.full(s_.size, np.nan))


LABELS = np.arange(N_TRIALS) % 4


def dense(gradient: RowGradient, shape: tuple[int, int]) -> NDArray[np.float64]:
    out = np.zeros(shape)
    out[gradient.rows] = gradient.values
    return out


def temporal_by_hand(weights: dict[str, NDArray[np.float64]]) -> Iterator[NDArray[np.float64]]:
    steps = first_steps(weights)
    delta = RelativeTargets(3).error(steps[-1], LABELS, N_STEPS)
    for depth, values in enumerate(reversed(weights.values()), start=1):
        delta = delta / np.maximum(np.linalg.norm(delta, axis=1, keepdims=True), 1e-300)
        pre, post = steps[-depth - 1], steps[-depth]
        earlier = pre[:, :, None] < post[:, None, :]
        yield (earlier * delta[:, None, :]).sum(axis=0)
        delta = (earlier * delta[:, None, :] * values).sum(axis=2)


def decision_by_hand(weights: dict[str, NDArray[np.float64]]) -> Iterator[NDArray[np.float64]]:
    steps, names = first_steps(weights), list(weights)
    delta = FirstSpikeSoftmax().error(steps[-1], LABELS, N_STEPS)
    read = np.minimum(steps[-1].min(axis=1), N_STEPS - 1)
    post = steps[-1]
    for depth in range(1, len(names) + 1):
        earlier = steps[-depth - 1][:, :, None] < post[:, None, :]
        yield (earlier * delta[:, None, :]).sum(axis=0)
        if depth < len(names):
            read = np.maximum(read - 1, 0)
            before = steps[-depth - 2] < read[:, None]
            potential = before.astype(float) @ weights[names[-depth - 1]]
            window = np.maximum(0, 1 - np.abs(potential - 100) / 50)
            delta = delta @ weights[names[-depth]].T * window
            post = np.repeat(read[:, None], delta.shape[1], axis=1)


@pytest.mark.parametrize(
    ("rule", "by_hand"),
    [(TemporalBackprop(), temporal_by_hand), (DecisionBackprop(), decision_by_hand)],
)
def test_gradients_follow_the_equations(
    rule: BoundRule, by_hand: object, weights: dict[str, NDArray[np.float64]]
) -> None:
    found = list(rule.backward(recording(weights), weights, LABELS))
    assert [name for name, _ in found] == list(weights)[::-1]
    for (name, gradient), wanted in zip(found, by_hand(weights), strict=True):  # type: ignore[operator]
        np.testing.assert_allclose(dense(gradient, weights[name].shape), wanted, atol=1e-12)
        assert np.abs(wanted).max() > 0


@pytest.mark.parametrize("rule", [TemporalBackprop(), DecisionBackprop()])
def test_gradients_are_summed_over_trials(
    rule: BoundRule, weights: dict[str, NDArray[np.float64]]
) -> None:
    whole = recording(weights)
    total = {name: np.zeros(values.shape) for name, values in weights.items()}
    for k in range(N_TRIALS):
        mine = slice(whole.offsets[k], whole.offsets[k + 1])
        columns = [getattr(whole, c)[mine] for c in ("population", "neuron", "step", "potential")]
        offsets = np.array([0, mine.stop - mine.start])
        one = Recording(SIZES, N_STEPS, 1e-3, offsets, *columns)
        for name, gradient in rule.backward(one, weights, LABELS[k : k + 1]):
            total[name] += dense(gradient, total[name].shape)
    for name, gradient in rule.backward(whole, weights, LABELS):
        np.testing.assert_allclose(dense(gradient, total[name].shape), total[name], atol=1e-12)


@pytest.mark.parametrize("name", list(RULES))
def test_every_registered_rule_declares_itself(name: str) -> None:
    rule = RULES[name]()
    assert rule.citation
    assert rule.gradient in ("exact", "surrogate")
    assert rule.codes


def test_dead_hidden_neurons_are_drawn_anew() -> None:
    initial = {"input_hidden": Uniform(1, 2), "hidden_output": Uniform(1, 2)}
    rule = TemporalBackprop(redraw_below=0.1, initialiser=initial)
    weights = {"input_hidden": np.zeros((3, 4)), "hidden_output": np.zeros((4, 2))}
    fired = {
        "input": np.zeros(3),
        "hidden": np.array([0.0, 0.5, 0.05, 0.1]),
        "output": np.zeros(2),
    }
    assert rule.end_epoch(weights, fired, np.random.default_rng(0)) == 2
    changed = (weights["input_hidden"] >= 1).all(axis=0)
    np.testing.assert_array_equal(changed, [True, False, True, False])
    assert not weights["hidden_output"].any()


def test_the_decision_is_read_a_step_before_the_first_output_spike() -> None:
    """Worked by hand: what arrives in the step that is read neither counts nor learns."""
    rule = DecisionBackprop(threshold=100.0, width=50.0)
    weights = {"input_hidden": np.array([[80.0], [30.0]]), "hidden_output": np.array([[3.0, 5.0]])}
    sizes = {"input": 2, "hidden": 1, "output": 2}
    neurons, codes, steps = [0, 1, 0], [0, 0, 2], [1, 4, 5]
    columns = [np.array(c, np.int32) for c in (codes, neurons, steps)]
    whole = Recording(sizes, 10, 1e-3, np.array([0, 3]), *columns, np.full(3, np.nan))
    labels = np.array([1])
    delta = rule.loss_function.error(whole.first_steps("output"), labels, 10)[0]
    found = dict(rule.backward(whole, weights, labels))["input_hidden"]
    window = 1 - abs(80.0 - 100.0) / 50.0
    expected = [[window * (3 * delta[0] + 5 * delta[1])], [0.0]]
    np.testing.assert_allclose(dense(found, (2, 1)), expected)
    assert expected[0][0] != 0


def test_weights_must_fit_the_chain(weights: dict[str, NDArray[np.float64]]) -> None:
    whole = recording(weights)
    with pytest.raises(LearningError, match="A chain of 3 connections"):
        layers(whole.populations, dict(list(weights.items())[:2]))
    wrong = {**weights, "first_second": np.zeros((6, 7))}
    with pytest.raises(LearningError, match=r"'first_second' should lead .*shape \(7, 6\)"):
        layers(whole.populations, wrong)


def test_a_window_of_no_width_is_refused() -> None:
    with pytest.raises(LearningError, match="width must be positive"):
        DecisionBackprop(width=0)
