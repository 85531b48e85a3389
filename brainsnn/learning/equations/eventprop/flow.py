"""From the strings of a Brian2 group to what it does between events and at its own spikes.

Between events a neuron takes Brian2's own step with its length `dt` left a symbol; a spike is where
the margin of the threshold comes to be positive. The reset is a jump that takes no time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import sympy as sp
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.utils.stringtools import get_identifiers

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.derivatives import adjoint, simplified
from brainsnn.learning.equations.program import Program, symbol
from brainsnn.learning.equations.strings.printing import NumpyFunction, numpy_function

MARGIN, ALLOWED, HELD, PERIOD = "_g", "_allowed", "_held", "_period"
"""Margin of a spike, whether one may be, margin of staying refractory, length of refractoriness."""


@dataclass(frozen=True)
class Integrand:
    """An expression whose integral over time is asked for.

    Parameters
    ----------
    value : NumpyFunction
        Its ``value`` at the end of a segment.
    backward : NumpyFunction
        Its derivatives by what a segment begins with.
    """

    value: NumpyFunction
    backward: NumpyFunction


@dataclass
class Flow:
    """A population between events and at its own spikes.

    Parameters
    ----------
    flow : Program
        From a state over a time ``dt``; gives the margins too.
    jump : Program
        The reset.
    period : Program or None
        Length of refractoriness, if it is a time.
    states, discrete : tuple of str
        What is carried on, with derivatives and without.
    trained : tuple of str
        Parameters whose derivatives are asked for.
    trained_first : tuple of str
        States whose first values are trained.
    functions : dict
        The user's functions, as NumPy has them.
    exact : bool
        Whether two steps in a row are one step of their length together.
    """

    flow: Program
    jump: Program
    period: Program | None
    states: tuple[str, ...]
    discrete: tuple[str, ...]
    trained: tuple[str, ...]
    trained_first: tuple[str, ...]
    functions: dict[str, Any]
    exact: bool = False
    _integrands: dict[str, Integrand] = field(default_factory=dict, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that is carried on."""
        return self.states + self.discrete

    @property
    def spikes(self) -> bool:
        """Whether there is a threshold."""
        return MARGIN in self.flow.now

    @property
    def waits(self) -> bool:
        """Whether refractoriness ends with a condition, not after a time."""
        return HELD in self.flow.now

    def _forward(self, program: Program, more: Collection[str] = ()) -> NumpyFunction:
        outputs = {n: str(program.current(n)) for n in (*self.names, *more)}
        order = simplified(program.statements, list(outputs.values()))
        return numpy_function(order, outputs, self.functions)

    def _backward(
        self, program: Program, seeds: Mapping[str, list[Any]], by: tuple[str, ...]
    ) -> NumpyFunction:
        wanted = {n: f"_bar_{n}" for n in by}
        order = simplified(adjoint(program.statements, seeds, by), list(wanted.values()))
        return numpy_function(order, wanted, self.functions)

    def _seeds(self, program: Program) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for n in self.states:
            found.setdefault(program.current(n).name, []).append(symbol(f"_after_{n}"))
        return found

    @property
    def by(self) -> tuple[str, ...]:
        """Names whose derivatives a segment gives: its length and its beginning among them."""
        return (*self.states, *self.trained, "dt", "t")

    @cached_property
    def margins(self) -> tuple[str, ...]:
        """Outputs of the flow beside the states."""
        return tuple(n for n in (MARGIN, ALLOWED, HELD) if n in self.flow.now)

    @cached_property
    def forward(self) -> NumpyFunction:
        """From the state at ``t`` to that at ``t + dt``, and its margins."""
        return self._forward(self.flow, self.margins)

    @cached_property
    def backward(self) -> NumpyFunction:
        """From ``_after_<state>`` to the derivatives by `by`."""
        return self._backward(self.flow, self._seeds(self.flow), self.by)

    def backward_by(self, by: tuple[str, ...]) -> NumpyFunction:
        """As `backward`, by some of the names only."""
        return self._backward(self.flow, self._seeds(self.flow), by)

    @cached_property
    def margin_and_rate(self) -> NumpyFunction:
        """The margin of a spike after ``dt``, whether one may be, and the margin's slope there."""
        margin, allowed = (self.flow.current(n).name for n in (MARGIN, ALLOWED))
        order = adjoint(self.flow.statements, {margin: [sp.Integer(1)]}, ("dt",))
        outputs = {MARGIN: margin, ALLOWED: allowed, "dt": "_bar_dt"}
        return numpy_function(simplified(order, list(outputs.values())), outputs, self.functions)

    @cached_property
    def read_at_once(self) -> frozenset[str]:
        """What the margin of a spike reads when no time passes."""
        table: dict[Any, Any] = {}
        for statement in self.flow.statements:
            table[symbol(statement.name)] = statement.expression.xreplace(table)
        margin = self.flow.current(MARGIN)
        at_once = sp.sympify(table.get(margin, margin)).subs(symbol("dt"), 0)
        return frozenset(s.name for s in at_once.free_symbols)

    @cached_property
    def backward_of(self) -> dict[str, NumpyFunction]:
        """The derivatives of each margin by `by`."""
        return {m: self._margin_by(m, self.by) for m in self.margins if m != ALLOWED}

    @cached_property
    def rate_of(self) -> dict[str, NumpyFunction]:
        """The derivative of each margin by time."""
        return {m: self._margin_by(m, ("dt",)) for m in self.margins if m != ALLOWED}

    def _margin_by(self, margin: str, by: tuple[str, ...]) -> NumpyFunction:
        name = self.flow.current(margin).name
        return self._backward(self.flow, {name: [sp.Integer(1)]}, by)

    @cached_property
    def forward_jump(self) -> NumpyFunction:
        """From the state before a reset to that after it."""
        return self._forward(self.jump)

    @cached_property
    def backward_jump(self) -> NumpyFunction:
        """From ``_after_<state>`` to the derivatives by states, parameters and the time."""
        by = (*self.states, *self.trained, "t")
        return self._backward(self.jump, self._seeds(self.jump), by)

    @cached_property
    def forward_period(self) -> NumpyFunction:
        """The length of refractoriness."""
        assert self.period is not None
        order = simplified(self.period.statements, [PERIOD])
        return numpy_function(order, {PERIOD: PERIOD}, self.functions)

    @cached_property
    def backward_period(self) -> NumpyFunction:
        """Its derivatives by the parameters."""
        assert self.period is not None
        return self._backward(self.period, {PERIOD: [sp.Integer(1)]}, self.trained)

    def integrand(self, text: str) -> Integrand:
        """Derive an expression of the state after ``dt``.

        Raises
        ------
        DerivationError
            If it is none.
        """
        program = replace(self.flow, statements=list(self.flow.statements), now=dict(self.flow.now))
        names = get_identifiers(text) - set(DEFAULT_FUNCTIONS)
        unknown = sorted(names - set(self.flow.variables))
        if unknown:
            raise DerivationError(f"{text!r}: there is no {unknown[0]!r} to be integrated.")
        name = program.assign("_integrand", program.read(text)).name
        value = numpy_function(
            simplified(program.statements, [name]), {"value": name}, self.functions
        )
        backward = self._backward(program, {name: [sp.Integer(1)]}, self.by)
        self._integrands[text] = Integrand(value, backward)
        return self._integrands[text]

    @cached_property
    def reads(self) -> frozenset[str]:
        """Every name that any of it must be given."""
        parts = [self.forward, self.backward, self.forward_jump, self.backward_jump]
        parts += self.backward_of.values()
        parts += [self.forward_period, self.backward_period] if self.period else []
        return frozenset().union(*(p.reads for p in parts))
