"""The convolutional network in NumPy: gradient by differences, layers, learning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from brainsnn.protocols.conversion.cnn import Network, train_cnn


@pytest.fixture
def network() -> Network:
    return Network.drawn((2, 3), 16, 4, np.random.default_rng(0))


def loss(network: Network, images: Any, labels: Any) -> float:
    scores = network.forward(images)["scores"].astype(float)
    scores -= scores.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(4), labels]))


def test_the_gradient_is_that_of_differences(network: Network) -> None:
    rng = np.random.default_rng(1)
    images, labels = rng.random((4, 16, 16, 1)).astype(np.float32), np.arange(4)
    found = network.gradient(images, labels)
    assert found.keys() == network.weights.keys()
    for name, weight in network.weights.items():
        direction = rng.normal(size=weight.shape)
        step, values = 1e-2 / np.linalg.norm(direction), weight.copy()
        sides = []
        for sign in (1, -1):
            weight[...] = values + sign * step * direction
            sides.append(loss(network, images, labels))
        weight[...] = values
        wanted = (sides[0] - sides[1]) / (2 * step)
        assert float((found[name] * direction).sum()) == pytest.approx(wanted, rel=0.02, abs=1e-3)


def test_its_layers_compute_what_it_computes(network: Network) -> None:
    images = np.random.default_rng(2).random((3, 16, 16, 1)).astype(np.float32)
    x: Any = images.astype(float)
    for layer in network.layers():
        x = layer(x)
    np.testing.assert_allclose(x, network.forward(images)["scores"], rtol=1e-4, atol=1e-5)


def test_it_learns_which_side_is_bright() -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 2, 400)
    images = rng.random((400, 16, 16, 1)).astype(np.float32) / 2
    for image, label in zip(images, labels, strict=True):
        image[:, 8 * label : 8 * label + 8] += 0.3
    *_, trained = train_cnn(images, labels, (2, 3), 2, 8, rng)
    found = trained.forward(images)["scores"].argmax(axis=1)
    assert (found == labels).mean() > 0.95
