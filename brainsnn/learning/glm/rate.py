r"""Maximum likelihood of desired output trains, for decisions by spike count.

Each output neuron is given a train :math:`y_{i,t}` that it should emit; potentials are computed
as if it had (teacher forcing). The log-likelihood (Bagheri et al., eqs. 2, 4) and its derivative
are

.. math:: L = \sum_{i,t} y_{i,t} \log g(u_{i,t}) + (1 - y_{i,t}) \log g(-u_{i,t}), \qquad
          \frac{\partial L}{\partial u_{i,t}} = \rho(u_{i,t}) \, (y_{i,t} - g(u_{i,t}))

so that every weight changes by a product of two factors (eqs. 12 to 16): the presynaptic trace
:math:`A^\top x` (or :math:`B^\top y` for the feedback) and the postsynaptic error
:math:`\rho\,(y - g)`, which is known to the neuron at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError
from brainsnn.learning.glm.activations import Activation
from brainsnn.learning.glm.likelihood import LIKELIHOODS, Likelihood, check_potentials

FloatArray = NDArray[np.float64]


@LIKELIHOODS.register("rate")
@dataclass(frozen=True)
class RateLikelihood(Likelihood):
    """Likelihood of one spike after every `gap` zeros at the label, and of silence elsewhere.

    Parameters
    ----------
    gap : int, default 3
        Zeros before each desired spike.

    Raises
    ------
    ConfigError
        If `gap` is negative.
    """

    citation: ClassVar[str] = "Bagheri, Simeone and Rajendran 2018, eqs. 2, 4 and 12 to 16"
    code: ClassVar[str] = "rate"
    number: ClassVar[int] = 0

    gap: int = 3

    def __post_init__(self) -> None:
        if self.gap < 0:
            raise ConfigError(f"Rate likelihood: gap must not be negative, got {self.gap}.")

    def targets(
        self, labels: NDArray[np.integer], n_steps: int, n_classes: int
    ) -> NDArray[np.bool_]:
        """Desired trains.

        Raises
        ------
        ConfigError
            If a trial is too short for a single desired spike.
        """
        if n_steps <= self.gap:
            raise ConfigError(
                f"Rate likelihood: {n_steps} samples hold no spike after {self.gap} zeros; use at "
                f"least {self.gap + 1} samples or a smaller gap."
            )
        targets = np.zeros((len(labels), n_steps, n_classes), np.bool_)
        targets[np.arange(len(labels)), self.gap :: self.gap + 1, labels] = True
        return targets

    def value(
        self, potentials: FloatArray, labels: NDArray[np.integer], activation: Activation
    ) -> FloatArray:
        """Log-likelihood of each trial, shape (n_trials,)."""
        check_potentials(potentials, labels)
        desired = self.targets(labels, *potentials.shape[1:])
        signed = np.where(desired, potentials, -potentials)
        return activation.log_probability(signed).sum(axis=(1, 2))

    def whole(self, by_step: FloatArray) -> FloatArray:
        """Sum of what steps add."""
        return by_step.sum(axis=1)

    def error(
        self, potentials: FloatArray, labels: NDArray[np.integer], activation: Activation
    ) -> FloatArray:
        """Derivative of `value` with respect to each potential."""
        check_potentials(potentials, labels)
        desired = self.targets(labels, *potentials.shape[1:])
        return activation.rho(potentials) * (desired - activation.probability(potentials))
