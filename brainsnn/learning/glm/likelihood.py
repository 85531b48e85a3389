"""What the two likelihoods have in common."""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.glm.activations import Activation
from brainsnn.registry import Registry

FloatArray = NDArray[np.float64]


class Likelihood(Protocol):
    """Log-probability of the behaviour that is wanted of the output neurons.

    Attributes
    ----------
    citation : str
        Where it was published.
    code : str
        Output code that it is the likelihood of (registered name of a decoder).
    number : int
        What compiled code knows it by.
    """

    citation: ClassVar[str]
    code: ClassVar[str]
    number: ClassVar[int]

    def targets(
        self, labels: NDArray[np.integer], n_steps: int, n_classes: int
    ) -> NDArray[np.bool_]:
        """Output spikes that the potentials are computed with (teacher forcing).

        Returns
        -------
        array of bool, shape (n_trials, n_steps, n_classes)
        """

    def value(
        self, potentials: FloatArray, labels: NDArray[np.integer], activation: Activation
    ) -> FloatArray:
        """Log-likelihood of each trial, shape (n_trials,).

        Parameters
        ----------
        potentials : array of float64, shape (n_trials, n_steps, n_classes)
        labels : array of int, shape (n_trials,)
        activation : Activation
        """

    def error(
        self, potentials: FloatArray, labels: NDArray[np.integer], activation: Activation
    ) -> FloatArray:
        """Derivative of `value` with respect to each potential, of the potentials' shape."""


LIKELIHOODS: Registry[type[Likelihood]] = Registry("likelihood")
