"""C++ of a network whose gradient runs forward in time: e-prop's traces, some steps at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.cpp.connection import CompiledConnection
from brainsnn.learning.equations.cpp.network import CompiledSource
from brainsnn.learning.equations.cpp.population import CompiledPopulation
from brainsnn.learning.equations.eprop import ForwardGradient

STRETCH = 128
"""Steps whose states are kept at once."""


@dataclass(frozen=True)
class Way:
    """A population's way to the readout.

    Parameters
    ----------
    number : int
        Of the connection.
    connection : CompiledConnection
    row : int
        Of the readout's state that its spikes are added to.
    """

    number: int
    connection: CompiledConnection
    row: int

    @property
    def lag(self) -> int:
        """Steps from spike to arrival."""
        return self.connection.lags[0].steps


@dataclass(frozen=True)
class EligibleSource(CompiledSource):
    """A network, and its C++, forward in time.

    Parameters
    ----------
    network, real, readout
        See `CompiledSource`.
    traces : ForwardGradient
        What is followed, in NumPy.
    own : bool
        Whether the readout's own weights are part of the learning signal.

    Raises
    ------
    DerivationError
        If the network has what only the NumPy form runs; it says what.
    """

    traces: ForwardGradient = field(kw_only=True)
    own: bool = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        for _, c in self.eligible:
            shared = [where.name for where in c.learned if where.shared]
            if shared:
                raise DerivationError(
                    f"{c.name}: one {shared[0]!r} for all synapses; the compiled traces are those "
                    "of one synapse each. The NumPy form of the derivation runs it."
                )

    @cached_property
    def output(self) -> CompiledPopulation:
        """The population that is read."""
        (found,) = (p for p in self.populations if p.name == self.traces.readout.population)
        return found

    @cached_property
    def eligible(self) -> list[tuple[int, CompiledConnection]]:
        """Connections that learn, and their numbers."""
        return [(k, c) for k, c in enumerate(self.connections) if c.learned]

    @cached_property
    def followed(self) -> list[CompiledPopulation]:
        """Populations, but the readout, that they lead to."""
        names = {c.target.name for _, c in self.eligible} - {self.output.name}
        return [p for p in self.neurons if p.name in names]

    @property
    def stretch(self) -> int:
        """Steps that traces are carried over at once, unless the rule says how many."""
        return STRETCH

    @property
    def most_states(self) -> int:
        """Most states that a trace has."""
        return max((len(p.step.states) for p in self.followed), default=0)

    def onto(self, population: CompiledPopulation) -> list[tuple[int, CompiledConnection]]:
        """Connections that learn and lead to a population, and their numbers."""
        return [(k, c) for k, c in self.eligible if c.target.name == population.name]

    def way(self, population: CompiledPopulation) -> Way:
        """The way from a population to the readout."""
        name = self.traces.ways[population.name]
        number, found = next((k, c) for k, c in enumerate(self.connections) if c.name == name)
        (state,) = found.targets
        return Way(number, found, self.output.names.index(state))

    def rows(self, population: CompiledPopulation) -> list[int]:
        """Rows of the states that have derivatives."""
        return [population.names.index(n) for n in population.step.states]

    def arrays(self) -> list[tuple[str, str]]:
        """Type and name of every array that the functions take, in order."""
        feedback = [("double", f"FB_{p.number}") for p in self.followed]
        return [*super().arrays(), *feedback, ("double", "kept")]

    @property
    def kept(self) -> np.ndarray:
        """What a step keeps of the readout's states, shape (states, states)."""
        return np.ascontiguousarray(self.traces.readout.kept, np.float64)

    def text(self) -> str:
        """Return the source."""
        return self.rendered(forward=True)
