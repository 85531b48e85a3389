"""C++ of a derived population: its loops over neurons, forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from brainsnn.learning.equations.cpp.assignments import Loop
from brainsnn.learning.equations.cpp.population_code import PopulationCode
from brainsnn.learning.equations.parts import Population
from brainsnn.learning.equations.step import Step

CLOCK = {"t": "time", "t_in_timesteps": "R(step)", "N": "R(n)"}


@dataclass(frozen=True)
class CompiledPopulation(PopulationCode):
    """What the template asks of a population.

    Parameters
    ----------
    name : str
    number : int
    population : Population
    arrivals_first : bool
    readout : tuple of str
        States that losses read.
    """

    population: Population
    arrivals_first: bool
    readout: tuple[str, ...]

    @property
    def step(self) -> Step:
        """Its step; only of those that have one."""
        assert self.population.step is not None
        return self.population.step

    @property
    def draws(self) -> list[str]:
        """Random numbers of a step, in the order of their rows."""
        return [*self.step.update.draws, *self.step.reset.draws]

    @cached_property
    def shared(self) -> set[str]:
        """Names that all neurons share."""
        return self.alone | set(CLOCK)

    def given(
        self, state: Callable[[str], str], exact: Mapping[str, str] | None = None
    ) -> Callable[[str], str]:
        """What gives the C++ of a name; `exact` of those that are neither states nor parameters."""
        table = dict(exact or {}) | CLOCK | {"i": "R(j)"}

        def find(name: str) -> str:
            if name in table:
                return table[name]
            if name in self.draws:
                return f"D[{self.draws.index(name)} * stride + j]"
            if name in self.names:
                return state(name)
            row = self.parameters.index(name)
            return f"P[{row} * n]" if name in self.shared else f"P[{row} * n + j]"

        return find

    # -- loops -------------------------------------------------------------------------------

    def _row(self, array: str, name: str) -> str:
        return f"{array}[{self.names.index(name)} * n + j]"

    def _update(self, loop: Loop) -> dict[str, str]:
        code = self.step.forward_update.code
        given = self.given(state=lambda name: self._row("X", name))
        return loop.add("u", code, given, self.shared)

    def _replayed(self, loop: Loop) -> dict[str, str]:
        exact = {"_s": "R(spiked[j])", "_cond": "R(spiked[j])"}
        given = self.given(lambda name: self._row("X", name), exact)
        return loop.add("u", self.step.replayed_update.code, given, self.shared)

    def _reset(self, loop: Loop, state: Callable[[str], str], spike: str) -> dict[str, str]:
        exact = {"_s": f"R({spike})", "_fires": f"R({spike} > R(0.5))"}
        given = self.given(state=state, exact=exact)
        return loop.add("r", self.step.forward_reset.code, given, self.shared)

    def forward_update(self) -> Loop:
        """Loop of the state update and threshold, and of the reset, if nothing is between them."""
        loop = Loop()
        found = self._update(loop)
        if self.step.spikes:
            loop.inside.append(f"spiked[j] = {found['_s']} > R(0.5);")
        return self._updated(loop, found, found.get("_s", "R(0)"))

    def replayed_update(self) -> Loop:
        """As `forward_update`, where the spikes are known."""
        loop = Loop()
        return self._updated(loop, self._replayed(loop), "R(spiked[j])")

    def _updated(self, loop: Loop, found: dict[str, str], spike: str) -> Loop:
        """Append what both do with the states at the threshold."""
        loop.inside += [f"V_{n}[j] = real({found[n]});" for n in self.readout]
        if self.arrivals_first:
            found = self._reset(loop, lambda name: f"real({found[name]})", spike)
        loop.inside += [f"{self._row('Y', n)} = real({found[n]});" for n in self.names]
        return loop

    def forward_reset(self) -> Loop:
        """Loop of the reset."""
        loop = Loop()
        found = self._reset(loop, lambda name: self._row("X", name), "spiked[j]")
        loop.inside += [f"{self._row('Y', n)} = real({found[n]});" for n in self.names]
        return loop

    def slope(self) -> Loop:
        """Loop of the slopes of spikes."""
        loop = Loop()
        given = self.given(state=lambda name: self._row("X", name))
        found = loop.add("p", self.step.slope, given, self.shared)
        loop.inside.append(f"psi[j] = real({found['_psi']});")
        return loop

    def _backward_reset(self, loop: Loop, state: Callable[[str], str]) -> dict[str, str]:
        exact = {f"_after_{n}": self._row("B", n) for n in self.step.states}
        exact |= {"_s": "R(spiked[j])", "_fires": "R(spiked[j])"}
        given = self.given(state=state, exact=exact)
        found = loop.add("r", self.step.backward_reset.code, given, self.shared)
        self._trained(loop, found)
        return found

    def _backward_update(
        self, loop: Loop, after: Callable[[str], str], by_spike: str
    ) -> dict[str, str]:
        exact = {f"_after_{n}": after(n) for n in self.step.states}
        exact |= {f"_after_{n}": f"{after(n)} + VB_{n}[j]" for n in self.readout}
        exact |= {"_s": "R(spiked[j])", "_bar_s": by_spike}
        state: Callable[[str], str] = lambda name: self._row("X", name)  # noqa: E731
        given = self.given(state=state, exact=exact)
        found = loop.add("b", self.step.backward_update.code, given, self.shared)
        self._trained(loop, found)
        loop.inside += [f"{self._row('B', n)} = real({found[n]});" for n in self.step.states]
        return found

    def _trained(self, loop: Loop, found: dict[str, str]) -> None:
        for row, n in enumerate(self.step.trained):
            loop.inside.append(f"G[{row} * n + j] += real({found[n]});")

    def backward_update(self) -> Loop:
        """Loop back through reset and update, if nothing is between them, or through the update."""
        loop = Loop()
        if not self.arrivals_first:
            self._backward_update(loop, lambda n: self._row("B", n), "SB[j]")
            return loop
        found = self._replayed(loop)
        bars = self._backward_reset(loop, lambda name: f"real({found[name]})")
        by_spike = f"SB[j] + {bars['_s']}" if "_s" in bars else "SB[j]"
        self._backward_update(loop, lambda n: bars[n], by_spike)
        return loop

    def backward_reset(self) -> Loop:
        """Loop back through the reset."""
        loop = Loop()
        bars = self._backward_reset(loop, lambda name: self._row("X", name))
        loop.inside += [f"{self._row('B', n)} = real({bars[n]});" for n in self.step.states]
        if "_s" in bars:
            loop.inside.append(f"SB[j] += real({bars['_s']});")
        return loop
