"""What drives a network that is rewarded: noise, dopamine that is always there, and rewards."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.local import RewardSTDP
from brainsnn.network.constants import constant
from brainsnn.protocols.reward.credit_network import CreditNetwork
from brainsnn.spikes import SpikeTrains

#: Time in ms between two spikes that bring tonic dopamine.
BETWEEN = 10


@dataclass(frozen=True)
class Inputs:
    """Input spikes of pieces.

    Parameters
    ----------
    network : CreditNetwork
    n_steps : int
        Length of a piece.
    """

    network: CreditNetwork
    n_steps: int

    def tonic_size(self, level: float, rule: RewardSTDP) -> float:
        """What each tonic spike adds, for a mean level of dopamine.

        The mean of a trace that falls with tau and grows by s every T is s / (1 - exp(-T / tau))
        times tau / T (1 - exp(-T / tau)): s tau / T.
        """
        return level * BETWEEN * 1e-3 / float(constant(rule.tau_d))

    def draw(self, rewards: NDArray[np.float64], rng: np.random.Generator) -> SpikeTrains:
        """Spikes of all inputs in one piece, in the order in which the network has them.

        Parameters
        ----------
        rewards : array of float64
            When rewards come, in ms of the piece; those of one step are one.
        rng : numpy.random.Generator
        """
        tonic, due = np.zeros((2, self.n_steps), bool)
        tonic[:: round(BETWEEN / self.network.dt)] = True
        due[np.floor(rewards / self.network.dt).astype(int)] = True
        noise = [self._even(n, rng) for n in (self.network.excitatory, self.network.inhibitory)]
        dopamine = [SpikeTrains.from_raster(given[None, :, None]) for given in (due, tonic)]
        return SpikeTrains.beside([*noise, *dopamine])

    def _even(self, n: int, rng: np.random.Generator) -> SpikeTrains:
        """Each neuron spikes in each step with even chances."""
        size = self.n_steps * n
        bits = np.unpackbits(rng.integers(0, 256, math.ceil(size / 8), np.uint8), count=size)
        return SpikeTrains.from_raster(bits.view(bool).reshape(1, self.n_steps, n))


def coincidences(
    pre: NDArray[np.float64], post: NDArray[np.float64], window: float
) -> NDArray[np.float64]:
    """Postsynaptic spikes that follow the last presynaptic one within less than a window.

    Parameters
    ----------
    pre, post : array of float64
        Times, ascending. Spikes of one time do not follow each other.
    window : float
    """
    last = np.searchsorted(pre, post, side="left") - 1
    gap = post - pre[np.maximum(last, 0)]
    return post[(last >= 0) & (gap < window) & ~np.isin(post, pre)]
