"""Each pair of neurons has a synapse with a fixed probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ModelError
from brainsnn.network.connectivity.base import DrawnConnectivity


@dataclass(frozen=True)
class FixedProbability(DrawnConnectivity):
    """Each pair of neurons has a synapse with the same probability, independently of all others.

    Parameters
    ----------
    probability : float
        Above 0, at most 1.
    self_connections : bool, default True
        Whether a neuron may have a synapse to itself, within one population.
    seed : int, optional
        What is drawn follows from it; by default, from the name of the connection.

    Raises
    ------
    ModelError
        If the probability is not in (0, 1], or the seed is negative.

    Examples
    --------
    >>> FixedProbability(0.1, seed=1).synapses(100, 50).source.size
    508
    """

    name: ClassVar[str] = "fixed_probability"

    probability: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.probability <= 1:
            raise ModelError(
                f"FixedProbability: probability must be above 0 and at most 1, got "
                f"{self.probability!r}."
            )

    def draw(
        self, rng: np.random.Generator, n_source: int, n_target: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw how many pairs are passed over before each synapse, which is geometric."""
        n, places = n_source * n_target, [np.array([-1])]
        while places[-1][-1] < n:
            ahead = int((n - places[-1][-1]) * self.probability * 1.1) + 16
            gaps = np.minimum(rng.geometric(self.probability, ahead), n + 1)
            places.append(places[-1][-1] + np.cumsum(gaps))
        found = np.concatenate(places[1:])
        source, target = np.divmod(found[found < n], n_target)
        kept = slice(None) if self.self_connections else source != target
        return source[kept], target[kept]

    def summary(self, n_source: int, n_target: int) -> str:
        """Describe it in words and sizes."""
        return (
            f"each pair with probability {self.probability:g}, "
            f"{self.n_synapses(n_source, n_target):,} synapses"
        )
