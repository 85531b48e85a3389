r"""A convolutional network trained in NumPy: what is converted needs no other package.

Two convolutions with average pooling of 2x2 and one fully connected layer, softmax cross-entropy,
Adam. A convolution is a product of the windows of its image, laid out as rows, with its kernels;
its gradient is the transposed product, and what reaches the image before is that of the kernels
turned round over the padded error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from brainsnn.conversion import AveragePool, Convolve, Flatten, Layer, Linear, ReLU
from brainsnn.learning.optimisers.adam import Adam
from brainsnn.protocols.conversion.descent import Floats, descend, softmax_error

KERNEL, POOL, RATE = 5, 2, 2e-3
"""Size of kernels and of pooling, learning rate."""


def rows_of(images: Floats) -> Floats:
    """Windows of images (n, height, width, channels) as rows, one a place of the output."""
    windows = sliding_window_view(images, (KERNEL, KERNEL), (1, 2))  # type: ignore[call-overload]
    ordered = windows.transpose(0, 1, 2, 4, 5, 3)
    return np.asarray(ordered.reshape(-1, KERNEL * KERNEL * images.shape[3]))


def pooled(images: Floats) -> Floats:
    """Means of squares."""
    n, height, width, channels = images.shape
    squares = images.reshape(n, height // POOL, POOL, width // POOL, POOL, channels)
    return np.asarray(squares.mean(axis=(2, 4)))


def spread(error: Floats) -> Floats:
    """Gradient of `pooled`."""
    wide = np.repeat(np.repeat(error, POOL, axis=1), POOL, axis=2)
    return np.asarray(wide / np.float32(POOL * POOL))


@dataclass
class Network:
    """Weights and biases of the three layers, in float32.

    Parameters
    ----------
    weights : dict of array
        ``first`` and ``second``, rows in the order height, width, channels of a kernel, and
        ``output``; biases are ``<layer> bias``, of shape (1, n).
    """

    weights: dict[str, Any]

    @classmethod
    def drawn(
        cls, channels: tuple[int, ...], side: int, classes: int, rng: np.random.Generator
    ) -> Network:
        """First weights, normal with variance 2 over the fan-in (He et al. 2015)."""
        left = ((side - KERNEL + 1) // POOL - KERNEL + 1) // POOL
        square, weights = KERNEL * KERNEL, {}
        for name, n_in, n_out in (
            ("first", square, channels[0]),
            ("second", square * channels[0], channels[1]),
            ("output", left * left * channels[1], classes),
        ):
            weights[name] = rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))
            weights[f"{name} bias"] = np.zeros((1, n_out))
        return cls(weights)

    def _convolved(self, images: Floats, name: str) -> tuple[Floats, Floats]:
        n, height, width, _ = images.shape
        rows = rows_of(images)
        weight, bias = (self.weights[k].astype(np.float32) for k in (name, f"{name} bias"))
        found = (rows @ weight + bias).reshape(n, height - KERNEL + 1, width - KERNEL + 1, -1)
        return rows, np.maximum(found, 0)

    def forward(self, images: Floats) -> dict[str, Floats]:
        """Everything that the gradient needs; ``scores`` last."""
        found: dict[str, Any] = {}
        found["rows1"], found["on1"] = self._convolved(images, "first")
        found["pool1"] = pooled(found["on1"])
        found["rows2"], found["on2"] = self._convolved(found["pool1"], "second")
        found["flat"] = pooled(found["on2"]).reshape(len(images), -1)
        weight, bias = (self.weights[k].astype(np.float32) for k in ("output", "output bias"))
        found["scores"] = found["flat"] @ weight + bias
        return found

    def gradient(self, images: Floats, labels: NDArray[np.int64]) -> dict[str, Floats]:
        """Derivatives of the mean cross-entropy by weights and biases."""
        now, n = self.forward(images), len(images)
        error = softmax_error(now["scores"], labels)
        found = _of("output", now["flat"], error)
        side = now["on2"].shape[1] // POOL
        back = (error @ self.weights["output"].T.astype(np.float32)).reshape(n, side, side, -1)
        error2 = spread(back) * (now["on2"] > 0)
        flat2 = error2.reshape(-1, error2.shape[3])
        found |= _of("second", now["rows2"], flat2)
        edge = (KERNEL - 1, KERNEL - 1)
        padded = np.pad(error2, ((0, 0), edge, edge, (0, 0)))
        inner = now["pool1"].shape[3]
        kernels = self.weights["second"].reshape(KERNEL, KERNEL, inner, -1)[::-1, ::-1]
        turned = kernels.transpose(0, 1, 3, 2).reshape(-1, inner).astype(np.float32)
        back1 = (rows_of(padded) @ turned).reshape(now["pool1"].shape)
        error1 = spread(back1) * (now["on1"] > 0)
        return found | _of("first", now["rows1"], error1.reshape(-1, error1.shape[3]))

    def layers(self) -> list[Layer]:
        """The network as it is, to be converted."""
        found: list[Layer] = []
        for name in ("first", "second"):
            weight = self.weights[name]
            n_in = weight.shape[0] // (KERNEL * KERNEL)
            kernels = weight.reshape(KERNEL, KERNEL, n_in, -1).copy()
            bias = self.weights[f"{name} bias"][0].copy()
            found += [Convolve(kernels, bias), ReLU(), AveragePool(POOL)]
        output = Linear(self.weights["output"].copy(), self.weights["output bias"][0].copy())
        return [*found, Flatten(), output]


def _of(name: str, x: Floats, error: Floats) -> dict[str, Floats]:
    return {name: x.T @ error, f"{name} bias": error.sum(axis=0, keepdims=True)}


def train_cnn(
    images: Floats,
    labels: NDArray[np.int64],
    channels: tuple[int, ...],
    classes: int,
    epochs: int,
    rng: np.random.Generator,
) -> Iterator[Network]:
    """The network after each epoch.

    Parameters
    ----------
    images : array of float32, shape (n, side, side, 1)
    labels : array of int64
    channels : tuple of two int
    classes, epochs : int
    rng : numpy.random.Generator
        Draws first weights and the order of images.
    """
    network = Network.drawn(channels, images.shape[1], classes, rng)
    yield from descend(network, Adam(), RATE, images, labels, epochs, rng)
