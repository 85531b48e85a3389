r"""Cross-entropy of a softmax over output spike counts.

.. math::
    p_k = \frac{e^{c_k / \tau}}{\sum_l e^{c_l / \tau}}, \qquad L = -\log p_y, \qquad
    \frac{\partial L}{\partial c_k} = \frac{p_k - [k = y]}{\tau}
    \qquad \text{(Wu et al. 2019, eqs. 8, 9, with } \tau = 1 \text{)}
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.losses.base import check_labels

Floats = NDArray[np.float64]


@njit()
def log_shares(counts: Floats, temperature: float, out: Floats) -> None:
    """Fill in the logarithm of each output's share of the softmax."""
    for n in range(counts.shape[0]):
        largest, total = -np.inf, 0.0
        for k in range(counts.shape[1]):
            out[n, k] = counts[n, k] / temperature
            largest = max(largest, out[n, k])
        for k in range(counts.shape[1]):
            out[n, k] -= largest
            total += np.exp(out[n, k])
        for k in range(counts.shape[1]):
            out[n, k] -= np.log(total)


@njit()
def errors(counts: Floats, labels: NDArray[np.int64], temperature: float, out: Floats) -> None:
    """Fill in the derivative with respect to the counts."""
    log_shares(counts, temperature, out)
    for n in range(counts.shape[0]):
        for k in range(counts.shape[1]):
            out[n, k] = (np.exp(out[n, k]) - (1.0 if k == labels[n] else 0.0)) / temperature


@dataclass(frozen=True)
class CountSoftmax:
    r"""The loss (module docstring).

    Parameters
    ----------
    temperature : float, default 1
        :math:`\tau`, spikes by which two counts must differ for odds of e.

    Raises
    ------
    LearningError
        If the temperature is not positive.
    """

    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise LearningError(f"The softmax temperature is {self.temperature}, not positive.")

    def value(self, counts: Floats, labels: NDArray[np.int64]) -> Floats:
        """Loss of each trial, shape (n_trials,), for counts of shape (n_trials, n_classes).

        Raises
        ------
        LearningError
            If there is not one label a trial, or a label has no output.
        """
        check_labels(counts, labels)
        out = np.empty(counts.shape)
        log_shares(np.ascontiguousarray(counts, np.float64), float(self.temperature), out)
        return -out[np.arange(labels.size), labels]

    def error(self, counts: Floats, labels: NDArray[np.int64]) -> Floats:
        """Derivative with respect to the counts, shape (n_trials, n_classes).

        Raises
        ------
        LearningError
            As for `value`.
        """
        check_labels(counts, labels)
        out = np.empty(counts.shape)
        known = np.ascontiguousarray(counts, np.float64), np.ascontiguousarray(labels, np.int64)
        errors(*known, float(self.temperature), out)
        return out
