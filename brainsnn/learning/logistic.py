r"""Two-layer logistic network on graded inputs, learned a trial at a time: without spikes.

.. math:: P(\text{output } i = 1) = \sigma\Big(\sum_j w_{j,i} x_j + \gamma_i\Big)

with targets 1 for the label and 0 for the others; the log-likelihood is that of
`brainsnn.learning.glm.rate` for a single sample whose inputs are graded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.glm.activations import ACTIVATIONS

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LogisticNetwork:
    """Weights of shape (n_inputs, n_classes) and biases of shape (n_classes,)."""

    weights: FloatArray
    bias: FloatArray

    @classmethod
    def draw(
        cls, n_inputs: int, n_classes: int, rng: np.random.Generator, bound: float = 1.0
    ) -> LogisticNetwork:
        """First parameters, drawn evenly between minus `bound` and `bound`."""
        weights = rng.uniform(-bound, bound, (n_inputs, n_classes))
        return cls(weights, rng.uniform(-bound, bound, n_classes))

    def classes(self, inputs: FloatArray) -> NDArray[np.int64]:
        """Class of the largest output of each row of inputs."""
        return (inputs @ self.weights + self.bias).argmax(axis=1)

    def epoch(
        self,
        inputs: FloatArray,
        labels: NDArray[np.integer],
        order: NDArray[np.integer],
        learning_rate: float,
    ) -> None:
        """Present trials once, changing the parameters after each.

        Parameters
        ----------
        inputs : array of float64, shape (n_trials, n_inputs)
        labels : array of int, shape (n_trials,)
        order : array of int
            Trials in the order of their presentation.
        learning_rate : float

        Raises
        ------
        LearningError
            If there is not one label, each with an output, for each trial.
        """
        n_classes = self.bias.size
        if len(labels) != len(inputs) or (len(labels) and not 0 <= max(labels) < n_classes):
            raise LearningError(
                f"Logistic network: {len(inputs)} trials need as many labels in 0..{n_classes - 1}."
            )
        desired = np.eye(n_classes)
        sigmoid = ACTIVATIONS["sigmoid"]
        for k in order:
            lit = np.flatnonzero(inputs[k])
            x = inputs[k, lit]
            error = desired[labels[k]] - sigmoid.probability(x @ self.weights[lit] + self.bias)
            self.weights[lit] += learning_rate * np.outer(x, error)
            self.bias[:] += learning_rate * error
