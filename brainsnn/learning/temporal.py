r"""Temporal backpropagation for networks in which each neuron fires at most once (S4NN).

The network is a chain of layers of non-leaky integrate-and-fire neurons with instantaneous
synapses. With :math:`t_i` the first-spike step of neuron :math:`i` of a layer (a silent neuron
"fires" at the end of the trial) and :math:`\delta` the error of a layer's neurons, the rule of
Kheradpisheh and Masquelier (2020) is

.. math::
    \frac{\partial L}{\partial w_{ij}} &= \delta_j\,[t_i < t_j]
        && \text{(eqs. 8, 13)} \\
    \delta_i &= \sum_j \delta_j\, w_{ij}\,[t_i < t_j]
        && \text{(eq. 15)} \\
    \delta &\leftarrow \delta / \lVert \delta \rVert
        && \text{(eq. 16)}

where the output's :math:`\delta` is the error of the loss (eq. 14) and the derivative of a firing
time with respect to the potential is taken as -1 (eq. 12). The gradient is therefore a surrogate.

Where the authors' program differs from the paper's text
--------------------------------------------------------
- A spike counts only if it came strictly before (:math:`t_i < t_j`), since a spike at a step
  reaches its targets at the next; the text writes :math:`t_i \le t_j` with no such delay.
- The error of a hidden layer is computed with the weights above it already updated. `backward`
  is lazy for that reason: apply each gradient before asking for the next, and the order is the
  program's; collect them first, and it is the text's.
- A neuron fires where its potential exceeds the threshold strictly, and a crossing at the last
  step counts as silence.
- A silent neuron does take part, as a spike at the end of the trial, although eq. 12 reads as if
  its derivative were 0.
- Initial weights of the MNIST output layer are drawn up to 48, not 50.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.jit import njit
from brainsnn.learning.base import Weights
from brainsnn.learning.gated import Errors, GatedRule, Steps
from brainsnn.learning.layers import Derivation, Layers
from brainsnn.learning.losses import FirstSpikeLoss, RelativeTargets
from brainsnn.learning.rule import RULES, LayeredRule
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Initialiser, Sign, signed


@njit()
def _begin(delta: Errors, parameters: NDArray[np.float64]) -> None:
    """Divide each trial's errors by their Euclidean norm, if so asked; all-zero ones stay."""
    if not parameters[0]:
        return
    for n in range(delta.shape[0]):
        norm = np.sqrt((delta[n] ** 2).sum())
        if norm > 0:
            for j in range(delta.shape[1]):
                delta[n, j] /= norm


@njit()
def _below(  # type: ignore[no-untyped-def]
    pre: Steps,
    post: Steps,
    delta: Errors,
    weights: Errors,
    lower,  # noqa: ARG001
    lower_weights,  # noqa: ARG001
    n_steps,  # noqa: ARG001
    parameters: NDArray[np.float64],
    error: Errors,
    gate: Steps,
) -> None:
    """Propagate the error through every spike that came before its target's, eqs. 15 and 16."""
    wrong = np.empty(post.shape[1] + 1, np.int64)
    for n in range(pre.shape[0]):
        n_wrong = 0
        for j in range(post.shape[1]):
            wrong[n_wrong] = j
            n_wrong += delta[n, j] != 0.0
        for i in range(pre.shape[1]):
            total = 0.0
            for k in range(n_wrong):
                j = wrong[k]
                if pre[n, i] < post[n, j]:
                    total += delta[n, j] * weights[i, j]
            error[n, i] = total
            gate[n, i] = pre[n, i]
    _begin(error, parameters)


@dataclass(frozen=True)
class SignedInitialiser:
    """First weights drawn as `initialiser` says, with the sign of their connection."""

    initialiser: Initialiser
    sign: Sign

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Draw weights of `shape` (pre, post)."""
        return signed(self.initialiser.draw(rng, shape), self.sign)


@dataclass(frozen=True)
class TemporalBackprop(GatedRule):
    """Temporal backpropagation through first spikes, for any number of layers (module docstring).

    Parameters
    ----------
    loss_function : FirstSpikeLoss, default RelativeTargets(gamma=3)
        Gives the error of the output layer.
    normalised : bool, default True
        Whether errors are normalised layer by layer (eq. 16).
    redraw_below : float, default 0.001
        Neurons of hidden layers that fired in a smaller fraction of an epoch's trials are drawn
        anew at its end.
    initialiser : mapping of str to Uniform, Normal or FanInNormal
        What they are drawn from, by connection; connections left out are never redrawn.
    """

    loss_function: FirstSpikeLoss = field(default_factory=RelativeTargets)
    normalised: bool = True
    redraw_below: float = 0.001
    initialiser: Mapping[str, Initialiser | SignedInitialiser] = field(default_factory=dict)

    def functions(self) -> tuple[Any, Any, NDArray[np.float64]]:
        """See `GatedRule`."""
        return _begin, _below, np.array([float(self.normalised)])

    def end_epoch(
        self,
        weights: Weights,
        statistics: Mapping[str, NDArray[np.float64]],
        rng: np.random.Generator,
    ) -> int:
        """Draw the incoming weights of dead hidden neurons anew; return how many there were."""
        redrawn = 0
        hidden = list(statistics)[1:-1]
        for (name, values), population in zip(weights.items(), hidden, strict=False):
            dead = np.flatnonzero(statistics[population] < self.redraw_below)
            if dead.size and name in self.initialiser:
                values[:, dead] = self.initialiser[name].draw(rng, (values.shape[0], dead.size))
                redrawn += dead.size
        return redrawn


@RULES.register("s4nn")
class S4NN(LayeredRule):
    """S4NN's temporal backpropagation with relative targets, as published.

    Parameters
    ----------
    learning_rate : float, default 0.2
        The paper's, for MNIST.
    gamma : float, default 3
        Margin in steps of the relative targets.
    redraw_below : float, default 0.001
        Hidden neurons that fire in a smaller fraction of an epoch's trials are drawn anew, from
        what the network drew their first weights from.

    References
    ----------
    S.R. Kheradpisheh and T. Masquelier, Temporal backpropagation for spiking neural networks with
    one spike per neuron, Int. J. Neural Systems 30(6), 2050027 (2020).
    """

    citation: ClassVar[str] = (
        "Kheradpisheh S.R., Masquelier T. (2020) Temporal backpropagation for spiking neural "
        "networks with one spike per neuron. Int. J. Neural Systems 30(6):2050027."
    )
    codes: ClassVar[tuple[str, ...]] = ("first_spike",)
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"
    derivation: ClassVar[Derivation] = Derivation((integrate_and_fire_once,))

    name: Literal["s4nn"] = "s4nn"
    learning_rate: float = Field(default=0.2, gt=0)
    gamma: float = Field(default=3.0, ge=0)
    redraw_below: float = Field(default=0.001, ge=0, le=1)

    def of_layers(self, layers: Layers, n_steps: int) -> TemporalBackprop:  # noqa: ARG002
        """See `LayeredRule`."""
        initialiser = {
            c.name: SignedInitialiser(c.initialiser, c.sign) if c.sign else c.initialiser
            for c in layers.connections
        }
        return TemporalBackprop(RelativeTargets(self.gamma), True, self.redraw_below, initialiser)
