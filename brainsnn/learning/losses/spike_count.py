r"""The count loss: how often each output spikes.

With :math:`n_k` spikes of output :math:`k`, of which :math:`c_k` are wanted, in :math:`T` steps,

.. math::
    L = \frac1T \sum_k (n_k - c_k)^2, \qquad
    \frac{\partial L}{\partial S_k[t]} = \frac2T (n_k - c_k) \text{ at every } t, \qquad
    \frac{\partial L}{\partial t_k} = 0

(Kim, Kim and Kim 2020, table 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.losses.spike_loss import (
    Floats,
    Labels,
    Method,
    Rasters,
    SpikeLoss,
    check_targets,
)


@njit()
def slopes(spikes: Rasters, labels: Labels, counts: Floats, out: Floats) -> None:
    """Fill in the derivatives with respect to activations, given the counts that are wanted."""
    n_trials, n_steps, n = spikes.shape
    for trial in range(n_trials):
        for k in range(n):
            count = 0
            for t in range(n_steps):
                count += spikes[trial, t, k]
            for t in range(n_steps):
                out[trial, t, k] = 2 / n_steps * (count - counts[labels[trial], k])


@dataclass(frozen=True, eq=False)
class SpikeCountLoss(SpikeLoss):
    """Squared error of spike counts (module docstring).

    Parameters
    ----------
    counts : array of float, shape (n_labels, n_outputs)
        Spikes wanted of each output, by label.

    Raises
    ------
    LearningError
        If the counts are not a table of finite numbers of 0 or more.
    """

    refused: ClassVar[Mapping[Method, str]] = {
        "timing": "moving a spike does not change how many there are, so there is no derivative."
    }

    counts: NDArray[np.float64]

    def __post_init__(self) -> None:
        counts = np.asarray(self.counts, np.float64)
        if counts.ndim != 2 or not (np.isfinite(counts) & (counts >= 0)).all():
            raise LearningError("Spike counts must be a table (label, output) of 0 or more each.")
        object.__setattr__(self, "counts", counts)

    @classmethod
    def label_alone(cls, n_classes: int, spikes: float = 1.0) -> SpikeCountLoss:
        """Return the variant that asks the label's output for `spikes`, and all others for none."""
        return cls(spikes * np.eye(n_classes))

    def _difference(self, spikes: Rasters, labels: Labels) -> Floats:
        check_targets(spikes, labels, *self.counts.shape)
        if self.counts.max(initial=0.0) > spikes.shape[1]:
            raise LearningError(
                f"{self.counts.max():g} spikes wanted in a trial of {spikes.shape[1]} steps: an "
                "output spikes at most once a step."
            )
        difference: Floats = spikes.sum(axis=1) - self.counts[labels]
        return difference

    def value(self, spikes: Rasters, labels: Labels) -> Floats:
        """Loss of each trial, shape (n_trials,)."""
        loss: Floats = (self._difference(spikes, labels) ** 2).sum(axis=1) / spikes.shape[1]
        return loss

    def activation(self, spikes: Rasters, labels: Labels) -> Floats:
        """Derivative with respect to each activation, the same at every step."""
        slope = 2 / spikes.shape[1] * self._difference(spikes, labels)
        return np.repeat(slope[:, None], spikes.shape[1], axis=1)

    def timing(self, spikes: Rasters, labels: Labels) -> Floats:
        """Zero: a spike that moves is still one spike."""
        check_targets(spikes, labels, *self.counts.shape)
        return np.zeros(spikes.shape)
