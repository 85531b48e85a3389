"""What C++ of a population has in common, in steps and in continuous time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np


@dataclass(frozen=True)
class PopulationCode:
    """A population, as templates ask for it.

    Parameters
    ----------
    name : str
    number : int
    population : Population or EventPopulation
    """

    name: str
    number: int
    population: Any

    @property
    def size(self) -> int:
        """Neurons."""
        return int(self.population.size)

    @property
    def step(self) -> Any:
        """What moves them; only of those that have equations."""
        raise NotImplementedError

    @property
    def names(self) -> tuple[str, ...]:
        """States in the order of their rows."""
        found: tuple[str, ...] = self.step.names
        return found

    @property
    def parameters(self) -> list[str]:
        """Parameters in the order of their rows."""
        return sorted(self.population.values)

    @cached_property
    def alone(self) -> set[str]:
        """Parameters with one value for all neurons."""
        return {n for n, v in self.population.values.items() if np.ndim(v) == 0}
