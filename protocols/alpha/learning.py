"""What learns XOR by alpha synapses: its trials, first weights and pulses, and Adam."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.config import Config
from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers.adam import Adam
from brainsnn.learning.schedules import Cosine
from brainsnn.learning.systems import AlphaNetwork

Floats = NDArray[np.float64]

APART = 0.55
"""How much later the inputs' spikes are for 1 than for 0, before noise."""

OUTPUTS = 2
"""One for each answer."""


class AlphaDescent(Config):
    """A network with one hidden layer, and how it is taught; times have no unit.

    Parameters
    ----------
    hidden : int, default 10
    pulses : int, default 1
        Of each layer, spread over 0..1 at first.
    decay, threshold : float, default 1 and 0.3
        See `AlphaNetwork`.
    scale : float, default 2
        What all inputs of a neuron together would reach if they came at once, at first, in
        thresholds; the deviation of weights is 0.6 of their mean.
    rate, pulse_rate : float, default 0.03 and 0.01
        Adam's, of weights and of pulses, at first; they fall to 0 along half a cosine.
    updates, batch : int, default 1000 and 32
        Trials are drawn anew for each update.
    push : float, default 3
        On weights to silent neurons, a trial; much smaller, it is lost beside steep slopes in Adam.
    clip : float, default 100
        Largest derivative of a spike time.
    """

    hidden: int = Field(default=10, ge=1)
    pulses: int = Field(default=1, ge=0)
    decay: float = Field(default=1.0, gt=0)
    threshold: float = Field(default=0.3, gt=0)
    scale: float = Field(default=2.0, gt=0)
    rate: float = Field(default=0.03, gt=0)
    pulse_rate: float = Field(default=0.01, gt=0)
    updates: int = Field(default=1000, ge=1)
    batch: int = Field(default=32, ge=1)
    push: float = Field(default=3.0, ge=0)
    clip: float = Field(default=100.0, gt=0)

    def first(self, rng: np.random.Generator) -> AlphaNetwork:
        """Draw a network of two inputs."""
        shapes = ((self.hidden, 2 + self.pulses), (OUTPUTS, self.hidden + self.pulses))
        peak = self.scale * np.exp(1.0) * self.decay * self.threshold
        weights = [rng.normal(1, 0.6, shape) * peak / shape[1] for shape in shapes]
        pulses = [np.linspace(0, 1, self.pulses + 2)[1:-1] for _ in shapes]
        return AlphaNetwork(weights, pulses, self.decay, self.threshold, self.clip)


def noisy_xor(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64]]:
    """Draw trials: spike times of two inputs, each late or not, and whether one alone is late.

    Parameters
    ----------
    n : int
    noise : float
        Every spike is later by up to this, evenly spread.
    rng : numpy.random.Generator

    Returns
    -------
    array, shape (n, 2)
    array of int, shape (n,)
    """
    bits = rng.integers(0, 2, (n, 2))
    times = APART * bits + rng.uniform(0, noise, bits.shape)
    return times, bits[:, 0] ^ bits[:, 1]


def taught(
    how: AlphaDescent, noise: float, weights: np.random.Generator, trials: np.random.Generator
) -> tuple[AlphaNetwork, pd.DataFrame]:
    """Teach a network XOR.

    Parameters
    ----------
    how : AlphaDescent
    noise : float
        See `noisy_xor`.
    weights, trials : numpy.random.Generator
        What first weights and trials are drawn from.

    Returns
    -------
    AlphaNetwork
    pandas.DataFrame
        ``update`` and ``loss`` (mean of its trials, before it), a row an update.
    """
    network, adam, rows = how.first(weights), Adam(), []
    for update in range(how.updates):
        inputs, labels = noisy_xor(how.batch, noise, trials)
        found = network.gradients(inputs, labels, how.push)
        factor = Cosine().factor(update, how.updates)
        for k, (w, p) in enumerate(zip(network.weights, network.pulses, strict=True)):
            _step(adam, f"weights {k}", w, found.weights[k] / how.batch, factor * how.rate)
            _step(adam, f"pulses {k}", p, found.pulses[k] / how.batch, factor * how.pulse_rate)
        rows.append({"update": update, "loss": float(found.loss.mean())})
    return network, pd.DataFrame(rows)


def _step(adam: Adam, name: str, values: Floats, slope: Floats, rate: float) -> None:
    """Change values in place by a step of Adam."""
    if values.size:
        rows = np.atleast_2d(values)
        adam.step(name, rows, RowGradient(np.arange(len(rows)), slope.reshape(rows.shape)), rate)
