r"""The spike-train loss: how far output trains are from target trains, both smoothed.

With :math:`\kappa[k] = a^k` and :math:`d = \kappa * (S - S^*)`, followed past the trial's end,

.. math::
    L = \frac1T \sum_k \sum_t d_k[t]^2, \qquad
    \frac{\partial L}{\partial S_k[t]} = \frac2T \sum_s \kappa[s]\,d_k[t + s], \qquad
    \frac{\partial L}{\partial t_k} = -\frac2T \sum_s \kappa'[s]\,d_k[t + s]

with :math:`\kappa'[s] = (\kappa[s + 1] - \kappa[s - 1]) / 2` a central difference (Kim, Kim and Kim
2020, table 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import scipy

from brainsnn.errors import LearningError
from brainsnn.learning.losses.spike_loss import (
    Floats,
    Rasters,
    SpikeLoss,
)
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.targets import Targets, TargetTrains

SMALLEST = 1e-6
"""The kernel ends where it falls to this."""

LONGEST = 1000
"""Steps beyond which it is not followed."""


@dataclass(frozen=True)
class SpikeTrainLoss(SpikeLoss):
    """Squared distance of smoothed spike trains (module docstring).

    Parameters
    ----------
    decay : float, default 0.9
        :math:`a`, share of the kernel that a step leaves.
    beyond : int, default 200
        Steps past the end of the trial for which differences still count.

    Raises
    ------
    LearningError
        If the decay is not above 0 and below 1, or `beyond` is negative.
    """

    targets: ClassVar[tuple[type[Targets], ...]] = (TargetTrains,)

    decay: float = 0.9
    beyond: int = 200

    def __post_init__(self) -> None:
        if not (0 < self.decay < 1 and self.beyond >= 0):
            raise LearningError(
                "Spike-train loss: the decay must be above 0 and below 1, and beyond 0 or more; "
                f"got {self.decay} and {self.beyond}."
            )

    def _length(self, n_steps: int) -> int:
        """Steps after which the kernel ends, in a trial of `n_steps`."""
        kernel = np.power(self.decay, np.arange(min(n_steps, LONGEST), dtype=np.float64))
        return int((kernel > SMALLEST).sum())

    def _smoothed(self, values: Floats, length: int) -> Floats:
        """Kernel applied along steps: all of a decay, less what of it is past the kernel's end."""
        decayed: Floats = scipy.signal.lfilter([1.0], [1.0, -self.decay], values, axis=1)
        smoothed = decayed.copy()
        smoothed[:, length:] -= self.decay**length * decayed[:, :-length]
        return smoothed

    def _difference(self, spikes: Rasters, wanted: SpikeTrains) -> Floats:
        """Smoothed difference, with the steps past the end, shape (n_trials, longer, n)."""
        _check(spikes, wanted)
        n_trials, n_steps, n = spikes.shape
        length = self._length(n_steps)
        raw = np.zeros((n_trials, n_steps + min(self.beyond, length - 1), n))
        raw[:, :n_steps] = spikes
        trial = np.repeat(np.arange(n_trials), np.diff(wanted.offsets))
        raw[trial, wanted.step, wanted.neuron] -= 1.0
        return self._smoothed(raw, length)

    def _ahead(self, spikes: Rasters, wanted: SpikeTrains) -> Floats:
        """Sum of the kernel over the smoothed difference, from each step and from -1 on."""
        difference = self._difference(spikes, wanted)
        around = np.pad(difference, ((0, 0), (1, 1), (0, 0)))
        return self._smoothed(around[:, ::-1], self._length(spikes.shape[1]))[:, ::-1]

    def value(self, spikes: Rasters, wanted: SpikeTrains) -> Floats:
        """Loss of each trial, shape (n_trials,)."""
        difference = self._difference(spikes, wanted)
        loss: Floats = (difference**2).sum(axis=(1, 2)) / spikes.shape[1]
        return loss

    def activation(self, spikes: Rasters, wanted: SpikeTrains) -> Floats:
        """Derivative with respect to each activation, shape (n_trials, n_steps, n)."""
        n_steps = spikes.shape[1]
        return 2 / n_steps * self._ahead(spikes, wanted)[:, 1 : n_steps + 1]

    def timing(self, spikes: Rasters, wanted: SpikeTrains) -> Floats:
        """Derivative with respect to the time of each spike, shape (n_trials, n_steps, n)."""
        n_steps, ahead = spikes.shape[1], self._ahead(spikes, wanted)
        # A central difference of the kernel is one of what it sums.
        slope = (ahead[:, :n_steps] - ahead[:, 2 : n_steps + 2]) / 2
        return -2 / n_steps * slope * spikes


def _check(spikes: Rasters, wanted: SpikeTrains) -> None:
    """Refuse target trains that are not of these trials and outputs."""
    if not isinstance(wanted, SpikeTrains):
        raise LearningError(f"Spike-train loss: SpikeTrains are wanted, got {type(wanted)}.")
    n_trials, n_steps, n = spikes.shape
    if wanted.n_trials != n_trials:
        raise LearningError(f"{wanted.n_trials} target trains for {n_trials} trials.")
    if wanted.n_neurons != n:
        raise LearningError(f"Targets of {wanted.n_neurons} outputs; the network has {n}.")
    if wanted.n_steps > n_steps:
        raise LearningError(
            f"Targets of {wanted.n_steps} steps for trials of {n_steps}: a target may not lie "
            "outside its trial."
        )
