"""ANTLR's gradients against their definition, differentiated forwards with the kernels written out.

A direction in weight space is followed through eqs. 1 to 10 from the input to the loss; the change
of the loss must be the gradient times the direction. Nothing here is shared with the recurrences
under test but the loss and the surrogate derivative's formula.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from current_based import Array, rasters, recording, trains
from numpy.typing import NDArray

from brainsnn.learning.antlr import AntlrBackprop, activation_based, bias_name, timing_based
from brainsnn.learning.losses import SpikeCountLoss, SpikeLatencyLoss, SpikeLoss, SpikeTrainLoss
from brainsnn.network.neurons import Coefficients
from brainsnn.spikes.targets import Classes, TargetTrains

SIZES = {"input": 7, "first": 9, "second": 8, "output": 3}
T, N_TRIALS = 18, 3
COEFFICIENTS = Coefficients(0.8, 0.9, 1.1, 0.4, 0.7, 0.9)
LABELS = Classes(np.array([0, 2, 1]))
TRAINS = TargetTrains(trains(np.random.default_rng(9).random((N_TRIALS, T, 3)) < 0.15))


def losses() -> dict[str, SpikeLoss]:
    return {
        "count": SpikeCountLoss.label_alone(3),
        "train": SpikeTrainLoss(beyond=12),
        "latency": SpikeLatencyLoss(),
    }


def draw(seed: int, scale: float = 0.9) -> dict[str, Array]:
    rng, out = np.random.default_rng(seed), {}
    for pre, post in itertools.pairwise(SIZES):
        out[f"{pre}_{post}"] = rng.normal(scale / 2, scale, (SIZES[pre], SIZES[post]))
        out[bias_name(post)] = rng.normal(0, scale / 5, SIZES[post])
    return out


def trials(weights: dict[str, Array], once: bool) -> list[list[NDArray[np.bool_]]]:
    inputs = np.random.default_rng(2).random((N_TRIALS, T, SIZES["input"])) < 0.15
    return [rasters(x, weights, COEFFICIENTS, SIZES, once) for x in inputs]


class Forward:
    """Values and tangents of one layer, step by step."""

    def __init__(self, rule: AntlrBackprop, spikes: NDArray[np.bool_]) -> None:
        self.rule, self.c, self.spikes = rule, rule.coefficients, spikes

    def states(self, x: Array, bias: Array) -> tuple[Array, Array]:
        c, current, potential = self.c, np.zeros(x.shape), np.zeros(x.shape)
        i = v = np.zeros(x.shape[1])
        for t in range(T):
            i = c.alpha_i * i + c.beta_i * x[t]
            v = c.alpha_v * v + c.beta_v * i + c.beta_bias * bias
            current[t], potential[t] = i, v
            i, v = i * ~self.spikes[t], v * ~self.spikes[t]
        return current, potential

    def outputs(self, potential: Array, change: Array, t: int, j: int) -> tuple[float, float]:
        """Tangents of activation and time of one neuron at one step."""
        rule, spikes = self.rule, self.spikes
        near = rule.height * np.exp(-rule.sharpness * abs(potential[t, j] - self.c.theta))
        if rule.once and spikes[:t, j].any():
            near = 0.0
        before = potential[t - 1, j] if t and not spikes[t - 1, j] else 0.0
        slope = max(potential[t, j] - before, rule.least_slope)
        moved = -rule.lambda_tim * change[t, j] / slope if spikes[t, j] else 0.0
        return rule.lambda_act * near * change[t, j], moved

    def by_kernel(
        self, x: Array, bias: Array, dx: Array, moved_x: Array, dbias: Array
    ) -> tuple[Array, Array]:
        """SRM form: the kernels summed since each neuron's last spike."""
        kernel = self.c.kernel(T + 1)
        slope = (kernel[1:] - np.concatenate(([0.0], kernel[:-2], [0.0]))[:T]) / 2
        _, potential = self.states(x, bias)
        change, ds, dt = (np.zeros(x.shape) for _ in range(3))
        for t, j in np.ndindex(x.shape):
            own = np.flatnonzero(self.spikes[:t, j])
            for s in range(own[-1] + 1 if own.size else 0, t + 1):
                leak = self.c.beta_bias * self.c.alpha_v ** (t - s) * dbias[j]
                change[t, j] += kernel[t - s] * dx[s, j] - slope[t - s] * moved_x[s, j] + leak
            ds[t, j], dt[t, j] = self.outputs(potential, change, t, j)
        return ds, dt

    def by_state(self, x: Array, bias: Array, dx: Array, dbias: Array) -> tuple[Array, Array]:
        """RNN-like form with the path through the reset."""
        c = self.c
        current, potential = self.states(x, bias)
        di, dv, ds = (np.zeros(x.shape) for _ in range(3))
        for t in range(T):
            di[t], dv[t] = c.beta_i * dx[t], c.beta_bias * dbias
            if t:
                keep = ~self.spikes[t - 1]
                di[t] += c.alpha_i * (keep * di[t - 1] - current[t - 1] * ds[t - 1])
                dv[t] += c.alpha_v * (keep * dv[t - 1] - potential[t - 1] * ds[t - 1])
            dv[t] += c.beta_v * di[t]
            ds[t] = [self.outputs(potential, dv, t, j)[0] for j in range(x.shape[1])]
        return ds, np.zeros(x.shape)


def wanted(loss: SpikeLoss, trial: int | slice = slice(None)) -> Any:
    targets = TRAINS if TargetTrains in loss.targets else LABELS
    return targets.of(np.atleast_1d(np.arange(N_TRIALS)[trial]))


def change_of_loss(
    rule: AntlrBackprop, layers: list[NDArray[np.bool_]], weights: dict, direction: dict, trial: int
) -> float:
    ds = dt = np.zeros(layers[0].shape)
    names, penalty = list(SIZES), 0.0
    for depth, (pre, post) in enumerate(itertools.pairwise(names)):
        w, dw = weights[f"{pre}_{post}"], direction[f"{pre}_{post}"]
        forward = Forward(rule, layers[depth + 1])
        x, bias = layers[depth] @ w, weights[bias_name(post)]
        dx, dbias = layers[depth] @ dw + ds @ w, direction[bias_name(post)]
        if rule.reset_path:
            ds, dt = forward.by_state(x, bias, dx, dbias)
        else:
            ds, dt = forward.by_kernel(x, bias, dx, (layers[depth] * dt) @ w, dbias)
        if post != names[-1]:
            penalty += rule.spike_penalty * float((layers[depth + 1] * ds).sum())
    output, asked = layers[-1][None], wanted(rule.loss_function, trial)
    by_activation = rule.loss_function.activation(output, asked)[0]
    by_time = rule.loss_function.timing(output, asked)[0]
    return float((by_activation * ds + by_time * dt).sum()) + penalty


CASES = {
    "activation, count": ("count", {"lambda_tim": 0.0}),
    "activation, train": ("train", {"lambda_tim": 0.0}),
    "activation through the reset": ("train", {"lambda_tim": 0.0, "reset_path": True}),
    "timing, train": ("train", {"lambda_act": 0.0}),
    "timing, latency": ("latency", {"lambda_act": 0.0}),
    "both, count": ("count", {}),
    "both, train": ("train", {"lambda_act": 0.7, "lambda_tim": 1.3, "height": 0.5}),
    "both, latency": ("latency", {"sharpness": 2.0, "least_slope": 0.2}),
    "both, at most one spike": ("train", {"once": True}),
    "both, hidden spikes penalised": ("latency", {"spike_penalty": 0.3}),
    "activation, hidden spikes penalised": ("count", {"lambda_tim": 0.0, "spike_penalty": 2.0}),
}


@pytest.mark.parametrize("case", list(CASES))
def test_gradient_is_the_forward_derivative(case: str) -> None:
    loss, settings = CASES[case]
    rule = AntlrBackprop(losses()[loss], COEFFICIENTS, **settings)
    weights, direction = draw(3), draw(4, 1.0)
    layers = trials(weights, rule.once)
    assert all(np.sum([x[d] for x in layers]) > 5 for d in range(len(SIZES)))
    gradients = rule.backward(recording(layers, SIZES), weights, wanted(rule.loss_function))
    found = sum(
        float((direction[name].reshape(-1, g.values.shape[1])[g.rows] * g.values).sum())
        for name, g in gradients
    )
    each = [change_of_loss(rule, x, weights, direction, k) for k, x in enumerate(layers)]
    assert found == pytest.approx(sum(each), rel=1e-9)
    assert abs(found) > 1e-3


@pytest.mark.parametrize("lambdas", [(1.0, 0.0), (0.0, 1.0)])
def test_lambdas_of_one_and_nothing_give_the_parts_to_the_last_bit(
    lambdas: tuple[float, float],
) -> None:
    weights, loss = draw(3), losses()["train"]
    recorded = recording(trials(weights, False), SIZES)
    if lambdas[0]:
        part = activation_based(loss, coefficients=COEFFICIENTS)
    else:
        part = timing_based(loss, coefficients=COEFFICIENTS, silence_penalty=0.0)
    exact = AntlrBackprop(loss, COEFFICIENTS, *lambdas)
    nothing = 1e-300  # so that both derivatives are worked out, and one does not count
    worked_out = AntlrBackprop(loss, COEFFICIENTS, lambdas[0] or nothing, lambdas[1] or nothing)
    rules = [rule.backward(recorded, weights, wanted(loss)) for rule in (part, exact, worked_out)]
    for (_, a), (_, b), (_, c) in zip(*rules, strict=True):
        np.testing.assert_array_equal(a.values, b.values)
        np.testing.assert_array_equal(a.values, np.where(abs(c.values) < 1e-250, 0, c.values))
        assert np.abs(a.values).max() > 0
