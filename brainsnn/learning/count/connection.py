"""What the count rule asks of a connection: a linear map of counts, its transpose, its gradient."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError

Floats = NDArray[np.float64]


class CountConnection(ABC):
    """A connection as it acts on counts: what arrives in a trial is linear in them.

    Attributes
    ----------
    learned : bool, default True
        Whether it has weights that are learned.
    """

    learned: ClassVar[bool] = True

    @abstractmethod
    def ends(self, weights: Floats | None) -> tuple[int, int]:
        """Sizes of the populations that it leads from and to."""

    @abstractmethod
    def shape(self, pre: int, post: int) -> tuple[int, int] | None:
        """Shape of its learned array between populations of these sizes; None if it has none."""

    @abstractmethod
    def forward(self, counts: Floats, weights: Floats | None) -> Floats:
        """What arrives, shape (n_trials, post), given counts of shape (n_trials, pre)."""

    @abstractmethod
    def gradient(self, counts: Floats, error: Floats) -> Floats:
        """Derivative by the weights, summed over trials, given that by what arrives."""

    @abstractmethod
    def below(self, error: Floats, weights: Floats | None) -> Floats:
        """Derivative by the counts, shape (n_trials, pre), given that by what arrives."""

    def check(self, name: str, pre: int, post: int, weights: Floats | None) -> None:
        """Check that it leads from `pre` to `post` neurons with such weights.

        Raises
        ------
        LearningError
            If not.
        """
        shape = self.shape(pre, post)
        found = None if weights is None else weights.shape
        if found != shape:
            raise LearningError(f"Weights of {name!r} should have shape {shape}, got {found}.")
        if self.ends(weights) != (pre, post):
            raise LearningError(
                f"Connection {name!r} leads from {self.ends(weights)[0]} to "
                f"{self.ends(weights)[1]} neurons; its populations have {pre} and {post}."
            )


def table(values: Floats, width: int, n_trials: int | None = None) -> Floats:
    """Counts or errors as compiled code takes them.

    Raises
    ------
    LearningError
        If they are not of shape (n_trials, width).
    """
    made = np.ascontiguousarray(values, np.float64)
    if made.ndim != 2 or made.shape[1] != width or n_trials not in (None, len(made)):
        rows = "n_trials" if n_trials is None else n_trials
        raise LearningError(f"Shape ({rows}, {width}) is needed, got {made.shape}.")
    return made
