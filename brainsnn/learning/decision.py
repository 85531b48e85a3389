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

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numba
import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.base import RowGradient, Rule, Weights
from brainsnn.learning.losses import FirstSpikeLoss, FirstSpikeSoftmax
from brainsnn.learning.temporal import Errors, Steps, layers, row_gradient
from brainsnn.spikes import Recording


@numba.njit(cache=True)
def _potentials(pre: Steps, before: Steps, weights: Errors) -> Errors:
    """Sum of the weights of the inputs that spiked before a step, shape (n_trials, n_post)."""
    total = np.zeros((pre.shape[0], weights.shape[1]))
    for n in range(pre.shape[0]):
        for i in range(pre.shape[1]):
            if pre[n, i] < before[n]:
                for j in range(weights.shape[1]):
                    total[n, j] += weights[i, j]
    return total


@numba.njit(cache=True)
def _errors_below(
    delta: Errors, weights: Errors, potential: Errors, threshold: float, width: float
) -> Errors:
    below = np.zeros(potential.shape)
    for n in range(potential.shape[0]):
        for j in range(potential.shape[1]):
            window = 1.0 - abs(potential[n, j] - threshold) / width
            if window > 0:
                total = 0.0
                for k in range(delta.shape[1]):
                    total += delta[n, k] * weights[j, k]
                below[n, j] = total * window
    return below


@dataclass(frozen=True)
class DecisionBackprop(Rule):
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

    def backward(
        self, recording: Recording, weights: Weights, labels: NDArray[np.int64]
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of each connection from the last to the first (see `Rule`)."""
        n_steps = recording.n_steps
        chain = layers(recording, weights)
        steps = {name: recording.first_steps(name) for name in recording.populations}
        post = steps[chain[-1][2]]
        delta = self.loss_function.error(post, labels, n_steps)
        read = np.minimum(post.min(axis=1), n_steps - 1)
        for (name, source, _), lower in zip(chain[::-1], [*chain[-2::-1], None], strict=True):
            yield name, row_gradient(steps[source], post, delta, n_steps)
            if lower is not None:
                read = np.maximum(read - 1, 0)
                potential = _potentials(steps[lower[1]], read, weights[lower[0]])
                delta = _errors_below(delta, weights[name], potential, self.threshold, self.width)
                post = np.repeat(read[:, None], delta.shape[1], axis=1)

    def loss(self, recording: Recording, labels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Loss of each trial."""
        output = list(recording.populations)[-1]
        return self.loss_function.value(recording.first_steps(output), labels, recording.n_steps)
