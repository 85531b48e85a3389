r"""The race of hidden neurons: gradient of the probability that the right class fires first.

In a network with one hidden layer whose neurons each excite one output and inhibit the others, the
hidden neuron that fires first decides. Temporal backpropagation sees one moment of that race, the
firing times themselves; a neuron that lost it by one step, or never fired, learns as much or as
little as one that was far from it. Here, for the gradient alone, neurons fire with noise: neuron
:math:`j`, which stands for class :math:`c_j`, has at each step :math:`t` the hazard

.. math:: \rho_j(t) = e^{(V_j(t) - \theta_{c_j}) / s}, \qquad
          R_c(t) = \sum_{j: c_j = c} \rho_j(t), \qquad R(t) = \sum_c R_c(t),

with :math:`V_j(t)` the sum of the weights of all inputs that spiked before :math:`t` (escape noise:
Gerstner 2000, doi:10.1162/089976600300015899). The first step with a spike decides, if only one
class fires at it; neurons of two classes at one step silence each other's outputs. The right class
:math:`y` thus wins with probability

.. math::
    P &= \sum_t f(t) + \frac{S(T-1)}{C}, \qquad
    f(t) = S(t-1) \left(1 - e^{-R_y(t)}\right) e^{R_y(t) - R(t)}, \qquad
    S(t) = e^{-\sum_{u \le t} R(u)}, \\
    -\frac{\partial P}{\partial \rho_j(t)} &= \sum_{u > t} f(u) + \frac{S(T-1)}{C} +
        \begin{cases} -S(t) & c_j = y \\ f(t) & c_j \ne y \end{cases},

where a race that nobody wins is a guess among the :math:`C` classes. The rule descends
:math:`-\log P`, continued as a straight line below :math:`p_0`, so that a lost cause does not
outweigh all others. Only the weights from the input learn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.errors import LearningError, RuleError
from brainsnn.jit import njit
from brainsnn.learning.base import BoundRule, RowGradient, Weights
from brainsnn.learning.gated import Errors, Steps, layers
from brainsnn.learning.layers import Derivation, Layers
from brainsnn.learning.losses import FirstSpikeLoss, FirstSpikeSoftmax
from brainsnn.learning.losses.base import check_labels
from brainsnn.learning.rule import RULES, LayeredRule
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.spikes import Recording

LARGEST = 20.0
"""Largest exponent of the hazard: a neuron beyond it fires for certain, and no slope is left."""


@njit()
def _potentials(pre: Steps, weights: Errors, n_steps: int) -> Errors:
    """Potential of each neuron before each step, shape (n_steps, n_post), of one trial."""
    total = np.zeros((n_steps, weights.shape[1]))
    for i in range(pre.size):
        if pre[i] < n_steps - 1:
            for j in range(weights.shape[1]):
                total[pre[i] + 1, j] += weights[i, j]
    for t in range(1, n_steps):
        for j in range(weights.shape[1]):
            total[t, j] += total[t - 1, j]
    return total


@njit()
def _errors(
    potential: Errors, own: NDArray[np.bool_], thetas: Errors, noise: tuple[float, float, float]
) -> tuple[Errors, float]:
    """Derivative of the loss by the potentials of one trial, and P; `own`: of the label's class."""
    (n_steps, size), (spread, floor, chance) = potential.shape, noise
    hazard = np.exp(np.minimum((potential - thetas) / spread, LARGEST))
    alive, wins, win = np.ones(n_steps), np.zeros(n_steps), 0.0
    for t in range(1, n_steps):
        total, mine = 0.0, 0.0
        for j in range(size):
            total += hazard[t, j]
            mine += hazard[t, j] if own[j] else 0.0
        alive[t] = alive[t - 1] * np.exp(-total)
        wins[t] = -alive[t - 1] * np.expm1(-mine) * np.exp(mine - total)
        win += wins[t]
    guess = chance * alive[-1]
    win += guess
    scale = spread * max(win, floor)
    errors, later = np.zeros(potential.shape), guess
    for t in range(n_steps - 1, 0, -1):
        for j in range(size):
            slope = later - alive[t] if own[j] else later + wins[t]
            errors[t, j] = slope * hazard[t, j] / scale
        later += wins[t]
    return errors, win


@njit()
def _gradient(
    pre: Steps,
    weights: Errors,
    own: NDArray[np.bool_],
    thetas: Errors,
    n_steps: int,
    noise: tuple[float, float, float],
) -> Errors:
    """Gradient of the weights from the input, summed over trials."""
    values = np.zeros(weights.shape)
    for n in range(pre.shape[0]):
        errors, _ = _errors(_potentials(pre[n], weights, n_steps), own[n], thetas, noise)
        for t in range(n_steps - 2, -1, -1):
            for j in range(weights.shape[1]):
                errors[t, j] += errors[t + 1, j]
        for i in range(pre.shape[1]):
            if pre[n, i] < n_steps - 1:
                for j in range(weights.shape[1]):
                    values[i, j] += errors[pre[n, i] + 1, j]
    return values


@dataclass(frozen=True)
class RaceLikelihood(BoundRule):
    r"""Ascent on the probability that the right class wins the race (module docstring).

    A hidden neuron stands for the class whose output it excites most.

    Parameters
    ----------
    threshold : float, default 100
        :math:`\theta` of the hidden neurons.
    spread : float, default 3
        :math:`s`, in units of the potential: the noise that is learned against.
    floor : float, default 0.1
        :math:`p_0`, in (0, 1].
    handicaps : tuple of float, default ()
        By class, the share by which :math:`\theta_c` exceeds the threshold while learning: the
        neurons of a class with a positive one learn to reach more than they will need. Empty
        means none.
    loss_function : FirstSpikeLoss, default FirstSpikeSoftmax()
        Of the recorded output spikes; it is reported only.

    Raises
    ------
    LearningError
        If `spread` is not positive, or `floor` not in (0, 1].
    """

    threshold: float = 100.0
    spread: float = 3.0
    floor: float = 0.1
    handicaps: tuple[float, ...] = ()
    loss_function: FirstSpikeLoss = field(default_factory=FirstSpikeSoftmax)

    def __post_init__(self) -> None:
        if not (self.spread > 0 and 0 < self.floor <= 1):
            raise LearningError(
                "Race: spread must be positive and floor in (0, 1]; got "
                f"{self.spread} and {self.floor}."
            )

    def backward(
        self, recording: Recording, weights: Weights, labels: NDArray[np.int64]
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of each connection from the last to the first (see `BoundRule`)."""
        chain = layers(recording.populations, weights)
        if len(chain) != 2:
            raise LearningError(
                f"Race: the network must have one hidden layer, not {len(chain) - 1}."
            )
        (first, source, _), (last, _, target) = chain
        check_labels(recording.first_steps(target), labels)
        stands_for, thetas = self._teams(weights[last])
        nothing = np.zeros((0, weights[last].shape[1]))
        yield last, RowGradient(np.zeros(0, np.int64), nothing)
        yield (
            first,
            RowGradient(
                np.arange(weights[first].shape[0]),
                _gradient(
                    recording.first_steps(source),
                    weights[first],
                    stands_for == labels[:, None],
                    thetas,
                    recording.n_steps,
                    (self.spread, self.floor, 1.0 / weights[last].shape[1]),
                ),
            ),
        )

    def _teams(self, onto: NDArray[np.float64]) -> tuple[NDArray[np.int64], Errors]:
        """Class and threshold of each hidden neuron, from its weights onto the outputs."""
        shares = np.array(self.handicaps or (0.0,) * onto.shape[1])
        if shares.size != onto.shape[1]:
            raise LearningError(
                f"Race: {shares.size} handicaps for {onto.shape[1]} classes; one each is needed."
            )
        stands_for = onto.argmax(axis=1)
        return stands_for, self.threshold * (1.0 + shares[stands_for])

    def loss(self, recording: Recording, labels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Loss of the output spikes of each trial."""
        output = list(recording.populations)[-1]
        return self.loss_function.value(recording.first_steps(output), labels, recording.n_steps)


@RULES.register("race")
class Race(LayeredRule):
    """Likelihood that the hidden neurons of the right class fire first, under noise.

    Parameters
    ----------
    learning_rate : float, default 0.001
        Of Adam.
    spread, floor, handicaps
        See `RaceLikelihood`; its threshold is that of the network's hidden neurons.

    References
    ----------
    W. Gerstner, Population dynamics of spiking neurons: fast transients, asynchronous states, and
    locking, Neural Computation 12(1), 43-89 (2000), for the noise.
    """

    citation: ClassVar[str] = (
        "Escape noise of Gerstner W. (2000) Population dynamics of spiking neurons: fast "
        "transients, asynchronous states, and locking. Neural Computation 12(1):43-89."
    )
    codes: ClassVar[tuple[str, ...]] = ("first_spike",)
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"
    derivation: ClassVar[Derivation] = Derivation((integrate_and_fire_once,))

    name: Literal["race"] = "race"
    learning_rate: float = Field(default=0.001, gt=0)
    spread: float = Field(default=3.0, gt=0)
    floor: float = Field(default=0.1, gt=0, le=1)
    handicaps: tuple[float, ...] = ()

    def untaught(self, connections: Sequence[str]) -> Sequence[str]:
        """All but the connection from the input."""
        return connections[1:]

    def of_layers(self, layers: Layers, n_steps: int) -> RaceLikelihood:  # noqa: ARG002
        """See `LayeredRule`."""
        hidden = len(layers.populations) - 1
        if hidden != 1:
            raise RuleError(f"The rule 'race' was derived for one hidden layer, not {hidden}.")
        if self.handicaps and len(self.handicaps) != layers.n_outputs:
            raise RuleError(
                f"The rule 'race' has {len(self.handicaps)} handicaps for the {layers.n_outputs} "
                f"classes of {layers.populations[-1].name!r}; one each is needed."
            )
        theta = layers.common("theta", hidden=True)
        return RaceLikelihood(theta, self.spread, self.floor, self.handicaps)
