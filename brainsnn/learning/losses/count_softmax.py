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
from brainsnn.learning.losses.base import check_labels

Floats = NDArray[np.float64]


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

    def _log_shares(self, counts: Floats) -> Floats:
        scaled = counts / self.temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        log_shares: Floats = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return log_shares

    def value(self, counts: Floats, labels: NDArray[np.int64]) -> Floats:
        """Loss of each trial, shape (n_trials,), for counts of shape (n_trials, n_classes).

        Raises
        ------
        LearningError
            If there is not one label a trial, or a label has no output.
        """
        check_labels(counts, labels)
        log_shares = self._log_shares(counts)
        return -log_shares[np.arange(labels.size), labels]

    def error(self, counts: Floats, labels: NDArray[np.int64]) -> Floats:
        """Derivative with respect to the counts, shape (n_trials, n_classes).

        Raises
        ------
        LearningError
            As for `value`.
        """
        check_labels(counts, labels)
        error: Floats = np.exp(self._log_shares(counts))
        error[np.arange(labels.size), labels] -= 1.0
        error /= self.temperature
        return error
