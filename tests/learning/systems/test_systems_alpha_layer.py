"""One layer of alpha synapses, compiled, beside the closed form taken set by set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import lambertw

from brainsnn.errors import LearningError
from brainsnn.learning.systems.alpha_kernel import lambert_w
from brainsnn.learning.systems.alpha_layer import AlphaLayer

DECAY, THRESHOLD = 1.7, 0.3


def drawn(seed: int) -> tuple[Any, Any]:
    """Times of 30 inputs, many at once and some silent, and weights to 9 neurons."""
    rng = np.random.default_rng(seed)
    times = np.round(rng.uniform(0, 3, (6, 30)), 1)
    times[rng.random(times.shape) < 0.2] = np.inf
    return times, rng.normal(0.1, 0.6, (9, 30))


def closed_form(t: Any, w: Any) -> tuple[float, Any, Any]:
    """Spike time of a neuron and its derivatives, by A, B and W of each set that may be causal."""
    for now in np.unique(t[np.isfinite(t)]):
        causal = t <= now
        rise = np.where(causal, np.exp(DECAY * np.where(causal, t, 0)), 0)
        a, b = (w * rise).sum(), (w * rise)[causal] @ t[causal]
        if a <= 0:
            continue
        with np.errstate(over="ignore"):
            inner = -DECAY * THRESHOLD / a * np.exp(DECAY * b / a)
        if inner < -np.exp(-1):
            continue
        lam = lambertw(inner).real
        when = b / a - lam / DECAY
        later = t[t > now]
        if when >= now and when <= later.min(initial=np.inf):
            apart = np.where(causal, t, 0) - b / a
            below = a * (1 + lam)
            return (
                when,
                rise * (apart + lam / DECAY) / below,
                w * rise * (DECAY * apart + lam + 1) / below,
            )
    return np.inf, np.zeros(t.size), np.zeros(t.size)


@pytest.mark.parametrize("clip", [np.inf, 0.5])
@pytest.mark.parametrize("seed", range(4))
def test_a_layer_is_the_closed_form(seed: int, clip: float) -> None:
    times, w = drawn(seed)
    layer = AlphaLayer.of(times, w, DECAY, THRESHOLD)
    bar = np.random.default_rng(seed + 50).normal(size=layer.times.shape)
    by_weight, by_input = np.zeros(w.shape), np.zeros(times.shape)
    for n, t in enumerate(times):
        for j, row in enumerate(w):
            when, of_weight, of_input = closed_form(t, row)
            assert layer.times[n, j] == pytest.approx(when, rel=1e-12)
            by_weight[j] += bar[n, j] * np.clip(of_weight, -clip, clip)
            by_input[n] += bar[n, j] * np.clip(of_input, -clip, clip)
    assert 0.2 < np.isfinite(layer.times).mean() <= 1
    found = layer.back(bar, clip)
    np.testing.assert_allclose(found[0], by_weight, atol=1e-10 * np.abs(by_weight).max())
    np.testing.assert_allclose(found[1], by_input, atol=1e-10 * np.abs(by_input).max())
    fewer = layer.back(bar, clip, since=28)
    np.testing.assert_array_equal(fewer[0], found[0])
    np.testing.assert_array_equal(fewer[1], found[1][:, 28:])


def test_lambert_w() -> None:
    x = -np.exp(-1) * np.concatenate([np.linspace(0, 0.99, 300), 1 - np.geomspace(1e-12, 0.1, 100)])
    found, wanted = np.array([lambert_w(v) for v in x]), lambertw(x).real
    # Near the branch point a rounding of x alone moves W by as much as this.
    lost = 5e-15 / np.sqrt(np.maximum(1 + np.e * x, 1e-15))
    assert (np.abs(found - wanted) <= lost).all()
    assert lambert_w(-0.4) == -1.0


def test_late_inputs_neither_overflow_nor_are_lost() -> None:
    """One input is enough; between the two that there are, a thousand time constants pass."""
    times = np.array([[0.0, 1000.0], [1000.0, 2000.0], [5000.0, np.inf]])
    layer = AlphaLayer.of(times, np.ones((1, 2)), 1.0, 0.2)
    np.testing.assert_allclose(layer.times[:, 0] - times[:, 0], layer.times[0, 0], rtol=1e-11)
    by_weight, by_input = layer.back(np.ones((3, 1)))
    assert by_weight[0, 1] == 0
    np.testing.assert_allclose(by_input, [[1, 0], [1, 0], [1, 0]], atol=1e-12)


def test_a_potential_that_touches_the_threshold_has_finite_derivatives() -> None:
    layer = AlphaLayer.of(np.zeros((1, 1)), np.ones((1, 1)), 1.0, np.exp(-1.0))
    assert layer.times[0, 0] == pytest.approx(1.0, abs=1e-7)
    for found in layer.back(np.ones((1, 1)), clip=7.0):
        assert np.isfinite(found).all()
        assert np.abs(found).max() <= 7


@pytest.mark.parametrize(
    ("times", "w", "words"),
    [
        (np.zeros(3), np.ones((2, 3)), "do not fit"),
        (np.zeros((1, 4)), np.ones((2, 3)), "do not fit"),
        (np.zeros((1, 3)), np.ones(3), "do not fit"),
        (np.full((1, 3), np.nan), np.ones((2, 3)), "times, or infinity"),
        (np.full((1, 3), -np.inf), np.ones((2, 3)), "times, or infinity"),
    ],
)
def test_impossible_inputs_are_refused(times: Any, w: Any, words: str) -> None:
    with pytest.raises(LearningError, match=words):
        AlphaLayer.of(times, w, 1.0, 1.0)


def test_impossible_derivatives_are_refused() -> None:
    layer = AlphaLayer.of(np.zeros((2, 3)), np.ones((4, 3)), 1.0, 0.1)
    for bar, since in ((np.ones((2, 3)), 0), (np.ones((2, 4)), -1), (np.ones((2, 4)), 4)):
        with pytest.raises(LearningError, match="derivatives by times"):
            layer.back(bar, since=since)
