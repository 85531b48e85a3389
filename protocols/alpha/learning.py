"""What learns XOR by alpha synapses: its trials, first weights and pulses, and Adam."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.config import Config
from brainsnn.learning.optimisers import Adam, Optimiser, step_whole
from brainsnn.learning.schedules import Cosine
from brainsnn.learning.systems import AlphaGradients, AlphaNetwork

Floats = NDArray[np.float64]

APART = 2.75
"""How much later the inputs' spikes are for 1 than for 0, before noise.

The loss sees differences of times through a softmax, so their unit matters: with all inputs within
1, few trials are learned more exactly than differences of inputs tell them apart."""

SPAN = 5.0
"""Pulses of a layer are spread from 0 to this at first."""

OUTPUTS = 2
"""One for each answer."""


class AlphaDescent(Config):
    """A network with one hidden layer, and how it is taught; times have no unit.

    Parameters
    ----------
    hidden : int, default 20
    pulses : int, default 3
        Of each layer, spread over 0 to `SPAN` at first.
    decay, threshold : float, default 0.1 and 1
        See `AlphaNetwork`.
    scale : float, default 1.5
        What all inputs of a neuron together would reach if they came at once, at first, in
        thresholds; the deviation of weights is 0.6 of their mean.
    rate, pulse_rate : float, default 0.006 and 0.05
        Adam's, of weights and of pulses, at first; they fall to 0 along half a cosine.
    updates, batch : int, default 1500 and 32
        Trials are drawn anew for each update.
    push : float, default 3
        On weights to silent neurons, a trial; much smaller, it is lost beside steep slopes in Adam.
    clip : float, default 100
        Largest derivative of a spike time.
    """

    hidden: int = Field(default=20, ge=1)
    pulses: int = Field(default=3, ge=0)
    decay: float = Field(default=0.1, gt=0)
    threshold: float = Field(default=1.0, gt=0)
    scale: float = Field(default=1.5, gt=0)
    rate: float = Field(default=0.006, gt=0)
    pulse_rate: float = Field(default=0.05, gt=0)
    updates: int = Field(default=1500, ge=1)
    batch: int = Field(default=32, ge=1)
    push: float = Field(default=3.0, ge=0)
    clip: float = Field(default=100.0, gt=0)

    def first(self, rng: np.random.Generator) -> AlphaNetwork:
        """Draw a network of two inputs."""
        shapes = ((self.hidden, 2 + self.pulses), (OUTPUTS, self.hidden + self.pulses))
        peak = self.scale * np.exp(1.0) * self.decay * self.threshold
        weights = [rng.normal(1, 0.6, shape) * peak / shape[1] for shape in shapes]
        pulses = [np.linspace(0, SPAN, self.pulses + 2)[1:-1] for _ in shapes]
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


def best_by_difference(noise: float) -> float:
    """Largest share of trials of `noisy_xor` that the difference of the two times tells right.

    A network without pulses sees nothing else: spikes that all come later are answered later, by
    the same output. The best rule calls a difference beyond x different bits; for equal bits it is
    spread as a triangle of half width `noise` about 0, for different ones about `APART`.

    Parameters
    ----------
    noise : float
        Up to `APART`.
    """
    if noise == 0:
        return 1.0
    x = np.linspace(0, noise, 10_001)
    equal_beyond = (1 - x / noise) ** 2
    below = np.clip(noise - (APART - x), 0, None)
    other_within = (below / noise) ** 2 / 2
    return float(1 - (equal_beyond + other_within).min() / 2)


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
        step(network, found, adam, how.batch, [factor * how.rate] * 2, factor * how.pulse_rate)
        rows.append({"update": update, "loss": float(found.loss.mean())})
    return network, pd.DataFrame(rows)


def step(
    network: AlphaNetwork,
    found: AlphaGradients,
    optimiser: Optimiser,
    n_trials: int,
    rates: Sequence[float],
    pulse_rate: float,
) -> None:
    """Change weights and pulses in place, along mean gradients.

    Parameters
    ----------
    network : AlphaNetwork
    found : AlphaGradients
    optimiser : Optimiser
    n_trials : int
        Over which gradients were summed.
    rates : sequence of float
        For the weights of each layer.
    pulse_rate : float
    """
    for k, (w, p) in enumerate(zip(network.weights, network.pulses, strict=True)):
        step_whole(optimiser, f"weights {k}", w.T, found.weights[k].T / n_trials, rates[k])
        step_whole(optimiser, f"pulses {k}", p, found.pulses[k] / n_trials, pulse_rate)
