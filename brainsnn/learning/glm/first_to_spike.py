r"""Maximum likelihood of the label's neuron being the first to spike.

The probability that neuron :math:`c` spikes at sample :math:`t` and none did before, nor another
with it, is (Bagheri et al., eqs. 5 to 7)

.. math:: p_t = g(u_{c,t}) \prod_{t' < t} g(-u_{c,t'}) \prod_{i \ne c} \prod_{t' \le t} g(-u_{i,t'})

and the log-likelihood of a right decision is :math:`L = \log \sum_t p_t`. With
:math:`q_t = p_t / \sum_{t'} p_{t'}` and :math:`h_t = \sum_{t' \ge t} q_{t'}`, its derivative is
(eqs. 8 to 11)

.. math:: \frac{\partial L}{\partial u_{i,t}} =
          \begin{cases} \rho(u_{c,t}) \, (q_t - h_t \, g(u_{c,t})) & i = c \\
                        -\rho(u_{i,t}) \, h_t \, g(u_{i,t}) & i \ne c \end{cases}

All of it is computed from :math:`\log p_t`, so nothing under- or overflows however long the trial
and however large the potentials.

Three factors
-------------
The change of a synaptic weight is :math:`\sum_t A^\top x_{j,t} \cdot \rho\,g(u_{i,t}) \cdot h_t`
(with the sign and the :math:`q_t` above): a **presynaptic** trace :math:`A^\top x` that the synapse
has, a **postsynaptic** factor :math:`\rho\,g` (the spike probability, its drive to fire) that the
neuron has, and a **third factor** :math:`h_t`, one number a sample for the whole network: the
posterior probability that the decision, if right, has not been made before :math:`t`. It tells all
synapses alike which samples still matter, as a neuromodulator would. Before the decision no output
neuron has spiked, so feedback kernels see silence and do not learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from brainsnn.learning.glm.activations import Activation
from brainsnn.learning.glm.likelihood import LIKELIHOODS, Likelihood, check_potentials

FloatArray = NDArray[np.float64]


@LIKELIHOODS.register("first_to_spike")
@dataclass(frozen=True)
class FirstToSpikeLikelihood(Likelihood):
    """Likelihood of a right decision by the first output spike; see the module."""

    citation: ClassVar[str] = "Bagheri, Simeone and Rajendran 2018, eqs. 5 to 11"
    code: ClassVar[str] = "first_spike"
    number: ClassVar[int] = 1

    def targets(
        self, labels: NDArray[np.integer], n_steps: int, n_classes: int
    ) -> NDArray[np.bool_]:
        """Return silence: before the decision no output has spiked."""
        return np.zeros((len(labels), n_steps, n_classes), np.bool_)

    def log_probabilities(
        self, potentials: FloatArray, labels: NDArray[np.integer], activation: Activation
    ) -> FloatArray:
        """Log p_t: the label's neuron decides at sample t, shape (n_trials, n_steps)."""
        check_potentials(potentials, labels)
        trials = np.arange(len(labels))
        own = potentials[trials, :, labels]
        silent = activation.log_probability(-potentials)
        before = np.zeros_like(own)
        before[:, 1:] = np.cumsum(silent[trials, :-1, labels], axis=1)
        silent[trials, :, labels] = 0.0
        others = silent.sum(axis=2)
        return activation.log_probability(own) + before + np.cumsum(others, axis=1)

    def value(
        self, potentials: FloatArray, labels: NDArray[np.integer], activation: Activation
    ) -> FloatArray:
        """Log-likelihood of each trial, shape (n_trials,)."""
        return logsumexp(self.log_probabilities(potentials, labels, activation), axis=1)

    def whole(self, by_step: FloatArray) -> FloatArray:
        """Any of the steps may be that of the decision."""
        return logsumexp(by_step, axis=1)

    def error(
        self, potentials: FloatArray, labels: NDArray[np.integer], activation: Activation
    ) -> FloatArray:
        """Derivative of `value` with respect to each potential."""
        log_p = self.log_probabilities(potentials, labels, activation)
        q = np.exp(log_p - logsumexp(log_p, axis=1, keepdims=True))
        h = np.cumsum(q[:, ::-1], axis=1)[:, ::-1]
        rho, g = activation.rho(potentials), activation.probability(potentials)
        error = -rho * h[:, :, None] * g
        trials = np.arange(len(labels))
        error[trials, :, labels] += rho[trials, :, labels] * q
        return error
