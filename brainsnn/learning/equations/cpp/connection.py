"""C++ of a derived connection: what spikes that pass it add, are asked for, and teach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.cpp.assignments import Loop
from brainsnn.learning.equations.cpp.population import CLOCK, CompiledPopulation
from brainsnn.learning.equations.parts import Connection

TIMES = ("t", "t_in_timesteps")


@dataclass(frozen=True)
class Lag:
    """Synapses of a connection whose spikes take the same number of steps.

    Parameters
    ----------
    steps : int
    first, last : int
        Their rows in the connection's arrays.
    """

    steps: int
    first: int
    last: int


@dataclass(frozen=True)
class Learned:
    """Where the derivative by something that synapses read is added up.

    Parameters
    ----------
    name : str
        What it is called in the effect.
    population : CompiledPopulation or None
        Whose parameter it is; None if it is a variable of the synapses.
    place : str
        C++ index.
    shared : bool
        Whether all synapses of a spike add to one place.
    """

    name: str
    population: CompiledPopulation | None
    place: str
    shared: bool

    @property
    def array(self) -> str:
        """Name of the argument."""
        return f"GW_{self.name}"

    def passed(self, number: int) -> str:
        """Name of the array that is passed, of a connection by its number."""
        if self.population is None:
            return f"GW_{number}_{self.name}"
        return f"G_{self.population.number}"


class CompiledConnection:
    """What the template asks of a connection.

    Parameters
    ----------
    name : str
    connection : Connection
    source, target : CompiledPopulation

    Attributes
    ----------
    dense : bool
        Whether every neuron reaches every neuron, once, at one lag: no lists are needed.
    order : array of int
        The synapses in the order of the compiled arrays.
    rows : array of int64, shape (lags, source size + 1)
        Where the synapses of each neuron begin, lag by lag.
    """

    def __init__(
        self,
        name: str,
        connection: Connection,
        source: CompiledPopulation,
        target: CompiledPopulation,
    ) -> None:
        self.name, self.connection, self.source, self.target = name, connection, source, target
        if connection.why_not_plain:
            raise DerivationError(
                f"{name}: these synapses {connection.why_not_plain}; the compiled gradient follows "
                "on_pre alone. The NumPy form of the derivation runs them."
            )
        c, n = connection, source.size
        self.order: NDArray[np.int64] = np.lexsort((c.j, c.i, c.lag))
        steps = np.unique(c.lag)
        ends = np.searchsorted(c.lag[self.order], [*steps, np.inf])
        self.lags = [
            Lag(int(s), int(a), int(b)) for s, a, b in zip(steps, ends, ends[1:], strict=False)
        ]
        self.columns = c.j[self.order].astype(np.int32)
        i = c.i[self.order]
        parts = [x.first + np.searchsorted(i[x.first : x.last], range(n + 1)) for x in self.lags]
        self.rows = np.array(parts, np.int64).reshape(len(self.lags), n + 1)
        pairs = np.arange(n * target.size)
        self.dense = len(self.lags) == 1 and np.array_equal(i * target.size + self.columns, pairs)
        self._check()

    def _check(self) -> None:
        for name in self.connection.effect.reads:
            bare, side = name.rsplit("_", 1)
            owner = self.target if side == "post" else self.source
            if owner.population.step is None:
                continue
            if bare in owner.step.names:
                raise DerivationError(
                    f"{self.name}: on_pre reads the state {name!r}; the compiled gradient takes "
                    "constants there. The NumPy form of the derivation runs it."
                )

    @property
    def size(self) -> int:
        """Synapses."""
        return self.order.size

    @property
    def variables(self) -> list[str]:
        """Variables of the synapses, in the order of their arrays."""
        return sorted(self.connection.values)

    @property
    def targets(self) -> Sequence[str]:
        """States that a spike changes."""
        return self.connection.effect.to_post

    @cached_property
    def shared(self) -> set[str]:
        """Names that all synapses of a neuron share."""
        alone = {n for n, v in self.connection.values.items() if np.ndim(v) == 0}
        places = {n: self._place(n) for n in self.connection.effect.reads}
        return (
            alone
            | set(TIMES)
            | {n for n, place in places.items() if place and not place.endswith("j]")}
        )

    @cached_property
    def learned(self) -> list[Learned]:
        """Everything that is learned from spikes that pass it."""
        effect, found = self.connection.effect, []
        for name in effect.trained:
            alone = name in self.shared
            found.append(Learned(name, None, "0" if alone else "q + moved", alone))
        for name in effect.reads:
            bare, side = name.rsplit("_", 1)
            owner, index = (self.target, "j") if side == "post" else (self.source, "i")
            if owner.population.step is None or bare not in owner.step.trained:
                continue
            row = owner.step.trained.index(bare)
            found.append(Learned(name, owner, f"{row} * {owner.size} + {index}", index == "i"))
        return found

    def _place(self, name: str) -> str:
        """C++ of a parameter of source or target; empty for a variable of the synapse."""
        if name in self.connection.values or not name.endswith(("_pre", "_post")):
            return ""
        bare, side = name.rsplit("_", 1)
        owner, index = (self.target, "j") if side == "post" else (self.source, "i")
        row = owner.parameters.index(bare)
        return (
            f"P_{owner.number}[{row} * {owner.size}{'' if bare in owner.shared else ' + ' + index}]"
        )

    def _given(self, exact: dict[str, str]) -> Callable[[str], str]:
        def find(name: str) -> str:
            if name in exact:
                return exact[name]
            if name in TIMES:
                return CLOCK[name]
            if self._place(name):
                return self._place(name)
            return f"W_{name}[0]" if name in self.shared else f"W_{name}[q]"

        return find

    def effect(self) -> tuple[Loop, dict[str, str]]:
        """Loop of what a spike adds, and the C++ name of it by state."""
        loop = Loop()
        code = self.connection.effect.forward.code
        found = loop.add("e", code, self._given({}), self.shared)
        return loop, {n.removesuffix("_post"): c for n, c in found.items()}

    def derivative(self) -> tuple[Loop, dict[str, str]]:
        """Loop of the derivatives by what is trained, and their C++ names."""
        exact = {
            f"_bar_effect_{x}_post": f"bars[{self.target.names.index(x)} * m + j]"
            for x in self.targets
        }
        loop = Loop()
        code = self.connection.effect.backward.code
        return loop, loop.add("d", code, self._given(exact), self.shared)
