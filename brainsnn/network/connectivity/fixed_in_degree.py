"""Each target neuron has the same number of synapses, from sources drawn for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ModelError
from brainsnn.indices import size
from brainsnn.network.connectivity.base import DrawnConnectivity


@dataclass(frozen=True)
class FixedInDegree(DrawnConnectivity):
    """Each target neuron has synapses from `degree` different sources, drawn evenly.

    Parameters
    ----------
    degree : int
        At least 1, at most the size of the source.
    self_connections : bool, default True
        Whether a neuron may have a synapse to itself, within one population.
    seed : int, optional
        What is drawn follows from it; by default, from the name of the connection.

    Raises
    ------
    ModelError
        If the degree is no whole number of 1 or more, or the seed is negative.

    Examples
    --------
    >>> FixedInDegree(3, seed=1).n_synapses(100, 50)
    150
    """

    name: ClassVar[str] = "fixed_in_degree"

    degree: int

    def __post_init__(self) -> None:
        super().__post_init__()
        size("FixedInDegree: degree", self.degree, 1, ModelError)

    def check(self, n_source: int, n_target: int) -> None:
        """Check that there are as many sources."""
        most = n_source if self.self_connections else n_source - 1
        if self.degree > most:
            raise ModelError(
                f"FixedInDegree: {self.degree} different sources for each target, but there are "
                f"{most} to draw from."
            )
        super().check(n_source, n_target)

    def draw(
        self, rng: np.random.Generator, n_source: int, n_target: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw the sources of each target."""
        n = n_source if self.self_connections else n_source - 1
        sources = [rng.choice(n, self.degree, replace=False) for _ in range(n_target)]
        source, target = np.concatenate(sources), np.repeat(np.arange(n_target), self.degree)
        if not self.self_connections:
            source = source + (source >= target)
        return source, target

    def summary(self, n_source: int, n_target: int) -> str:
        """Describe it in words and sizes."""
        return (
            f"{self.degree} sources for each target, "
            f"{self.n_synapses(n_source, n_target):,} synapses"
        )
