"""Brian2's abstract code as a list of assignments, each name assigned once.

One step of a network is such a list: arrivals, state update, threshold, reset. Its derivatives are
lists again (`brainsnn.learning.equations.derivatives`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy as sp
from brian2 import TimedArray
from brian2.core.functions import Function
from brian2.core.variables import Constant, Subexpression
from brian2.parsing.statements import parse_statement

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.functions import DERIVATIVES, Derivatives, where_
from brainsnn.learning.equations.strings.reading import INT, parsed

GATE = "not_refractory"
DRAWS = ("rand", "randn")


def symbol(name: str) -> sp.Symbol:
    """Return the symbol that stands for a name."""
    return sp.Symbol(name, real=True)


def flag(condition: Any) -> Any:
    """Return 1 where a condition holds, else 0, as an expression."""
    return INT(condition)


@dataclass(frozen=True)
class Statement:
    """An assignment.

    Parameters
    ----------
    name : str
        What is assigned; no other statement assigns it.
    expression : sympy expression
        Of names assigned before, and of what is given.
    partials : mapping of symbol to expression, optional
        Derivatives by names that it reads, where sympy does not find them or others are wanted.
    """

    name: str
    expression: Any
    partials: Mapping[sp.Symbol, Any] | None = None


@dataclass
class Program:
    """Assignments in an order in which each name is assigned before it is read.

    Parameters
    ----------
    variables : mapping of str to Variable or Function
        What the names of the code mean, as Brian2 resolved them.
    trainable : collection of str
        Constants that stay names; all others become numbers.
    derivatives : mapping, optional
        Of the user's functions (`Derivatives`).

    Attributes
    ----------
    statements : list of Statement
    now : dict of str to symbol
        The symbol that holds a variable of Brian2's at this point.
    draws : list of str
        Names of the random numbers that are given at each step, ``_randn0``, ...
    """

    variables: Mapping[str, Any]
    trainable: Collection[str] = ()
    derivatives: Derivatives = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    now: dict[str, Any] = field(default_factory=dict)
    draws: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        timed = {
            name: ("0",) * len(f._arg_units)
            for name, f in self.variables.items()
            if isinstance(f, TimedArray)  # steps in time: flat wherever it has a derivative
        }
        self._slopes = {**DERIVATIVES, **timed, **self.derivatives}

    def current(self, name: str) -> Any:
        """Symbol (or number) that holds a variable at this point."""
        return self.now.get(name, symbol(name))

    def assign(self, name: str, expression: Any, partials: Mapping[Any, Any] | None = None) -> Any:
        """Append an assignment; return the symbol that holds the name from now on."""
        value = sp.sympify(expression)
        if partials is None:
            value = self.calls_apart(self._gate_apart(value))
        taken = {s.name for s in self.statements}
        fresh = name if name.startswith("_") and name not in taken else f"{name}_{len(taken)}"
        self.statements.append(Statement(fresh, value, partials))
        self.now[name] = symbol(fresh)
        return self.now[name]

    def _gate_apart(self, expression: Any) -> Any:
        """Make expressions of ``int(not_refractory)`` a choice between the two that it allows.

        Brian2's exact and exponential integrators divide by 0 in a refractory neuron, and a
        conditional write hides it; in the reverse pass, 0 times that would be NaN.
        """
        gate = self.current(GATE)
        if not expression.has(flag(gate)):
            return expression
        on = expression.xreplace({flag(gate): sp.Integer(1)})
        off = expression.xreplace({flag(gate): sp.Integer(0)})
        return where_(gate, on, 0 if off.has(sp.nan, sp.zoo, sp.oo, -sp.oo) else off)

    def calls_apart(self, expression: Any) -> Any:
        """Give each call whose derivative is in a table a statement of its own."""
        if not expression.args:
            return expression
        arguments = [self.calls_apart(a) for a in expression.args]
        slopes = self._slopes.get(expression.func.__name__)
        if slopes is None:
            return expression.func(*arguments)
        if len(slopes) != len(arguments):
            raise DerivationError(
                f"{expression}: {len(arguments)} arguments, but {len(slopes)} derivatives are "
                f"given for {expression.func.__name__!r}."
            )
        held = [a if a.is_Symbol else self.assign("_argument", a) for a in arguments]
        places = {symbol(f"_{k}"): s for k, s in enumerate(held)}
        partials: dict[Any, Any] = {}
        for argument, slope in zip(held, slopes, strict=True):
            found = parsed(slope).xreplace(places)
            partials[argument] = partials.get(argument, 0) + found
        return self.assign("_call", expression.func(*held), partials)

    def read(self, text: str) -> Any:
        """Read an expression in the present symbols; constants become numbers."""
        expression = parsed(str(text), self.variables)
        # Brian2's exprel becomes (exp(x) - 1)/x, singular at 0, once its argument has numbers.
        expression = expression.replace(
            lambda e: e.func.__name__ == "exprel", lambda e: sp.Function("exprel")(*e.args)
        )
        if any(call.func.__name__ == "poisson" for call in expression.atoms(sp.Function)):
            raise DerivationError(f"{text!r}: poisson() is not drawn here; rand() and randn() are.")
        table = {s: self._meaning(s.name) for s in expression.free_symbols}
        table |= {call: self._draw(call) for call in expression.atoms(sp.Function) if _draws(call)}
        table.pop(sp.Symbol("_placeholder_arg", real=True), None)
        return expression.xreplace(table)

    def _meaning(self, name: str) -> Any:
        variable = self.variables.get(name)
        if name in self.now:
            return self.now[name]
        if isinstance(variable, Subexpression):
            return self.read(variable.expr)
        if isinstance(variable, Constant) and name not in self.trainable:
            value = np.asarray(variable.get_value()).item()
            return sp.Integer(value) if isinstance(value, int) else sp.Float(value, 17)
        return symbol(name)

    def _draw(self, call: Any) -> sp.Symbol:
        self.draws.append(f"_{call.func.__name__}{len(self.draws)}")
        return symbol(self.draws[-1])

    def run(self, code: str, *, conditional: bool = True, suffix: str = "") -> None:
        """Append abstract code.

        Parameters
        ----------
        code : str
            Statements in lines, or parted by semicolons.
        conditional : bool, default True
            Whether variables that are ``(unless refractory)`` are written only where that holds;
            resets write them always.
        suffix : str
            Of the group whose refractoriness counts (``"_post"``), in code of synapses.
        """
        for line in filter(None, (part.strip() for part in code.replace(";", "\n").split("\n"))):
            name, operator, text, _ = parse_statement(line)
            value = _updated(self.current(name), operator, self.read(text), line)
            gate = getattr(self.variables.get(name), "conditional_write", None)
            if conditional and gate is not None:
                value = where_(self.current(gate.name + suffix), value, self.current(name))
            self.assign(name, value)

    def functions(self) -> dict[str, Function]:
        """Return the user's functions that the code may call, by name."""
        return {k: v for k, v in self.variables.items() if isinstance(v, Function)}


def _draws(call: Any) -> bool:
    return call.func.__name__ in DRAWS


def _updated(old: Any, operator: str, value: Any, line: str) -> Any:
    """Value that a statement gives a variable."""
    if operator in ("=", ":="):
        return value
    known = {"+=": old + value, "-=": old - value, "*=": old * value, "/=": old / value}
    if operator not in known:
        raise DerivationError(f"{line!r}: {operator!r} has no derivative here.")
    return known[operator]
