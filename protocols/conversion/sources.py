"""Networks of rectified units that are trained to be converted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier

from brainsnn.conversion import Layer, Linear, ReLU, from_torch
from brainsnn.datasets import ImageSet, Splits
from brainsnn.errors import ConfigError
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
        Fully connected by scikit-learn; convolutions by torch.
    splits : Splits
    hidden : tuple of int
        Hidden units of each layer, or channels of each of two convolutions.
    epochs : int
    streams : Streams
        ``source`` seeds first weights and the order of images.

    Raises
    ------
    ConfigError
        If torch is needed and not installed, or a CNN has not two numbers of channels.
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
    if kind == "mlp":
        return
    if len(hidden) != 2:
        raise ConfigError(f"channels = {list(hidden)}: a CNN has two convolutions here.")
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f"The source 'cnn' is trained by torch, which is not here: {error}. Install it, or "
            'take sources=["mlp"].'
        ) from error


def _cnn(splits: Splits[ImageSet], channels: tuple[int, ...], epochs: int, seed: int) -> Epochs:
    """Two convolutions of 5x5 with average pooling of 2x2, then one fully connected layer."""
    import torch

    torch.manual_seed(seed)
    classes = len(splits.train.classes)
    size = splits.train.images.shape[1]
    left = ((size - 4) // 2 - 4) // 2
    network = torch.nn.Sequential(
        torch.nn.Conv2d(1, channels[0], 5),
        torch.nn.ReLU(),
        torch.nn.AvgPool2d(2),
        torch.nn.Conv2d(channels[0], channels[1], 5),
        torch.nn.ReLU(),
        torch.nn.AvgPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(channels[1] * left**2, classes),
    )
    optimiser = torch.optim.Adam(network.parameters(), lr=2e-3)
    x, labels = _tensors(torch, splits.train)
    held, wanted = _tensors(torch, splits.validation)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(100):
            optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(x[batch]), labels[batch])
            loss.backward()
            optimiser.step()
        with torch.no_grad():
            found = torch.cat([network(part).argmax(1) for part in held.split(500)])
        accuracy = float((found == wanted).double().mean())
        yield accuracy, lambda: from_torch(network, (1, size, size))


def _tensors(torch: Any, images: ImageSet) -> tuple[Any, Any]:
    values = pixels(images, "cnn").transpose(0, 3, 1, 2)
    return (
        torch.tensor(values, dtype=torch.float32),
        torch.tensor(images.labels.astype(np.int64)),
    )
