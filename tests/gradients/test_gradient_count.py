"""The count rule's gradients are the derivatives of its surrogate, by finite differences.

The surrogate takes the recorded counts as they are and lets them move with what neurons receive, at
the slope of eq. 7 without the floor. Synapses are listed here one by one, from the conventions of
images and kernels, so nothing is shared with the code that is tested.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import recording

from brainsnn.learning.count import (
    ConvolutionConnection,
    CountBackprop,
    DenseConnection,
    PoolingConnection,
    RatePenalty,
)

N_STEPS, THETA, N_TRIALS = 6, 1.5, 4
SIZES = {"input": 50, "image": 48, "small": 12, "hidden": 5, "output": 3}
CHAIN = {
    "kernels": ConvolutionConnection(5, 5, 2, 2, 3),
    "pool": PoolingConnection(4, 4, 3, 2),
    "dense": DenseConnection(),
    "read": DenseConnection(),
}
SHAPES = {"kernels": (8, 3), "dense": (12, 5), "read": (5, 3)}
BIASES = {f"{name}.v0": (1, SIZES[name]) for name in ("image", "small", "hidden", "output")}
LABELS = np.array([0, 2, 1, 1])


def synapses():
    """For each connection, the (pre, post, entry of the weights) of every synapse."""
    kernels = [
        (((y + dy) * 5 + x + dx) * 2 + c, (y * 4 + x) * 3 + f, ((dy * 2 + dx) * 2 + c, f))
        for y, x, dy, dx, c, f in np.ndindex(4, 4, 2, 2, 2, 3)
    ]
    pool = [
        (((2 * y + dy) * 4 + 2 * x + dx) * 3 + c, (y * 2 + x) * 3 + c, None)
        for y, x, dy, dx, c in np.ndindex(2, 2, 2, 2, 3)
    ]
    dense = [(i, j, (i, j)) for i, j in np.ndindex(12, 5)]
    return [kernels, pool, dense, [(i, j, (i, j)) for i, j in np.ndindex(5, 3)]]


def matrices(weights):
    names = list(SIZES)
    for k, (name, listed) in enumerate(zip(CHAIN, synapses(), strict=True)):
        full = np.zeros((SIZES[names[k]], SIZES[names[k + 1]]))
        for i, j, entry in listed:
            full[i, j] += 0.25 if entry is None else weights[name][entry]
        yield names[k + 1], full


@pytest.fixture
def recorded():
    """Counts and final potentials of a made-up recording: silent, moderate and busy neurons."""
    rng = np.random.default_rng(3)
    counts = {name: rng.integers(0, 4, (N_TRIALS, n)) for name, n in SIZES.items()}
    spikes = [
        (trial, name, i, step, 0.0)
        for name, table in counts.items()
        for (trial, i), n in np.ndenumerate(table)
        for step in range(n)
    ]
    final = {n: rng.normal(0, 4, (N_TRIALS, k)) for n, k in SIZES.items() if n != "input"}
    made = recording(spikes, SIZES, n_trials=N_TRIALS, n_steps=N_STEPS + 4, final=final)
    return counts, made


def slopes(counts, final, name, open_output):
    if name == "output" and open_output:
        return np.full(counts.shape, 1 / THETA)
    received = final + THETA * counts
    return ((received > 0) & (received < N_STEPS * THETA)) / THETA


def surrogate(weights, start, counts, final, rule):
    """Loss of all trials, the recorded counts moved by how far weights are from `start`."""
    moved, fixed = counts["input"].astype(float), counts["input"].astype(float)
    loss = 0.0
    for (name, now), (_, then) in zip(matrices(weights), matrices(start), strict=True):
        change = moved @ now - fixed @ then + weights[f"{name}.v0"] - start[f"{name}.v0"]
        fixed = counts[name].astype(float)
        moved = fixed + slopes(fixed, final[name], name, rule.open_output) * change
        if name != "output":
            excess = np.maximum(moved.mean(axis=1) / N_STEPS - rule.penalty.target, 0)
            loss += 0.5 * rule.penalty.weight * (excess**2).sum()
    odds = np.exp(moved / rule.temperature)
    return loss - np.log(odds[np.arange(N_TRIALS), LABELS] / odds.sum(axis=1)).sum()


RULE = CountBackprop(N_STEPS, THETA, temperature=2.0, chain=CHAIN)


@pytest.mark.parametrize(
    "rule",
    [RULE, replace(RULE, open_output=False), replace(RULE, penalty=RatePenalty(30, 0.1))],
    ids=["plain", "closed_output", "penalty"],
)
def test_gradients_are_derivatives_of_the_surrogate(rule, recorded):
    counts, made = recorded
    rng = np.random.default_rng(0)
    weights = {name: rng.normal(0, 0.7, shape) for name, shape in (SHAPES | BIASES).items()}
    start = {name: value.copy() for name, value in weights.items()}
    found = dict(rule.backward(made, start, LABELS))
    assert list(found) == [
        "read", "output.v0", "dense", "hidden.v0", "small.v0", "kernels", "image.v0",
    ]  # fmt: skip
    for name, gradient in found.items():
        assert (gradient.values != 0).any()
        for entry in rng.permutation(list(np.ndindex(weights[name].shape)))[:12]:
            k, ends = tuple(entry), []
            for h in (1e-5, -1e-5):
                weights[name][k] = start[name][k] + h
                ends.append(surrogate(weights, start, counts, made.final, rule))
            weights[name][k] = start[name][k]
            wanted = (ends[0] - ends[1]) / 2e-5
            np.testing.assert_allclose(gradient.values[k], wanted, rtol=1e-6, atol=1e-7)


def test_the_loss_is_the_surrogates_at_the_recorded_counts(recorded):
    counts, made = recorded
    rule = replace(RULE, penalty=RatePenalty(30, 0.1))
    none = {name: np.zeros(shape) for name, shape in (SHAPES | BIASES).items()}
    wanted = surrogate(none, none, counts, made.final, rule)
    np.testing.assert_allclose(rule.loss(made, LABELS).sum(), wanted)
