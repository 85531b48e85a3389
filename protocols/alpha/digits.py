"""What learns images by alpha synapses: spikes of pixels, first weights, and epochs of Adam."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.config import Config
from brainsnn.datasets import ImageSet, Splits
from brainsnn.learning.optimisers import Adam
from brainsnn.learning.schedules import Cosine
from brainsnn.learning.systems import AlphaNetwork
from brainsnn.protocols.alpha.learning import step
from brainsnn.protocols.common.first_times import decided

Floats = NDArray[np.float64]

_AT_ONCE = 500
"""Images that are tried together."""

_BRIGHT = 100
"""About how many pixels of a digit are bright."""


class DigitsDescent(Config):
    """A network of one hidden layer, and how it is taught.

    Parameters
    ----------
    hidden : int, default 340
    pulses : int, default 10
        Of each layer, spread over the inputs' times at first.
    darkest : float, default 20
        When the darkest pixel that is not black spikes, in the unit in which the softmax compares
        times; the brightest spikes at 0, a black one not at all.
    decay : float, default 0.015
        See `AlphaNetwork`; the threshold is 1.
    drive : float, default 1.5
        What all inputs of a neuron together would reach if they came at once, at first, in
        thresholds; of an image, 100 pixels are counted. Pulses have weights of mean 0.
    spread : float, default 0.5
        Deviation of the same.
    rate, pulse_rate : float, default 0.02
        Adam's, of weights in their first deviations and of pulses in `darkest`; they fall to 0
        along half a cosine.
    epochs, batch : int, default 20 and 32
    push : float, default 1
        On weights to silent neurons, an image.
    clip : float, default 500
        Largest derivative of a spike time.
    """

    hidden: int = Field(default=340, ge=1)
    pulses: int = Field(default=10, ge=0)
    darkest: float = Field(default=20.0, gt=0)
    decay: float = Field(default=0.015, gt=0)
    drive: float = Field(default=1.5, gt=0)
    spread: float = Field(default=0.5, gt=0)
    rate: float = Field(default=0.02, gt=0)
    pulse_rate: float = Field(default=0.02, gt=0)
    epochs: int = Field(default=20, ge=1)
    batch: int = Field(default=32, ge=1)
    push: float = Field(default=1.0, ge=0)
    clip: float = Field(default=500.0, gt=0)

    def deviations(self) -> tuple[float, float]:
        """Of first weights, in both layers."""
        unit = self.spread * math.e * self.decay
        return unit / np.sqrt(_BRIGHT), unit / np.sqrt(self.hidden)

    def times(self, images: NDArray[np.uint8]) -> Floats:
        """When each pixel spikes, shape (images, pixels); see `darkest`."""
        flat = images.reshape(len(images), -1)
        return np.where(flat > 0, self.darkest * (255 - flat) / 254, np.inf)

    def first(self, n_pixels: int, n_classes: int, rng: np.random.Generator) -> AlphaNetwork:
        """Draw a network."""
        weights, peak = [], self.drive * math.e * self.decay
        counted = (n_pixels, self.hidden, _BRIGHT), (self.hidden, n_classes, self.hidden)
        for (n_in, n_out, n), deviation in zip(counted, self.deviations(), strict=True):
            drawn = rng.normal(0, deviation, (n_in + self.pulses, n_out))
            drawn[:n_in] += peak / n
            weights.append(drawn.T)
        pulses = [np.linspace(0, self.darkest, self.pulses + 2)[1:-1] for _ in weights]
        return AlphaNetwork(weights, pulses, self.decay, clip=self.clip)


@dataclass(frozen=True)
class Learned:
    """The network that was best on validation images, and what the epochs gave.

    Parameters
    ----------
    network : AlphaNetwork
    epoch : int
        After which it stood, from 1.
    epochs : pandas.DataFrame
        ``epoch``, ``loss`` and ``validation_accuracy``.
    """

    network: AlphaNetwork
    epoch: int
    epochs: pd.DataFrame


def learn(
    how: DigitsDescent,
    splits: Splits[ImageSet],
    weights: np.random.Generator,
    trials: np.random.Generator,
) -> Learned:
    """Teach a network, and keep it as it was after the epoch best on validation images.

    Parameters
    ----------
    how : DigitsDescent
    splits : Splits
    weights, trials : numpy.random.Generator
        What first weights and the order of images are drawn from.
    """
    images, labels = splits.train.images, splits.train.labels
    pixels = int(np.prod(images.shape[1:]))
    network, adam = how.first(pixels, len(splits.train.classes), weights), Adam()
    n_updates, update, best, kept = -(-len(images) // how.batch), 0, 0, network
    rows: list[dict[str, float]] = []
    for epoch in range(1, how.epochs + 1):
        order, losses = trials.permutation(len(images)), []
        for batch in np.array_split(order, n_updates):
            found = network.gradients(how.times(images[batch]), labels[batch], how.push)
            factor = Cosine().factor(update, how.epochs * n_updates)
            rates = [factor * how.rate * deviation for deviation in how.deviations()]
            pulse_rate = factor * how.pulse_rate * how.darkest
            step(network, found, adam, len(batch), rates, pulse_rate)
            losses.append(found.loss)
            update += 1
        accuracy = float(tried(network, how, splits.validation)["right"].mean())
        if not rows or accuracy > max(row["validation_accuracy"] for row in rows):
            best, kept = epoch, _copy(network)
        loss = float(np.concatenate(losses).mean())
        rows.append({"epoch": epoch, "loss": loss, "validation_accuracy": accuracy})
    return Learned(kept, best, pd.DataFrame(rows))


def tried(network: AlphaNetwork, how: DigitsDescent, images: ImageSet) -> pd.DataFrame:
    """Show images to a network.

    Returns
    -------
    pandas.DataFrame
        A row an image: ``label``, ``decision`` (-1 for none), ``right``, ``among`` (whether the
        label is among the outputs that are first), ``silent`` (no output spikes), ``time`` of the
        first output spike, ``hidden`` and ``inputs`` (their spikes before it; all in silence).
    """
    parts = []
    for begin in range(0, len(images), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        given, labels = how.times(images.images[some]), images.labels[some]
        hidden, out = network.times(given)
        first, decision = out.min(axis=1), decided(out)
        of_label = out[np.arange(len(out)), labels]
        found = {
            "label": labels,
            "decision": decision,
            "right": decision == labels,
            "among": np.isfinite(first) & (of_label == first),
            "silent": np.isinf(first),
            "time": first,
            "hidden": (hidden < first[:, None]).sum(axis=1),
            "inputs": (given < first[:, None]).sum(axis=1),
        }
        parts.append(pd.DataFrame(found))
    return pd.concat(parts, ignore_index=True)


def _copy(network: AlphaNetwork) -> AlphaNetwork:
    weights = [w.T.copy().T for w in network.weights]
    pulses = [p.copy() for p in network.pulses]
    return AlphaNetwork(weights, pulses, network.decay, network.threshold, network.clip)
