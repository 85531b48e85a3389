"""C++ of a population in continuous time: its neurons between events, and at their own spikes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.cpp.assignments import Loop
from brainsnn.learning.equations.cpp.population_code import PopulationCode
from brainsnn.learning.equations.eventprop.flow import ALLOWED, MARGIN, PERIOD, Flow
from brainsnn.learning.equations.eventprop.parts import EventPopulation
from brainsnn.learning.equations.program import GATE
from brainsnn.learning.equations.strings.printing import Code

CLOCK = {"t": "time", "N": "R(n)"}
AFTER = "b[{}]"


@dataclass(frozen=True)
class EventPopulationCode(PopulationCode):
    """What the template asks of a population.

    Parameters
    ----------
    name : str
    number : int
    population : EventPopulation

    Raises
    ------
    DerivationError
        If only the NumPy form runs it.
    """

    population: EventPopulation

    def __post_init__(self) -> None:
        flow = self.population.flow
        if flow is not None and flow.waits:
            raise DerivationError(
                f"{self.name}: refractoriness that ends with a condition; the NumPy form of the "
                "derivation runs it."
            )
        if flow is not None and "t_in_timesteps" in flow.reads:
            raise DerivationError(f"{self.name}: t_in_timesteps has no meaning between steps.")

    @property
    def step(self) -> Flow:
        """What moves them; only of those that have equations."""
        assert self.population.flow is not None
        return self.population.flow

    @property
    def gate(self) -> int:
        """Row of the state that says whether a neuron is not refractory; 0 if there is none."""
        return self.names.index(GATE) if GATE in self.names else 0

    @cached_property
    def shared(self) -> set[str]:
        """Names that all neurons share, in a loop over them."""
        return self.alone | set(CLOCK) | {"dt"}

    @cached_property
    def keeps(self) -> bool:
        """Whether the way back over a step asks for the states that it began with."""
        return bool(self._step_back.reads & set(self.names))

    @cached_property
    def _step_back(self) -> Code:
        return self.step.backward_by((*self.step.states, *self.step.trained)).code

    def _given(
        self, state: Callable[[int], str], exact: Mapping[str, str] | None = None
    ) -> Callable[[str], str]:
        table = {"dt": "h"} | CLOCK | {"i": "R(j)"} | dict(exact or {})

        def find(name: str) -> str:
            if name in table:
                return table[name]
            if name in self.names:
                return state(self.names.index(name))
            row = self.parameters.index(name)
            alone = np.ndim(self.population.values[name]) == 0
            return f"P[{row} * n]" if alone else f"P[{row} * n + j]"

        return find

    def _after(self, place: str) -> dict[str, str]:
        return {f"_after_{n}": place.format(k) for k, n in enumerate(self.step.states)}

    # -- all neurons -------------------------------------------------------------------------

    def all_forward(self) -> Loop:
        """Loop of a step, and of whose margin may cross 0 within it."""
        loop = Loop()
        state: Callable[[int], str] = "X[{} * n + j]".format
        code = self.step.forward.code
        found = loop.add("u", code, self._given(state), self.shared)
        self._look(loop, found)
        loop.inside += [f"Y[{k} * n + j] = real({found[n]});" for k, n in enumerate(self.names)]
        return loop

    def all_margins(self) -> Loop:
        """Loop of whose margin may cross 0 within some time."""
        loop = Loop()
        code = self.step.forward.code
        self._look(loop, loop.add("u", code, self._given("X[{} * n + j]".format), self.shared))
        return loop

    def _look(self, loop: Loop, found: Mapping[str, str]) -> None:
        if not self.step.spikes:
            return
        state: Callable[[int], str] = "X[{} * n + j]".format
        rate = self.step.rate_of[MARGIN].code
        end = loop.add("e", rate, self._given(state), self.shared)["dt"]
        begin = loop.add("s", rate, self._given(state, {"dt": "none"}), self.shared)["dt"]
        margin, allowed = found[MARGIN], found[ALLOWED]
        near = f"({margin} + steep * h * ({begin} - {end}) > 0)"
        peak = f"(({begin} > 0) & ({end} < 0) & {near})"
        loop.inside.append(f"hot[j] = bool({allowed}) & (({margin} > 0) | {peak});")

    def all_back(self) -> Loop:
        """Loop back over a step."""
        loop = Loop()
        given = self._given("X[{} * n + j]".format, self._after("B[{} * n + j]"))
        found = loop.add("b", self._step_back, given, self.shared)
        loop.inside += [
            f"B[{k} * n + j] = real({found[n]});" for k, n in enumerate(self.step.states)
        ]
        return self._trained(loop, found)

    # -- one neuron --------------------------------------------------------------------------

    def _trained(self, loop: Loop, found: Mapping[str, str], factor: str = "") -> Loop:
        loop.inside += [
            f"G[{row} * n + j] += {factor}real({found[n]});"
            for row, n in enumerate(self.step.trained)
        ]
        return loop

    def _one(
        self, code: Code, exact: Mapping[str, str] | None = None
    ) -> tuple[Loop, dict[str, str]]:
        loop = Loop()
        return loop, loop.add("f", code, self._given("x[{}]".format, exact))

    def forward(self) -> Loop:
        """Over some time."""
        return self._states(self.step.forward.code)

    def jumped(self) -> Loop:
        """The reset."""
        return self._states(self.step.forward_jump.code)

    def _states(self, code: Code) -> Loop:
        loop, found = self._one(code)
        loop.inside += [f"y[{k}] = real({found[n]});" for k, n in enumerate(self.names)]
        return loop

    def margin(self) -> Loop:
        """Margin after some time, and its slope."""
        loop, found = self._one(self.step.margin_and_rate.code)
        loop.inside.append(f"value = {found[ALLOWED]} ? double({found[MARGIN]}) : -INFINITY;")
        loop.inside.append(f"rate = {found['dt']};")
        return loop

    def length(self) -> Loop:
        """Length of refractoriness."""
        loop, found = self._one(self.step.forward_period.code)
        loop.inside.append(f"return {found[PERIOD]};")
        return loop

    def back_length(self) -> Loop:
        """Back through it."""
        loop, found = self._one(self.step.backward_period.code)
        return self._trained(loop, found, "bar * ")

    def back(self) -> Loop:
        """Back over some time."""
        loop, found = self._one(self.step.backward.code, self._after(AFTER))
        loop.inside += [f"by_length = {found['dt']};", f"by_time = {found['t']};"]
        loop.inside += [f"b[{k}] = real({found[n]});" for k, n in enumerate(self.step.states)]
        return self._trained(loop, found)

    def back_margin(self) -> Loop:
        """From the bar of a crossing's time to what the margin depends on."""
        loop, found = self._one(self.step.backward_of[MARGIN].code)
        loop.inside += [
            f"double slope = {found['dt']};",
            "if(least > 0 && std::fabs(slope) < least) slope = std::copysign(least, slope);",
            "const double factor = -T / slope;",
            f"by_length += factor * {found['dt']};",
            f"by_time += factor * {found['t']};",
        ]
        loop.inside += [f"b[{k}] += factor * {found[n]};" for k, n in enumerate(self.step.states)]
        return self._trained(loop, found, "factor * ")

    def back_jumped(self) -> Loop:
        """Back through the reset."""
        loop, found = self._one(self.step.backward_jump.code, self._after(AFTER))
        loop.inside.append(f"by_time = {found['t']};")
        loop.inside += [f"b[{k}] = real({found[n]});" for k, n in enumerate(self.step.states)]
        return self._trained(loop, found)
