"""Values and Jacobians of a program in closed form, for reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp

from brainsnn.learning.equations.derivatives import chain
from brainsnn.learning.equations.functions import where_
from brainsnn.learning.equations.group import is_flat
from brainsnn.learning.equations.program import Program, symbol
from brainsnn.learning.equations.strings.reading import INT


def closed(program: Program, expression: Any) -> Any:
    """Return an expression in terms of what a program begins with, as short as it is readable.

    What has no derivative (booleans, integers, times of spikes) keeps its name.
    """
    value = sp.sympify(expression)
    for statement in reversed(program.statements):
        if _flat_name(program, statement.name) is None:
            value = value.xreplace({symbol(statement.name): statement.expression})
    names = {s: _flat_name(program, s.name) for s in value.free_symbols}
    value = value.xreplace({s: symbol(bare) for s, bare in names.items() if bare is not None})
    return _shorter(value)


def _flat_name(program: Program, name: str) -> str | None:
    """What an assignment of something without derivative assigns; None of others."""
    bare, _, number = name.rpartition("_")
    known = program.variables.get(bare)
    flat = number.isdigit() and hasattr(known, "dtype") and is_flat(bare, known)
    return bare if flat else None


def _shorter(value: Any) -> Any:
    """Without choices that are made twice, or between equals."""
    value = value.replace(lambda e: isinstance(e, where_), lambda e: _chosen(*e.args))
    if value.has(INT):
        value = sp.expand(value)
        value = value.replace(
            lambda e: e.is_Pow and e.base.func.__name__ == "int_" and e.exp.is_Integer,
            lambda e: e.base,
        )
    return value


def _chosen(condition: Any, yes: Any, no: Any) -> Any:
    yes, no = (
        x.xreplace({c: c.args[k] for c in x.atoms(where_) if c.args[0] == condition})
        for k, x in ((1, yes), (2, no))
    )
    return yes if yes == no else where_(condition, yes, no)


def jacobian(
    program: Program, outputs: Mapping[str, Any], by: Iterable[str]
) -> dict[tuple[str, str], Any]:
    """Derivatives of outputs by names that the program begins with; none that is 0.

    Parameters
    ----------
    program : Program
    outputs : mapping of str to symbol
        What an output is called, and the symbol that holds it.
    by : iterable of str
    """
    names = list(by)
    known: dict[str, dict[str, Any]] = {n: {n: sp.Integer(1)} for n in names}
    for name, slopes in chain(program.statements, names):
        total: dict[str, Any] = {}
        for read, slope in slopes.items():
            for n, inner in known.get(read.name, {}).items():
                total[n] = total.get(n, 0) + slope * inner
        known[name] = total
    found = {}
    for output, held in outputs.items():
        for n, value in known.get(getattr(held, "name", ""), {}).items():
            written = closed(program, value)
            if written != 0:
                found[output, n] = written
    return found
