r"""The latency loss: cross-entropy of first-spike steps, and a penalty if the label is silent.

With :math:`t_k` the first-spike step of output :math:`k` (:math:`T`, the number of steps, if it is
silent), :math:`y` the label and :math:`p = \mathrm{softmax}(-\beta t)`,

.. math::
    L = -\log p_y + \lambda\,[t_y = T], \qquad
    \frac{\partial L}{\partial t_k} = \beta\,([k = y] - p_k) \text{ at the first spike}, \qquad
    \frac{\partial L}{\partial S_y[t]} = -\lambda\,[t_y = T] \text{ at every } t

(Kim, Kim and Kim 2020, table 1). A silent output has no spike whose time could change; the penalty
reaches activations only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

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


@dataclass(frozen=True)
class SpikeLatencyLoss(SpikeLoss):
    r"""Cross-entropy of first-spike steps, with a penalty of silence (module docstring).

    Parameters
    ----------
    scale : float, default 1/6
        :math:`\beta`, by which a step counts in the softmax.
    silence : float, default 0.1
        :math:`\lambda`, penalty if the label's output is silent.

    Raises
    ------
    LearningError
        If `scale` is not positive or `silence` is negative.
    """

    refused: ClassVar[Mapping[Method, str]] = {
        "activation": "a first-spike step depends on when spikes come; whether there is one at a "
        "given step has no derivative of it."
    }

    scale: float = 1 / 6
    silence: float = 0.1

    def __post_init__(self) -> None:
        if not (self.scale > 0 and self.silence >= 0):
            raise LearningError(
                "Latency loss: the scale must be positive and the penalty of silence 0 or more; "
                f"got {self.scale} and {self.silence}."
            )

    def _log_probability(self, first: NDArray[np.int64], spikes: Rasters, labels: Labels) -> Floats:
        check_targets(spikes, labels, spikes.shape[2], spikes.shape[2])
        log_p: Floats = log_softmax(-self.scale * first, axis=1)
        return log_p

    def value(self, spikes: Rasters, labels: Labels) -> Floats:
        """Loss of each trial, shape (n_trials,)."""
        first, trial = first_steps(spikes), np.arange(labels.size)
        log_p = self._log_probability(first, spikes, labels)
        silent = first[trial, labels] == spikes.shape[1]
        loss: Floats = -log_p[trial, labels] + self.silence * silent
        return loss

    def activation(self, spikes: Rasters, labels: Labels) -> Floats:
        """Derivative of the penalty of silence with respect to each activation."""
        check_targets(spikes, labels, spikes.shape[2], spikes.shape[2])
        out = np.zeros(spikes.shape)
        of_silence(first_steps(spikes), np.asarray(labels, np.int64), float(self.silence), out)
        return out

    def timing(self, spikes: Rasters, labels: Labels) -> Floats:
        """Derivative with respect to the time of each first spike; 0 at all others."""
        check_targets(spikes, labels, spikes.shape[2], spikes.shape[2])
        out = np.zeros(spikes.shape)
        of_times(first_steps(spikes), np.asarray(labels, np.int64), float(self.scale), out)
        return out


@njit()
def first_steps(spikes: Rasters) -> NDArray[np.int64]:
    """First-spike step of each output, shape (n_trials, n); the number of steps if silent."""
    n_trials, n_steps, n = spikes.shape
    first = np.full((n_trials, n), n_steps)
    for trial in range(n_trials):
        for step in range(n_steps - 1, -1, -1):
            for k in range(n):
                if spikes[trial, step, k]:
                    first[trial, k] = step
    return first


@njit()
def of_silence(first: NDArray[np.int64], labels: Labels, silence: float, out: Floats) -> None:
    """Fill in the derivatives by activations where the label's output is silent."""
    for trial in range(labels.size):
        if first[trial, labels[trial]] == out.shape[1]:
            for step in range(out.shape[1]):
                out[trial, step, labels[trial]] = -silence


@njit()
def of_times(first: NDArray[np.int64], labels: Labels, scale: float, out: Floats) -> None:
    """Fill in the derivatives by the times of first spikes."""
    n = first.shape[1]
    for trial in range(labels.size):
        smallest, total = first[trial].min(), 0.0
        for k in range(n):
            total += np.exp(-scale * (first[trial, k] - smallest))
        for k in range(n):
            if first[trial, k] < out.shape[1]:
                share = np.exp(-scale * (first[trial, k] - smallest)) / total
                error = (1.0 if k == labels[trial] else 0.0) - share
                out[trial, first[trial, k], k] = scale * error
