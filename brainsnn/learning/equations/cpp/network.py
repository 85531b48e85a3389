"""C++ of a derived network: forward and backward of a block of trials.

A function a population and phase loops over its neurons, a function a connection over the spikes
that pass it. Backward asks for the sum over its targets only of a neuron whose slope is not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.cpp.connection import CompiledConnection
from brainsnn.learning.equations.cpp.functions import definitions
from brainsnn.learning.equations.cpp.population import CompiledPopulation
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.parts import Key


@dataclass(frozen=True)
class CompiledSource:
    """A network, and its C++.

    Parameters
    ----------
    network : DerivedNetwork
    real : {"float", "double"}
    readout : tuple of (population, state)
        States that losses read.
    """

    network: DerivedNetwork
    real: str
    readout: tuple[Key, ...] = ()

    def __post_init__(self) -> None:
        for name, p in self.network.neurons.items():
            if p.step is not None and p.step.smooth:
                raise DerivationError(f"{name}: smooth spikes are for checks in NumPy.")
            if p.links:
                raise DerivationError(
                    f"{name}: {next(iter(p.links))!r} is linked to a variable of another group; "
                    "the NumPy form of the derivation runs it."
                )

    @cached_property
    def populations(self) -> list[CompiledPopulation]:
        """All populations, in their order."""
        first, found = self.network.arrivals_first, []
        for number, (name, p) in enumerate(self.network.populations.items()):
            read = tuple(state for owner, state in self.readout if owner == name)
            found.append(CompiledPopulation(name, number, p, first, read))
        return found

    @property
    def neurons(self) -> list[CompiledPopulation]:
        """Those that have a step."""
        return [p for p in self.populations if p.population.step is not None]

    @cached_property
    def connections(self) -> list[CompiledConnection]:
        """All connections, in their order."""
        by_name = {p.name: p for p in self.populations}
        return [
            CompiledConnection(k, c, by_name[c.source], by_name[c.target])
            for k, c in self.network.connections.items()
        ]

    @cached_property
    def functions(self) -> list[str]:
        """C++ of functions that are not of the language."""
        programs = [x for p in self.neurons for x in (p.step.update, p.step.reset)]
        programs += [c.effect.program for c in self.network.connections.values()]
        return definitions(programs, self.network.dt)

    @property
    def reach(self) -> int:
        """Steps that bars are kept for: the longest lag and the present one."""
        return 1 + max((x.steps for c in self.connections for x in c.lags), default=0)

    def arrays(self) -> list[tuple[str, str]]:
        """Type and name of every array that the functions take, in order."""
        found = []
        for p in self.populations:
            if p.population.step is None:
                found += [("int64_t", f"off_{p.number}"), ("int32_t", f"idx_{p.number}")]
                continue
            found += [("real", f"{kind}_{p.number}") for kind in ("X0", "P", "D", "G", "SX", "B0")]
            found += [("real", f"{kind}_{p.number}_{n}") for kind in ("V", "VB") for n in p.readout]
        for number, c in enumerate(self.connections):
            found += [("int64_t", f"rows_{number}"), ("int32_t", f"columns_{number}")]
            found.append(("int64_t", f"shift_{number}"))
            found += [("real", f"{kind}_{number}_{n}") for kind in ("W", "GW") for n in c.variables]
        if any(p.population.step is None for p in self.populations):
            found += [
                ("real", f"P_{p.number}") for p in self.populations if p.population.step is None
            ]
        return found

    def place_of(self, kind: str, population: int) -> int:
        """Where an array of a population is among all."""
        names = [name for _, name in self.arrays()]
        return names.index(f"{kind}_{population}")

    def text(self) -> str:
        """Return the source."""
        return self.rendered(forward=False)

    def rendered(self, forward: bool) -> str:
        """The source of gradients back through time, or of those that run forward."""
        return rendered("derived.cpp", source=self, network=self.network, forward=forward)


def rendered(template: str, **names: Any) -> str:
    """A template of C++, filled in."""
    return _templates().get_template(template).render(**names)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("brainsnn.learning.equations"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 -- C++, not HTML
    )
