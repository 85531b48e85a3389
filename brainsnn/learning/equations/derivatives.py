"""Derivatives of a list of assignments, as a list of assignments: the adjoint.

Each statement's partial derivatives are sympy's, or those that came with it. Pushed back through
the list they give the adjoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.functions import FLAT
from brainsnn.learning.equations.program import Statement, symbol

Chain = list[tuple[str, dict[sp.Symbol, Any]]]


def derivative(expression: Any, by: sp.Symbol) -> Any:
    """Partial derivative; conditions and flat functions count as constant.

    Raises
    ------
    DerivationError
        If a function in it has no derivative that is known.
    """
    table: dict[Any, sp.Dummy] = {}
    result = sp.diff(_frozen(expression, table), by)
    if result.has(sp.Derivative, sp.Subs):
        names = sorted({f.func.__name__ for f in result.atoms(sp.core.function.AppliedUndef)})
        raise DerivationError(
            f"{expression} has no known derivative by {by}: give the derivatives of "
            f"{', '.join(names)} as strings of _0, _1, ... (derivatives={{{names[0]!r}: ...}})."
        )
    return result.xreplace({dummy: held for held, dummy in table.items()})


def _frozen(expression: Any, table: dict[Any, sp.Dummy]) -> Any:
    """The same, with what has no slope behind dummies."""
    if isinstance(expression, Relational | BooleanFunction) or expression.func.__name__ in FLAT:
        return table.setdefault(expression, sp.Dummy(real=True))
    if not expression.args:
        return expression
    return expression.func(*(_frozen(a, table) for a in expression.args))


def partials(statement: Statement, active: set[str]) -> dict[sp.Symbol, Any]:
    """Derivatives of a statement by those of its names that are active; none that is 0."""
    if isinstance(statement.expression, Relational | BooleanFunction):
        return {}
    if statement.partials is not None:
        found = {s: d for s, d in statement.partials.items() if getattr(s, "name", "") in active}
    else:
        reads = sorted(statement.expression.free_symbols, key=str)
        found = {s: derivative(statement.expression, s) for s in reads if s.name in active}
    return {s: d for s, d in found.items() if d != 0}


def chain(statements: Iterable[Statement], by: Iterable[str]) -> Chain:
    """Statements that depend on some names, each with its partial derivatives."""
    active, found = set(by), []
    for statement in statements:
        slopes = partials(statement, active)
        if slopes:
            active.add(statement.name)
            found.append((statement.name, slopes))
    return found


def adjoint(
    statements: Sequence[Statement], seeds: Mapping[str, Sequence[Any]], by: Sequence[str]
) -> list[Statement]:
    """The statements, and below them those that give ``_bar_<name>`` of every name in `by`.

    Parameters
    ----------
    statements : sequence of Statement
    seeds : mapping of str to sequence of expression
        By a name of the program: terms whose sum is the derivative of the loss by it.
    by : sequence of str
        Names whose derivatives are asked for.
    """
    bars: dict[str, list[Any]] = {name: list(terms) for name, terms in seeds.items()}
    back = []
    for name, slopes in reversed(chain(statements, by)):
        if name not in bars:
            continue
        bar = symbol(f"_b{name}")
        back.append(Statement(bar.name, sp.Add(*bars[name])))
        for s, slope in slopes.items():
            bars.setdefault(s.name, []).append(bar * slope)
    back += [Statement(f"_bar_{n}", sp.Add(*bars.get(n, [sp.Integer(0)]))) for n in by]
    return [*statements, *back]


def simplified(
    statements: Iterable[Statement], wanted: Iterable[str], given: Iterable[str] = ()
) -> list[Statement]:
    """Statements that `wanted` needs, common subexpressions named once, in an order that runs."""
    kept = [s for s in statements if s.name not in set(given)]
    pool, reduced = sp.cse(
        [s.expression for s in kept], sp.numbered_symbols("_c", real=True), order="none"
    )
    table = dict(zip([s.name for s in kept], reduced, strict=True)) | {s.name: e for s, e in pool}
    order: list[Statement] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name in table and name not in seen:
            seen.add(name)
            for s in sorted(table[name].free_symbols, key=str):
                visit(s.name)
            order.append(Statement(name, table[name]))

    for name in wanted:
        visit(name)
    return order
