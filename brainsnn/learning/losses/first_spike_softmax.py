r"""Cross-entropy over first-spike steps: the earlier an output, the more probable its class.

With :math:`t_k` the first-spike step of output :math:`k` (:math:`T`, the number of steps, if it is
silent) and :math:`y` the label,

.. math::
    p_k = \frac{e^{-t_k / \tau}}{\sum_c e^{-t_c / \tau}}
    \text{ with } t_y \text{ later by the margin } m, \qquad
    L = -\log p_y + \frac{\lambda}{2 \tau T} (t_y - t^*)^2
        + \frac{\mu}{2 \tau t_e} \sum_k \max(0, t_e - t_k)^2 .

The margin asks the label to be first by more than it needs, which keeps ties away. The second term
holds the label's spike near :math:`t^*`, since a softmax knows differences only and leaves the time
of the decision free. The third forbids decisions before :math:`t_e`, on too little evidence.
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
def softmax_losses(
    steps: NDArray[np.int32],
    labels: NDArray[np.int64],
    n_steps: int,
    parameters: NDArray[np.float64],
    error: NDArray[np.float64],
    value: NDArray[np.float64],
) -> None:
    """Fill in minus the derivatives by the steps, and the losses (`ERROR`)."""
    tau, margin, target, anchor, earliest, patience = parameters
    for n in range(steps.shape[0]):
        y = labels[n]
        first = steps[n].min()
        total = 0.0
        for k in range(steps.shape[1]):
            late = steps[n, k] + (margin if k == y else 0.0) - first
            error[n, k] = np.exp(-late / tau)
            total += error[n, k]
        for k in range(steps.shape[1]):
            error[n, k] /= total * tau
        delay = steps[n, y] - target
        late = steps[n, y] + margin - first
        value[n] = late / tau + np.log(total) + 0.5 * anchor * delay**2 / (tau * n_steps)
        error[n, y] -= 1.0 / tau + anchor * delay / (tau * n_steps)
        for k in range(steps.shape[1]):
            if steps[n, k] < earliest:
                rash = earliest - steps[n, k]
                value[n] += 0.5 * patience * rash**2 / (tau * earliest)
                error[n, k] += patience * rash / (tau * earliest)


@dataclass(frozen=True)
class FirstSpikeSoftmax(CompiledLoss):
    r"""Cross-entropy over first-spike steps (equations in the module docstring).

    Parameters
    ----------
    tau : float, default 12
        :math:`\tau`, steps by which an output must be earlier to be e times as probable.
    margin : float, default 8
        :math:`m` in steps.
    target : float, default 80
        :math:`t^*`, the step at which the label's output should fire.
    anchor : float, default 1
        :math:`\lambda`, weight of the term that holds it there.
    earliest : float, default 32
        :math:`t_e`, the step before which no output should fire.
    patience : float, default 1
        :math:`\mu`, weight of the term that says so.

    Raises
    ------
    LearningError
        If `tau` is not positive, or another parameter but `target` is negative.
    """

    tau: float = 12.0
    margin: float = 8.0
    target: float = 80.0
    anchor: float = 1.0
    earliest: float = 32.0
    patience: float = 1.0

    def __post_init__(self) -> None:
        if not (self.tau > 0 and min(self.margin, self.anchor, self.earliest, self.patience) >= 0):
            raise LearningError(
                "First-spike softmax: tau must be positive; margin, anchor, earliest and patience "
                f"0 or more; got {self}."
            )

    def kernel(self) -> LossKernel:
        """The loss, compiled."""
        times = (self.tau, self.margin, self.target)
        parameters = np.array([*times, self.anchor, self.earliest, self.patience], np.float64)
        return LossKernel(softmax_losses, parameters)
