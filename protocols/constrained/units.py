r"""A network of one hidden layer whose units answer by any response, trained in NumPy.

.. math:: z = x W_1 + b_1, \quad a = g(z), \quad s = a W_2 + b_2,

softmax cross-entropy of :math:`s`. The derivative of :math:`g` is what the response says it is:
that of a smooth curve, or, of a step, 1 where :math:`|z| < 1` (straight-through; Courbariaux et al.
2016).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets import ImageSet, Splits
from brainsnn.learning.optimisers.base import Optimiser
from brainsnn.protocols.conversion.descent import Floats, descend, softmax_error
from brainsnn.streams import Streams

Preparation = Callable[[NDArray[np.uint8]], Floats]
"""From images to the values of input units, a row an image."""


class Response(Protocol):
    """What a unit makes of its input."""

    def value(self, current: Floats) -> Floats:
        """The activation."""
        ...

    def slope(self, current: Floats) -> Floats:
        """What stands for its derivative."""
        ...


class Step:
    """1 above 0, else 0; a slope of 1 within 1 of 0."""

    def value(self, current: Floats) -> Floats:
        """The activation."""
        return (current > 0).astype(np.float32)

    def slope(self, current: Floats) -> Floats:
        """The straight-through gradient."""
        return (np.abs(current) < 1).astype(np.float32)


@dataclass
class Units:
    """The network.

    Parameters
    ----------
    weights : dict of array of float64
        ``input_hidden`` and ``hidden_output``; biases are ``hidden.bias`` and ``output.bias``, of
        shape (1, n): the names of a spiking network's weights and neuron parameters, which
        optimisers that quantise weights leave whole.
    response : Response
    """

    weights: dict[str, Any]
    response: Response

    @classmethod
    def drawn(
        cls,
        sizes: tuple[int, int, int],
        response: Response,
        first_bias: float,
        rng: np.random.Generator,
    ) -> Units:
        """First weights, normal with variance 2 over the fan-in (He et al. 2015)."""
        n_in, n_hidden, n_out = sizes
        weights = {
            "input_hidden": rng.normal(0, np.sqrt(2 / n_in), (n_in, n_hidden)),
            "hidden.bias": np.full((1, n_hidden), first_bias),
            "hidden_output": rng.normal(0, np.sqrt(2 / n_hidden), (n_hidden, n_out)),
            "output.bias": np.zeros((1, n_out)),
        }
        return cls(weights, response)

    def forward(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        """Inputs and activations of the hidden units, and scores."""
        w = {name: value.astype(np.float32) for name, value in self.weights.items()}
        z = x @ w["input_hidden"] + w["hidden.bias"]
        a = self.response.value(z)
        return z, a, a @ w["hidden_output"] + w["output.bias"]

    def gradient(self, images: Floats, labels: NDArray[np.int64]) -> dict[str, Floats]:
        """Derivatives of the mean cross-entropy, by name."""
        z, a, scores = self.forward(images)
        error = softmax_error(scores, labels)
        back = error @ self.weights["hidden_output"].T.astype(np.float32) * self.response.slope(z)
        return {
            "input_hidden": images.T @ back,
            "hidden.bias": back.sum(axis=0, keepdims=True),
            "hidden_output": a.T @ error,
            "output.bias": error.sum(axis=0, keepdims=True),
        }

    def accuracy(self, x: Floats, labels: NDArray[np.int64]) -> float:
        """Share of rows whose largest score is the label's."""
        return float((self.forward(x)[2].argmax(axis=1) == labels).mean())


@dataclass(frozen=True)
class Trained:
    """What training kept.

    Parameters
    ----------
    network : Units
    epochs : int
        Epochs until the validation images were best.
    rate : float
        Learning rate that was best on them.
    validation_accuracy : float
        Then.
    """

    network: Units
    epochs: int
    rate: float
    validation_accuracy: float


def learn(
    splits: Splits[ImageSet],
    prepared: Preparation,
    draw: Callable[[np.random.Generator], Units],
    optimiser: Callable[[], Optimiser],
    rates: tuple[float, ...],
    epochs: int,
    streams: Streams,
) -> Trained:
    """Train with each learning rate; keep the epoch and rate best on validation images.

    Parameters
    ----------
    splits : Splits
    prepared : callable
    draw : callable
        From a generator to a network.
    optimiser : callable
        Gives a fresh one.
    rates : tuple of float
        Learning rates.
    epochs : int
    streams : Streams
        ``source`` draws first weights and the order of images, the same for each rate.
    """
    x, held = prepared(splits.train.images), prepared(splits.validation.images)
    labels, wanted = (part.labels.astype(np.int64) for part in (splits.train, splits.validation))
    best: Trained | None = None
    for rate in rates:
        rng = streams.fresh("source")
        network = draw(rng)
        course = descend(network, optimiser(), rate, x, labels, epochs, rng)
        for epoch, now in enumerate(course, start=1):
            accuracy = now.accuracy(held, wanted)
            if best is None or accuracy > best.validation_accuracy:
                kept = {name: value.copy() for name, value in now.weights.items()}
                best = Trained(Units(kept, now.response), epoch, rate, accuracy)
    assert best is not None
    return best
