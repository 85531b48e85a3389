"""Descent by batches, for networks written in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.optimisers import Optimiser, step_whole

Floats = NDArray[np.float32]

BATCH = 100
"""Images of a batch."""


class Differentiable(Protocol):
    """A network with weights by name, and the derivatives of its loss by them."""

    weights: dict[str, Any]

    def gradient(self, images: Floats, labels: NDArray[np.int64]) -> dict[str, Floats]:
        """Derivatives of the mean loss, by name."""
        ...


N = TypeVar("N", bound=Differentiable)


def softmax_error(scores: Floats, labels: NDArray[np.int64]) -> Floats:
    """Derivative of the mean cross-entropy of a softmax by its scores, shape (n, classes)."""
    share = np.exp(scores - scores.max(axis=1, keepdims=True))
    error = share / share.sum(axis=1, keepdims=True)
    error[np.arange(len(scores)), labels] -= 1
    error /= len(scores)
    return np.asarray(error)


def descend(
    network: N,
    optimiser: Optimiser,
    rate: float,
    images: Floats,
    labels: NDArray[np.int64],
    epochs: int,
    rng: np.random.Generator,
) -> Iterator[N]:
    """The network, changed in place, after each epoch.

    Parameters
    ----------
    network : Differentiable
    optimiser : Optimiser
    rate : float
        Learning rate.
    images : array of float32, images first
    labels : array of int64
    epochs : int
    rng : numpy.random.Generator
        Draws the order of images.
    """
    for _ in range(epochs):
        order = rng.permutation(len(images))
        for start in range(0, len(images), BATCH):
            batch = order[start : start + BATCH]
            for name, slope in network.gradient(images[batch], labels[batch]).items():
                step_whole(optimiser, name, network.weights[name], slope, rate)
        yield network
