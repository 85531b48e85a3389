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

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.kernels import LossKernel
from brainsnn.learning.losses.base import CompiledLoss


@njit()
def _errors(
    steps: NDArray[np.int32],
    labels: NDArray[np.int64],
    n_steps: int,
    parameters: NDArray[np.float64],
    error: NDArray[np.float64],
    value: NDArray[np.float64],
) -> None:
    gamma = parameters[0]
    for n in range(steps.shape[0]):
        first = steps[n].min()
        value[n] = 0.0
        for k in range(steps.shape[1]):
            t = float(steps[n, k])
            if first >= n_steps:
                target = n_steps - gamma if k == labels[n] else float(n_steps)
            elif k == labels[n]:
                target = float(first)
            else:
                target = max(t, min(first + gamma, float(n_steps)))
            error[n, k] = (target - t) / n_steps
            value[n] += 0.5 * error[n, k] ** 2


@dataclass(frozen=True)
class RelativeTargets(CompiledLoss):
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

    def kernel(self) -> LossKernel:
        """The loss, compiled."""
        return LossKernel(_errors, np.array([self.gamma], np.float64))
