r"""S4NN's loss: targets set relative to the earliest output of the trial.

With :math:`t_k` the first-spike step of output :math:`k`, :math:`\tau = \min_k t_k`, :math:`y` the
label, and :math:`T` the number of steps (Kheradpisheh and Masquelier 2020, eqs. 17 and 18),

.. math::
    t^*_y &= \tau, \qquad
    t^*_k = \max(t_k, \min(\tau + \gamma, T)) \quad (k \ne y) &&\text{if } \tau < T, \\
    t^*_y &= T - \gamma, \qquad t^*_k = T \quad (k \ne y) &&\text{if all are silent;}

the error is :math:`e_k = (t^*_k - t_k) / T` and the loss :math:`\frac12 \sum_k e_k^2`
(eqs. 6 and 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.losses.base import LOSSES, FirstSpikeLoss, check_labels


@numba.njit(cache=True)
def _errors(
    steps: NDArray[np.int32],
    labels: NDArray[np.int64],
    n_steps: int,
    gamma: float,
    out: NDArray[np.float64],
) -> None:
    for n in range(steps.shape[0]):
        first = steps[n].min()
        for k in range(steps.shape[1]):
            t = float(steps[n, k])
            if first >= n_steps:
                target = n_steps - gamma if k == labels[n] else float(n_steps)
            elif k == labels[n]:
                target = float(first)
            else:
                target = max(t, min(first + gamma, float(n_steps)))
            out[n, k] = (target - t) / n_steps


@LOSSES.register("relative_targets")
@dataclass(frozen=True)
class RelativeTargets(FirstSpikeLoss):
    """S4NN's relative targets (equations in the module docstring).

    Parameters
    ----------
    gamma : float, default 3
        Margin in steps by which the other outputs should come after the first.

    Raises
    ------
    LearningError
        If `gamma` is negative.
    """

    gamma: float = 3.0

    def __post_init__(self) -> None:
        if not self.gamma >= 0:
            raise LearningError(f"The margin gamma must be 0 or more, got {self.gamma}.")

    def error(
        self, steps: NDArray[np.int32], labels: NDArray[np.int64], n_steps: int
    ) -> NDArray[np.float64]:
        """Return e of eq. 6, shape (n_trials, n_classes)."""
        check_labels(steps, labels)
        out = np.empty(steps.shape)
        _errors(steps, labels, n_steps, self.gamma, out)
        return out

    def value(
        self, steps: NDArray[np.int32], labels: NDArray[np.int64], n_steps: int
    ) -> NDArray[np.float64]:
        """Return half the squared error of each trial (eq. 7)."""
        error = self.error(steps, labels, n_steps)
        return 0.5 * np.einsum("nk,nk->n", error, error)
