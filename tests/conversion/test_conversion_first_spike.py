"""First-to-spike conversion: held against a loop over neurons, and what it is in simple cases."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.conversion import Convolve, Linear, MaxPool, ReLU, convert, run_first_spike
from brainsnn.conversion.layers import Flatten
from brainsnn.errors import DataError


def by_hand(x: np.ndarray, layers: list[Linear], initial: float, n_steps: int) -> list[list[int]]:
    """First steps of one trial, neuron by neuron."""
    potentials = [[initial] * layer.weight.shape[1] for layer in layers]
    first = [[n_steps] * layer.weight.shape[1] for layer in layers]
    for t in range(n_steps):
        given = list(x)
        for k, layer in enumerate(layers):
            for j in range(layer.weight.shape[1]):
                potentials[k][j] += layer.bias[j] + sum(
                    layer.weight[i, j] * value for i, value in enumerate(given)
                )
                if potentials[k][j] >= 1 and first[k][j] == n_steps:
                    first[k][j] = t
            given = [float(step <= t) for step in first[k]]
    return first


def test_steps_are_those_of_a_loop_over_neurons() -> None:
    rng = np.random.default_rng(0)
    layers = [
        Linear(rng.normal(size=(n, m)) / 6, rng.normal(size=m) / 20)
        for n, m in ((5, 7), (7, 6), (6, 3))
    ]
    network = convert([layers[0], ReLU(), layers[1], ReLU(), layers[2]], "none", initial=0.25)
    x = rng.random((8, 5))
    run = run_first_spike(network, x, 40)
    for trial in range(8):
        wanted = by_hand(x[trial], layers, 0.25, 40)
        for stage, steps in zip(run.first, wanted, strict=True):
            assert stage[trial].tolist() == steps
    np.testing.assert_array_equal(run.decision, run.first[-1].min(axis=1))
    assert (run.decision < 40).sum() > 0


def test_a_neuron_under_a_constant_drive_spikes_after_its_inverse() -> None:
    network = convert([Linear(np.eye(3), np.zeros(3))], "none")
    run = run_first_spike(network, np.array([[0.5, 0.25, 0.0], [0.0, 0.0, -1.0]]), 6)
    assert run.first[0].tolist() == [[1, 3, 6], [6, 6, 6]]
    table = run.accuracy(np.array([0, 2]))
    assert table["accuracy"].tolist() == [0.5] * 6  # the silent trial has two largest potentials
    assert table["decided"].tolist() == [0.0, 0.5, 0.5, 0.5, 0.5, 0.5]
    assert table["spikes"].tolist() == [0.0, 0.5, 0.5, 0.5, 0.5, 0.5]


def test_among_outputs_of_one_step_the_larger_potential_decides_and_stays_decided() -> None:
    network = convert([Linear(np.eye(2), np.zeros(2))], "none")
    run = run_first_spike(network, np.array([[0.5, 0.9], [0.6, 0.6], [0.3, 0.34]]), 8)
    assert run.decision.tolist() == [1, 1, 2]
    assert run.accuracy(np.array([1, 0, 1]))["accuracy"].iloc[-1] == pytest.approx(2 / 3)


def test_of_a_maximum_the_first_to_spike_passes() -> None:
    image = np.array([0.5, 0.2, 0.1, 0.05]).reshape(1, 2, 2, 1)
    same = Convolve(np.ones((1, 1, 1, 1)), np.zeros(1))
    layers = [same, ReLU(), MaxPool(2), Flatten(), Linear(np.array([[1.0]]), np.zeros(1))]
    run = run_first_spike(convert(layers, "none"), image, 10)
    assert run.first[-1].tolist() == [[1]]


def test_what_cannot_be_run_is_refused() -> None:
    network = convert([Linear(np.eye(2), np.zeros(2))], "none")
    with pytest.raises(DataError, match="finite numbers"):
        run_first_spike(network, np.array([[np.nan, 1.0]]), 5)
    with pytest.raises(DataError, match="whole number in 1"):
        run_first_spike(network, np.ones((1, 2)), 0)
    with pytest.raises(DataError, match="labels for 1 trials"):
        run_first_spike(network, np.ones((1, 2)), 3).accuracy(np.array([0, 1]))
