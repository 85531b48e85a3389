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
    population : str
        Or a connection, whose synapses' variable is recorded.
    variable : str
    neurons : tuple of int, optional
        Or synapses, in order of source, then target; all by default.
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
        """Name of what is recorded: ``<population or connection>.<variable>``."""
        return f"{self.population}.{self.variable}"

    def check(self, model: Model) -> None:
        """Refuse what a network does not have.

        Raises
        ------
        ModelError
            If there is no such population, variable or neuron, all neurons share the variable, or
            it is known at spikes alone (event-driven).
        """
        kind, each, equations = self._owner(model)
        apart = {"shared", "event-driven"}
        known = {
            n: e
            for n, e in equations.items()
            if e.type != SUBEXPRESSION and not apart & set(e.flags)
        }
        if self.variable not in known:
            raise ModelError(
                f"{kind} {self.population!r} has no variable {self.variable!r} of each {each} "
                f"to be recorded. {suggest(self.variable, known)}"
            )
        if self.neurons is not None:
            n = model.owner_size(self.population)
            which = indices(f"{self.name}: {each}s", self.neurons, n, error=ModelError)
            if not which.size or np.unique(which).size < which.size:
                raise ModelError(f"{self.name}: {each}s must be some, each once: {self.neurons}.")

    def _owner(self, model: Model) -> tuple[str, str, Equations]:
        """Kind of what is recorded, what it consists of, its equations."""
        for connection in model.connections:
            if connection.name == self.population:
                if connection.connectivity.shares_weights:
                    raise ModelError(
                        f"{self.name}: synapses that share weights have no variables of their own."
                    )
                return "Connection", "synapse", Equations(connection.synapse.equations)
        neuron = model.population(self.population).neuron
        return "Population", "neuron", Equations(neuron.equations if neuron else "")

    def which(self, n: int) -> NDArray[np.int32]:
        """Neurons that are recorded, of n."""
        found = range(n) if self.neurons is None else self.neurons
        return np.array(found, np.int32)

    def steps(self, n_steps: int) -> NDArray[np.int32]:
        """Steps that are recorded, of a trial of so many."""
        return np.arange(0, n_steps, self.every, dtype=np.int32)
