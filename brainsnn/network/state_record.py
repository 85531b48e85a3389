"""Which state variables an engine keeps, of which neurons, at which steps."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from brian2.equations import Equations
from brian2.equations.equations import SUBEXPRESSION
from numpy.typing import NDArray

from brainsnn.errors import ModelError
from brainsnn.indices import indices, size
from brainsnn.registry import suggest

if TYPE_CHECKING:
    from brainsnn.network.model import Model


@dataclass(frozen=True)
class StateRecord:
    """A variable that is recorded, at the threshold: as a spike of the step finds it.

    Parameters
    ----------
    population, variable : str
    neurons : tuple of int, optional
        All by default.
    every : int, default 1
        Steps 0, `every`, 2 `every`, ...

    Raises
    ------
    ModelError
        If `every` is below 1.
    """

    population: str
    variable: str
    neurons: tuple[int, ...] | None = None
    every: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "every", size(f"{self.name}: every", self.every, 1, ModelError))

    @property
    def name(self) -> str:
        """Name of what is recorded: ``<population>.<variable>``."""
        return f"{self.population}.{self.variable}"

    def check(self, model: Model) -> None:
        """Refuse what a network does not have.

        Raises
        ------
        ModelError
            If there is no such population, variable or neuron, or all neurons share the variable.
        """
        population = model.population(self.population)
        equations = Equations(population.neuron.equations) if population.neuron else {}
        known = {
            n: e
            for n, e in equations.items()
            if e.type != SUBEXPRESSION and "shared" not in e.flags
        }
        if self.variable not in known:
            raise ModelError(
                f"Population {self.population!r} has no variable {self.variable!r} of each neuron "
                f"to be recorded. {suggest(self.variable, known)}"
            )
        if self.neurons is not None:
            which = indices(
                f"{self.name}: neurons", self.neurons, population.size, error=ModelError
            )
            if not which.size or np.unique(which).size < which.size:
                raise ModelError(f"{self.name}: neurons must be some, each once: {self.neurons}.")

    def which(self, n: int) -> NDArray[np.int32]:
        """Neurons that are recorded, of n."""
        found = range(n) if self.neurons is None else self.neurons
        return np.array(found, np.int32)

    def steps(self, n_steps: int) -> NDArray[np.int32]:
        """Steps that are recorded, of a trial of so many."""
        return np.arange(0, n_steps, self.every, dtype=np.int32)
