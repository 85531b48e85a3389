"""What a loss over first-spike steps is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.indices import size
from brainsnn.learning.kernels import LossKernel


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

    def kernel(self) -> LossKernel | None:
        """The loss as a compiled training loop takes it; None if it is not compiled."""
        return None


class CompiledLoss(FirstSpikeLoss):
    """A loss that is one kernel."""

    @abstractmethod
    def kernel(self) -> LossKernel:
        """The loss, compiled."""

    def error(
        self, steps: NDArray[np.int32], labels: NDArray[np.int64], n_steps: int
    ) -> NDArray[np.float64]:
        """Return minus the derivative with respect to the steps, shape (n_trials, n_classes)."""
        return self._compute(steps, labels, n_steps)[0]

    def value(
        self, steps: NDArray[np.int32], labels: NDArray[np.int64], n_steps: int
    ) -> NDArray[np.float64]:
        """Return the loss of each trial."""
        return self._compute(steps, labels, n_steps)[1]

    def _compute(
        self, steps: NDArray[np.int32], labels: NDArray[np.int64], n_steps: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        check_labels(steps, labels)
        n_steps = size("n_steps", n_steps, 1, LearningError)
        kernel = self.kernel()
        error, value = np.empty(steps.shape), np.empty(steps.shape[0])
        kernel.error(steps, labels, n_steps, kernel.parameters, error, value)
        return error, value


def check_labels(steps: NDArray[Any], labels: NDArray[np.int64]) -> None:
    """Check that there is one label a trial and that each names an output.

    Parameters
    ----------
    steps : array, shape (n_trials, n_classes)
        Anything with a row a trial and a column an output.
    labels : array of int, shape (n_trials,)

    Raises
    ------
    LearningError
        If not.
    """
    if steps.ndim != 2 or steps.shape[1] < 1:
        raise LearningError(f"One column an output is needed, got an array of shape {steps.shape}.")
    if labels.dtype.kind not in "iu":
        raise LearningError(f"Labels must be whole numbers, got {labels.dtype}.")
    if labels.shape != steps.shape[:1]:
        raise LearningError(f"{labels.size} labels for {steps.shape[0]} trials.")
    if labels.size and (labels.min() < 0 or labels.max() >= steps.shape[1]):
        raise LearningError(
            f"Labels must be in 0..{steps.shape[1] - 1} (one output neuron a class); "
            f"got {labels.min()}..{labels.max()}."
        )
