r"""Learning on-line by three factors: a trace of the synapse, the neuron's error, a global signal.

Visible neurons are clamped, hidden ones spike as they do. In each step, with the sum over visible
neurons :math:`\ell = \sum_i \log p(s_i)` and :math:`g = (s_i - \sigma(u_i))` times the trace that a
parameter acts on,

.. math::
    L \leftarrow \kappa L + (1 - \kappa)\, \ell, \qquad e \leftarrow \kappa e + (1 - \kappa)\, g

    \text{visible: } \theta \leftarrow \theta + \eta\, e, \qquad
    \text{hidden: } \theta \leftarrow \theta + \eta\, (L - b)\, e

with a baseline b for each parameter, that keeps the estimate from varying as much:
:math:`b = \langle e^2 L \rangle / \langle e^2 \rangle` of the steps before, or 0.

References
----------
H. Jang, O. Simeone, B. Gardner and A. Gruening, An introduction to probabilistic spiking neural
networks, IEEE Signal Processing Magazine 36(6), 64-77 (2019), section on learning with hidden
neurons.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from brainsnn.errors import DataError, LearningError
from brainsnn.learning.glm.hidden.network import (
    Floats,
    HiddenGLM,
    HiddenWeights,
    log_probability,
)


@dataclass(frozen=True, eq=False)
class Learned:
    """What a train left.

    Parameters
    ----------
    weights : HiddenWeights
        After the last step.
    spikes : array of bool, shape (n_steps, n)
        Of visible and hidden neurons.
    signal : array of float64, shape (n_steps,)
        L.
    """

    weights: HiddenWeights
    spikes: NDArray[np.bool_]
    signal: Floats


@dataclass(frozen=True)
class OnlineRule:
    """The rule (module docstring).

    Parameters
    ----------
    learning_rate : float, default 0.05
        Eta.
    kappa : float, default 0.8
        Of signal and eligibility, from 0 to below 1.
    baseline : float, optional
        The same of the means that b is made of; no baseline by default.

    Raises
    ------
    LearningError
        If one is out of range.
    """

    learning_rate: float = 0.05
    kappa: float = 0.8
    baseline: float | None = None

    def __post_init__(self) -> None:
        shares = [self.kappa] if self.baseline is None else [self.kappa, self.baseline]
        if not self.learning_rate > 0 or not all(0 <= share < 1 for share in shares):
            raise LearningError(
                "The on-line rule needs a learning rate above 0, kappa and baseline from 0 to "
                f"below 1; got {self}."
            )

    def learn(
        self,
        glm: HiddenGLM,
        weights: HiddenWeights,
        inputs: ArrayLike,
        visible: ArrayLike,
        uniforms: ArrayLike,
    ) -> Learned:
        """Learn from one train, step by step, from the weights given, which stay as they are.

        Parameters
        ----------
        glm : HiddenGLM
        weights : HiddenWeights
        inputs, visible : array of 0 and 1, shape (n_steps, n_inputs) and (n_steps, n_visible)
        uniforms : array of float64, shape (n_steps, n_hidden)
            Draws from 0..1: a hidden neuron spikes where its draw is below its probability.

        Raises
        ------
        WeightsError, DataError
            If the weights, spikes or draws do not fit.
        """
        seen = glm.spikes(visible, glm.n_visible, "Visible")
        course = _Course(glm, weights, glm.spikes(inputs, glm.n_inputs, "Input", len(seen)))
        draws = np.asarray(uniforms, np.float64)
        if draws.shape != (len(seen), glm.n_hidden):
            raise DataError(
                f"Draws must have shape {(len(seen), glm.n_hidden)}, got {draws.shape}."
            )
        means = _Means(self, course.values)
        for t, clamped in enumerate(seen):
            u = course.potentials(t)
            spikes = np.concatenate([clamped, draws[t] < expit(u[glm.n_visible :])])
            told = log_probability(clamped, u[: glm.n_visible]).sum()
            course.keep(t, spikes, means.step(course, spikes - expit(u), float(told)))
        return Learned(course.weights(), course.own.astype(bool), course.signal)


class _Course:
    """Parameters and spikes while a train goes on; parameters are one table, a column a neuron."""

    def __init__(self, glm: HiddenGLM, weights: HiddenWeights, inputs: Floats) -> None:
        glm.check(weights)
        self.glm, self.others = glm, glm.others()
        self.values = weights.table()
        self.inputs, self.own = inputs, np.zeros((len(inputs), glm.n))
        self.signal, self.acts_on = np.zeros(len(inputs)), np.zeros_like(self.values)

    def potentials(self, t: int) -> Floats:
        """Potentials of a step; `acts_on` is then what each parameter acts on in it."""
        lags = np.arange(1, min(t, self.glm.kernel.size) + 1)
        everything = np.concatenate([self.inputs[t - lags], self.own[t - lags]], axis=1)
        traces = self.glm.kernel[lags - 1] @ everything
        own_lags = np.arange(1, min(t, self.glm.kernel_feedback.size) + 1)
        own = self.glm.kernel_feedback[own_lags - 1] @ self.own[t - own_lags]
        self.acts_on = np.vstack([traces[:, None] * self.others, own, np.ones_like(own)])
        found: Floats = (self.values * self.acts_on).sum(axis=0)
        return found

    def keep(self, t: int, spikes: Floats, signal: float) -> None:
        """Take in what a step gave."""
        self.own[t], self.signal[t] = spikes, signal

    def weights(self) -> HiddenWeights:
        """The parameters, in their shapes."""
        return HiddenWeights.of_table(self.values)


@dataclass
class _Means:
    """Running means of the rule: signal, eligibilities, and those of the baseline."""

    rule: OnlineRule
    values: Floats
    signal: float = 0.0
    eligibility: Floats = field(init=False)
    top: Floats = field(init=False)
    bottom: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.eligibility, self.top, self.bottom = (np.zeros_like(self.values) for _ in range(3))

    def step(self, course: _Course, wrong: Floats, told: float) -> float:
        """Change the parameters after a step; returns the signal."""
        kappa, rate, n_visible = self.rule.kappa, self.rule.learning_rate, course.glm.n_visible
        self.signal = kappa * self.signal + (1 - kappa) * told
        self.eligibility = kappa * self.eligibility + (1 - kappa) * wrong * course.acts_on
        third = self.signal - self._baseline()
        third[:, :n_visible] = 1.0
        course.values += rate * third * self.eligibility
        return self.signal

    def _baseline(self) -> Floats:
        """The baseline of the steps before; takes in the present one."""
        share = self.rule.baseline
        if share is None:
            return np.zeros_like(self.values)
        known = self.bottom > 0
        found = np.divide(self.top, self.bottom, out=np.zeros_like(self.top), where=known)
        square = self.eligibility**2
        self.top = share * self.top + (1 - share) * square * self.signal
        self.bottom = share * self.bottom + (1 - share) * square
        return found


def generate(
    glm: HiddenGLM, weights: HiddenWeights, inputs: ArrayLike, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Let all neurons spike as they do, given the inputs.

    Returns
    -------
    array of bool, shape (n_steps, n)
        Spikes of visible and hidden neurons.

    Raises
    ------
    WeightsError, DataError
        If weights or spikes do not fit.
    """
    course = _Course(glm, weights, glm.spikes(inputs, glm.n_inputs, "Input"))
    for t in range(len(course.inputs)):
        spikes = rng.random(glm.n) < expit(course.potentials(t))
        course.keep(t, spikes.astype(np.float64), 0.0)
    return course.own.astype(bool)
