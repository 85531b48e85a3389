r"""Backpropagation through the state of the network at its decision.

Temporal backpropagation (`brainsnn.learning.temporal`) gives no error to a hidden neuron that
stayed silent, and the full error to one that fired long before it mattered. This rule asks instead
what each hidden neuron's potential was at the decision: with :math:`t^*` the step of the first
output spike, a neuron counts if it could just have fired, or just not, by then. For the layer
:math:`d` connections below the output,

.. math::
    \frac{\partial L}{\partial w_{jk}} &= \delta_k\,[t_j < t_k] && \text{onto the output,} \\
    \delta_j &= \sum_k \delta_k\, w_{jk}\;
        \max\!\left(0,\; 1 - \frac{|V_j(t^* - d) - \theta|}{\sigma}\right), \\
    \frac{\partial L}{\partial w_{ij}} &= \delta_j\,[t_i < t^* - d] && \text{below,}

where :math:`V_j(t)` is the sum of the weights of all inputs that spiked before :math:`t`, computed
anew from the recorded spikes, and the triangle of half-width :math:`\sigma` around the threshold is
the surrogate derivative of "has fired by then" (Bengio et al. 2013, arXiv:1308.3432; Esser et al.
2016, doi:10.1073/pnas.1604850113). The output's :math:`\delta` is the error of the loss.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numba
import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.gated import Errors, GatedRule, Steps
from brainsnn.learning.losses import FirstSpikeLoss, FirstSpikeSoftmax


@numba.njit(cache=True)
def _begin(delta, parameters):  # type: ignore[no-untyped-def]
    """The output's error is that of the loss."""


@numba.njit(cache=True)
def _potential(pre: Steps, before: int, weights: Errors, total: Errors) -> None:
    """Sum of the weights of the inputs that spiked before a step, in one trial."""
    total[:] = 0.0
    for i in range(pre.size):
        if pre[i] < before:
            for j in range(weights.shape[1]):
                total[j] += weights[i, j]


@numba.njit(cache=True)
def _below(  # type: ignore[no-untyped-def]
    pre,  # noqa: ARG001
    post: Steps,
    delta: Errors,
    weights: Errors,
    lower: Steps,
    lower_weights: Errors,
    n_steps: int,
    parameters: NDArray[np.float64],
    error: Errors,
    gate: Steps,
) -> None:
    """Error through the window around the threshold, of the state at the step that is read."""
    threshold, width = parameters[0], parameters[1]
    for n in range(post.shape[0]):
        read = max(min(post[n].min(), n_steps - 1) - 1, 0)
        gate[n, :] = read
        _potential(lower[n], read, lower_weights, error[n])
        for j in range(error.shape[1]):
            window = 1.0 - abs(error[n, j] - threshold) / width
            total = 0.0
            if window > 0:
                for k in range(delta.shape[1]):
                    total += delta[n, k] * weights[j, k]
                total *= window
            error[n, j] = total


@dataclass(frozen=True)
class DecisionBackprop(GatedRule):
    r"""Backpropagation through the state at the decision (module docstring).

    Parameters
    ----------
    loss_function : FirstSpikeLoss, default FirstSpikeSoftmax()
        Gives the error of the output layer.
    threshold : float, default 100
        :math:`\theta` of the hidden neurons.
    width : float, default 50
        :math:`\sigma`, half-width of the window around the threshold.

    Raises
    ------
    LearningError
        If `width` is not positive.
    """

    citation: ClassVar[str] = (
        "Straight-through window of Esser S.K. et al. (2016) Convolutional networks for fast, "
        "energy-efficient neuromorphic computing. PNAS 113(41):11441-11446, at the first spike."
    )
    neuron: ClassVar[str] = "integrate_and_fire_once"
    codes: ClassVar[tuple[str, ...]] = ("first_spike",)
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"

    loss_function: FirstSpikeLoss = field(default_factory=FirstSpikeSoftmax)
    threshold: float = 100.0
    width: float = 50.0

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise LearningError(f"The window's width must be positive, got {self.width}.")

    def functions(self) -> tuple[Any, Any, NDArray[np.float64]]:
        """See `GatedRule`."""
        return _begin, _below, np.array([self.threshold, self.width], np.float64)
