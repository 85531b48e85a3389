r"""A penalty on spiking beyond a target rate, as a part of the loss.

With :math:`r_n` the mean count of a layer's neurons in trial :math:`n` divided by T,

.. math::
    L_r = \frac{\lambda}{2} \max(r_n - r^*, 0)^2, \qquad
    \frac{\partial L_r}{\partial c_j} = \frac{\lambda \max(r_n - r^*, 0)}{N T}

for each hidden layer of N neurons. A layer below its target is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.jit import njit

Floats = NDArray[np.float64]


@njit()
def excess(counts: Floats, n_steps: float, target: float) -> Floats:
    """By how much the mean rate of each trial is beyond the target, shape (n_trials,)."""
    out = np.empty(counts.shape[0])
    for n in range(counts.shape[0]):
        total = 0.0
        for j in range(counts.shape[1]):
            total += counts[n, j]
        out[n] = max(total / counts.shape[1] / n_steps - target, 0.0)
    return out


@dataclass(frozen=True)
class RatePenalty:
    r"""The penalty (module docstring).

    Parameters
    ----------
    weight : float, default 0
        :math:`\lambda`; 0 turns it off.
    target : float, default 0.1
        :math:`r^*`, spikes a neuron and step, from 0 to 1.

    Raises
    ------
    LearningError
        If the weight is negative or the target not in 0..1: a neuron spikes once a step at most.
    """

    weight: float = 0.0
    target: float = 0.1

    def __post_init__(self) -> None:
        if not self.weight >= 0:
            raise LearningError(f"The rate penalty's weight must be 0 or more, got {self.weight}.")
        if not 0 <= self.target <= 1:
            raise LearningError(
                f"The target rate {self.target} is impossible: a neuron spikes at most once a "
                "step, so targets are in 0..1 spikes a neuron and step."
            )

    def value(self, counts: Floats, n_steps: int) -> Floats:
        """Penalty of each trial, shape (n_trials,), for counts of shape (n_trials, size)."""
        value: Floats = 0.5 * self.weight * excess(counts, n_steps, self.target) ** 2
        return value

    def error(self, counts: Floats, n_steps: int) -> Floats:
        """Derivative by each count of a trial, shape (n_trials, 1): the same for all neurons."""
        scale = self.weight / (counts.shape[1] * n_steps)
        return scale * excess(counts, n_steps, self.target)[:, None]
