"""What the two likelihoods have in common."""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.glm.activations import Activation
from brainsnn.learning.losses.base import check_labels
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

        Raises
        ------
        LearningError
            If the labels are not those of the trials.
        """

    def error(
        self, potentials: FloatArray, labels: NDArray[np.integer], activation: Activation
    ) -> FloatArray:
        """Derivative of `value` with respect to each potential, of the potentials' shape."""

    def whole(self, by_step: FloatArray) -> FloatArray:
        """Log-likelihood of each trial, from those in its steps, shape (n_trials, n_steps)."""


def check_potentials(potentials: FloatArray, labels: NDArray[np.integer]) -> None:
    """Check that labels name an output of each trial.

    Raises
    ------
    LearningError
        If potentials are not of shape (n_trials, n_steps, n_classes), or labels do not fit.
    """
    if potentials.ndim != 3:
        raise LearningError(
            f"Potentials of shape (n_trials, n_steps, n_classes) are needed, got "
            f"{potentials.shape}."
        )
    check_labels(potentials[:, 0], np.asarray(labels))


LIKELIHOODS: Registry[type[Likelihood]] = Registry("likelihood")
