"""C++ of a network in continuous time: exact spike times and their adjoint, trial by trial."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.cpp.connection import CompiledConnection
from brainsnn.learning.equations.cpp.event_population import EventPopulationCode
from brainsnn.learning.equations.cpp.functions import definitions
from brainsnn.learning.equations.cpp.network import rendered
from brainsnn.learning.equations.eventprop.network import EventNetwork
from brainsnn.learning.equations.eventprop.parts import DELAY


class EventConnectionCode(CompiledConnection):
    """What the template asks of a connection; see `CompiledConnection`.

    Attributes
    ----------
    delay : float
        Seconds, of all its synapses.
    lifts : bool
        Whether a spike that arrives may lift its target over the threshold at once.
    """

    def _check(self) -> None:
        delays = np.unique(self.connection.values[DELAY])
        if delays.size != 1 or DELAY in self.connection.trained:
            raise DerivationError(
                f"{self.name}: delays of each synapse, and trained ones, run in the NumPy form of "
                "the derivation."
            )
        super()._check()
        self.delay = float(delays[0])
        flow: Any = self.target.step
        self.lifts = flow.spikes and bool(flow.read_at_once & set(self.targets))

    @property
    def variables(self) -> list[str]:
        """Variables of the synapses, in the order of their arrays."""
        return [n for n in super().variables if n != DELAY]


@dataclass(frozen=True)
class EventSource:
    """A network in continuous time, and its C++.

    Parameters
    ----------
    network : EventNetwork

    Raises
    ------
    DerivationError
        If the network has what only the NumPy form runs; it says what.
    """

    network: EventNetwork
    real: str = "double"

    @cached_property
    def populations(self) -> list[EventPopulationCode]:
        """All populations, in their order."""
        parts = self.network.populations.items()
        return [EventPopulationCode(name, k, p) for k, (name, p) in enumerate(parts)]

    @property
    def neurons(self) -> list[EventPopulationCode]:
        """Those that have equations."""
        return [p for p in self.populations if p.population.step is not None]

    @cached_property
    def connections(self) -> list[EventConnectionCode]:
        """All connections, in their order."""
        by_name = {p.name: p for p in self.populations}
        return [
            EventConnectionCode(k, c, by_name[c.source], by_name[c.target])  # type: ignore[arg-type]
            for k, c in self.network.connections.items()
        ]

    @cached_property
    def functions(self) -> list[str]:
        """C++ of functions that are not of the language."""
        programs = [x for p in self.neurons for x in (p.step.flow, p.step.jump)]
        programs += [c.effect.program for c in self.network.connections.values()]
        return definitions(programs, self.network.dt)

    @property
    def most_rows(self) -> int:
        """Most states that a neuron has."""
        return max(len(p.names) for p in self.neurons)

    def arrays(self) -> list[tuple[str, str]]:
        """Type and name of every array that the functions take, in order."""
        found = [("real", f"{kind}_{p.number}") for p in self.neurons for kind in ("X0", "G", "B0")]
        found += [("real", f"P_{p.number}") for p in self.populations]
        for number, c in enumerate(self.connections):
            found += [("int64_t", f"rows_{number}"), ("int32_t", f"columns_{number}")]
            found.append(("int64_t", f"shift_{number}"))
            found += [("real", f"{kind}_{number}_{n}") for kind in ("W", "GW") for n in c.variables]
        return found

    def place_of(self, kind: str, population: int) -> int:
        """Where an array of a population is among all."""
        return [name for _, name in self.arrays()].index(f"{kind}_{population}")

    def text(self) -> str:
        """Return the source."""
        return rendered("events.cpp", source=self, network=self.network)
