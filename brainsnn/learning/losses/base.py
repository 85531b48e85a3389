"""What a loss over first-spike steps is."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.registry import Registry


class FirstSpikeLoss(ABC):
    """A loss of the output neurons' first-spike steps.

    Steps are integers of shape (n_trials, n_classes); a silent neuron counts as firing at
    ``n_steps`` (the "fake spike"). Labels are the index of the output neuron that should be first.
    """

    @abstractmethod
    def value(
        self, steps: NDArray[np.int32], labels: NDArray[np.int64], n_steps: int
    ) -> NDArray[np.float64]:
        """Loss of each trial, shape (n_trials,)."""

    @abstractmethod
    def error(
        self, steps: NDArray[np.int32], labels: NDArray[np.int64], n_steps: int
    ) -> NDArray[np.float64]:
        r"""Error :math:`-\partial L / \partial t` of each output, shape (n_trials, n_classes).

        Positive where the neuron should fire later. Since a larger potential means an earlier
        spike, it is also the derivative of the loss with respect to the potential.
        """


def check_labels(steps: NDArray[np.int32], labels: NDArray[np.int64]) -> None:
    """Check that there is one label a trial and that each names an output.

    Raises
    ------
    LearningError
        If not.
    """
    if labels.shape != steps.shape[:1]:
        raise LearningError(f"{labels.size} labels for {steps.shape[0]} trials.")
    if labels.size and (labels.min() < 0 or labels.max() >= steps.shape[1]):
        raise LearningError(
            f"Labels must be in 0..{steps.shape[1] - 1} (one output neuron a class); "
            f"got {labels.min()}..{labels.max()}."
        )


LOSSES: Registry[type[FirstSpikeLoss]] = Registry("loss")
