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

A neuron that was above the threshold once has fired, even if its potential at the decision is
below again. Where inputs at different times say different things, as the levels of a grey picture
do, the rule may read the *peak* instead: :math:`V_j` is then the largest potential of the neuron up
to :math:`t^* - d`, and its gradient counts the spikes before that peak.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.errors import LearningError, RuleError
from brainsnn.jit import njit
from brainsnn.learning.base import RowGradient, Weights
from brainsnn.learning.gated import Errors, GatedRule, Steps
from brainsnn.learning.layers import Derivation, Layers
from brainsnn.learning.losses import FirstSpikeLoss, FirstSpikeSoftmax
from brainsnn.learning.peak import in_order, peaks
from brainsnn.learning.rule import RULES, LayeredRule
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.spikes import Recording


@njit()
def _begin(delta, parameters):  # type: ignore[no-untyped-def]
    """The output's error is that of the loss."""


@njit()
def _potential(pre: Steps, before: int, weights: Errors, total: Errors) -> None:
    """Sum of the weights of the inputs that spiked before a step, in one trial."""
    total[:] = 0.0
    for i in range(pre.size):
        if pre[i] < before:
            for j in range(weights.shape[1]):
                total[j] += weights[i, j]


@njit()
def _through_window(
    delta: Errors, weights: Errors, threshold: float, width: float, error: Errors
) -> None:
    """Turn potentials of one trial into errors, in place."""
    for j in range(error.size):
        window = 1.0 - abs(error[j] - threshold) / width
        total = 0.0
        if window > 0:
            for k in range(delta.size):
                total += delta[k] * weights[j, k]
            total *= window
        error[j] = total


@njit()
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
        _through_window(delta[n], weights, threshold, width, error[n])


@njit()
def _below_peak(  # type: ignore[no-untyped-def]
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
    """Error through the window around the threshold, of the largest potential until then."""
    threshold, width = parameters[0], parameters[1]
    place, order = np.empty(n_steps + 1, np.int64), np.empty(lower.shape[1], np.int64)
    total = np.empty(error.shape[1])
    for n in range(post.shape[0]):
        read = max(min(post[n].min(), n_steps - 1) - 1, 0)
        count = in_order(lower[n], read, place, order)
        peaks(lower[n], lower_weights, order[:count], total, error[n], gate[n])
        _through_window(delta[n], weights, threshold, width, error[n])


READINGS = {"decision": _below, "peak": _below_peak}
"""What `DecisionBackprop` may read, and the function that does."""


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
    reads : {"decision", "peak"}, default "decision"
        Which potential the window is laid over: that at the decision, or the largest until then,
        which needs a network with one hidden layer.

    Raises
    ------
    LearningError
        If `width` is not positive, or `reads` something else.
    """

    loss_function: FirstSpikeLoss = field(default_factory=FirstSpikeSoftmax)
    threshold: float = 100.0
    width: float = 50.0
    reads: Literal["decision", "peak"] = "decision"

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise LearningError(f"The window's width must be positive, got {self.width}.")
        if self.reads not in READINGS:
            raise LearningError(f"reads must be one of {', '.join(READINGS)}, got {self.reads!r}.")

    def functions(self) -> tuple[Any, Any, NDArray[np.float64]]:
        """See `GatedRule`."""
        return _begin, READINGS[self.reads], np.array([self.threshold, self.width], np.float64)

    def backward(
        self, recording: Recording, weights: Weights, labels: NDArray[np.int64]
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of each connection from the last to the first (see `BoundRule`)."""
        if self.reads == "peak" and len(weights) > 2:
            raise LearningError(
                f"A rule that reads peaks needs one hidden layer, not {len(weights) - 1}: peaks of "
                "one layer are at many steps, and the layer below is read at one."
            )
        return super().backward(recording, weights, labels)


@RULES.register("decision")
class Decision(LayeredRule):
    """Backpropagation through the state at the decision, with a softmax over first spikes.

    Parameters
    ----------
    learning_rate : float, default 0.1
        Of Adam.
    tau, margin, target, anchor, earliest, patience : float
        See `FirstSpikeSoftmax`.
    width, reads
        See `DecisionBackprop`; its threshold is that of the network's hidden neurons.

    References
    ----------
    S.K. Esser et al., Convolutional networks for fast, energy-efficient neuromorphic computing,
    PNAS 113(41), 11441-11446 (2016), for the window around the threshold.
    """

    citation: ClassVar[str] = (
        "Straight-through window of Esser S.K. et al. (2016) Convolutional networks for fast, "
        "energy-efficient neuromorphic computing. PNAS 113(41):11441-11446, at the first spike."
    )
    codes: ClassVar[tuple[str, ...]] = ("first_spike",)
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"
    derivation: ClassVar[Derivation] = Derivation((integrate_and_fire_once,))

    name: Literal["decision"] = "decision"
    learning_rate: float = Field(default=0.1, gt=0)
    tau: float = Field(default=12.0, gt=0)
    margin: float = Field(default=8.0, ge=0)
    target: float = Field(default=80.0, ge=0)
    anchor: float = Field(default=1.0, ge=0)
    earliest: float = Field(default=32.0, ge=0)
    patience: float = Field(default=1.0, ge=0)
    width: float = Field(default=50.0, gt=0)
    reads: Literal["decision", "peak"] = "decision"

    def of_layers(self, layers: Layers, n_steps: int) -> DecisionBackprop:  # noqa: ARG002
        """See `LayeredRule`."""
        hidden = len(layers.populations) - 1
        if self.reads == "peak" and hidden > 1:
            raise RuleError(f"The rule 'decision' reads peaks with one hidden layer, not {hidden}.")
        times = (self.tau, self.margin, self.target)
        loss = FirstSpikeSoftmax(*times, self.anchor, self.earliest, self.patience)
        theta = layers.common("theta", hidden=True)
        return DecisionBackprop(loss, theta, self.width, self.reads)
