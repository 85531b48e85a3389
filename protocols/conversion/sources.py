"""Networks of rectified units that are trained to be converted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier

from brainsnn.conversion import Layer, Linear, ReLU
from brainsnn.datasets import ImageSet, Splits
from brainsnn.errors import ConfigError
from brainsnn.protocols.conversion.cnn import train_cnn
from brainsnn.streams import Streams

Kind = Literal["mlp", "cnn"]

FloatArray = NDArray[np.float64]

Epochs = Iterator[tuple[float, Callable[[], list[Layer]]]]
"""After each epoch, the accuracy on validation images, and what gives the layers as they are."""


@dataclass(frozen=True)
class Source:
    """A trained network.

    Parameters
    ----------
    layers : list of Layer
        What is converted.
    epochs : int
        Epochs until the validation images were best.
    validation_accuracy : float
        Then.
    """

    layers: list[Layer]
    epochs: int
    validation_accuracy: float


def pixels(images: ImageSet, kind: Kind) -> FloatArray:
    """Values of 0 to 1, in the shape that the first layer takes."""
    values = images.images / 255.0
    flat = kind == "mlp"
    return values.reshape(len(values), -1) if flat else values.reshape(*values.shape[:3], 1)


def train(
    kind: Kind,
    splits: Splits[ImageSet],
    hidden: tuple[int, ...],
    epochs: int,
    streams: Streams,
) -> Source:
    """Train a network and keep its best epoch by validation images.

    Parameters
    ----------
    kind : {"mlp", "cnn"}
        Fully connected by scikit-learn; convolutions by NumPy.
    splits : Splits
    hidden : tuple of int
        Hidden units of each layer, or channels of each of two convolutions.
    epochs : int
    streams : Streams
        ``source`` seeds first weights and the order of images.

    Raises
    ------
    ConfigError
        If a CNN has not two numbers of channels.
    """
    seed = int(streams.fresh("source").integers(2**31))
    train_one = _mlp if kind == "mlp" else _cnn
    best = Source([], 0, -1.0)
    for epoch, (accuracy, layers) in enumerate(train_one(splits, hidden, epochs, seed), start=1):
        if accuracy > best.validation_accuracy:
            best = Source(layers(), epoch, accuracy)
    return best


def _mlp(splits: Splits[ImageSet], hidden: tuple[int, ...], epochs: int, seed: int) -> Epochs:
    x, labels = pixels(splits.train, "mlp"), splits.train.labels
    network = MLPClassifier(hidden, batch_size=min(100, len(x)), random_state=seed)
    held, wanted = pixels(splits.validation, "mlp"), splits.validation.labels
    for _ in range(epochs):
        network.partial_fit(x, labels, classes=np.unique(labels))
        accuracy = float(network.score(held, wanted))
        yield accuracy, lambda: _dense(network.coefs_, network.intercepts_)


def _dense(weights: list[FloatArray], biases: list[FloatArray]) -> list[Layer]:
    layers: list[Layer] = []
    for weight, bias in zip(weights, biases, strict=True):
        layers += [Linear(weight.astype(float), bias.astype(float)), ReLU()]
    return layers[:-1]


def check(kind: Kind, hidden: tuple[int, ...]) -> None:
    """Refuse a network that cannot be trained here.

    Raises
    ------
    ConfigError
    """
    if kind == "cnn" and len(hidden) != 2:
        raise ConfigError(f"channels = {list(hidden)}: a CNN has two convolutions here.")


def _cnn(splits: Splits[ImageSet], channels: tuple[int, ...], epochs: int, seed: int) -> Epochs:
    """Two convolutions of 5x5 with average pooling of 2x2, then one fully connected layer."""
    x, held = (pixels(part, "cnn").astype(np.float32) for part in (splits.train, splits.validation))
    labels, wanted = splits.train.labels.astype(np.int64), splits.validation.labels
    classes, rng = len(splits.train.classes), np.random.default_rng(seed)
    for network in train_cnn(x, labels, channels, classes, epochs, rng):
        parts = [held[k : k + 500] for k in range(0, len(held), 500)]
        found = np.concatenate([network.forward(part)["scores"].argmax(axis=1) for part in parts])
        yield float((found == wanted).mean()), network.layers
