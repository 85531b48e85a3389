"""First weights of neurons that start with a class that they prefer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.network.synapses.base import Uniform


@dataclass(frozen=True)
class Preferring(Uniform):
    """First weights between neurons that each prefer a class: excitatory if it is the same one.

    Neuron k prefers class ``k % n_classes``, as do the outputs that stand for the classes. The
    weights are drawn as by `Uniform`; those between different classes are taken negative.

    Parameters
    ----------
    low, high : float
        See `Uniform`.
    n_classes : int, default 2
    """

    n_classes: int = 2

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Draw weights of `shape` (pre, post)."""
        before, after = (index % self.n_classes for index in np.indices(shape))
        return super().draw(rng, shape) * np.where(before == after, 1.0, -1.0)
