"""The Jacobian of a list of assignments: each statement's derivatives pushed forward.

What `brainsnn.learning.equations.derivatives` does backward: the same partial derivatives, in the
order in which the statements run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy as sp

from brainsnn.learning.equations.derivatives import chain, simplified
from brainsnn.learning.equations.program import Statement, symbol
from brainsnn.learning.equations.strings.printing import NumpyFunction, numpy_function

Entry = tuple[str, str]
"""Of what the derivative is, and by what."""


def jacobian(
    statements: Sequence[Statement],
    outputs: Mapping[str, str],
    by: Sequence[str],
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> tuple[NumpyFunction, tuple[Entry, ...]]:
    """Derive the derivatives of some names by others.

    Parameters
    ----------
    statements : sequence of Statement
    outputs : mapping of str to str
        What the result calls the names of the program whose derivatives are asked for.
    by : sequence of str
        Names that the program is given.
    functions : mapping, optional
        The user's functions.

    Returns
    -------
    function : NumpyFunction
        Its results are called ``<output>|<by>``.
    entries : tuple of (output, by)
        Those that are not 0.
    """
    rows: dict[str, dict[str, Any]] = {n: {n: sp.Integer(1)} for n in by}
    pushed = list(statements)
    for name, slopes in chain(statements, by):
        row: dict[str, Any] = {}
        for s, slope in slopes.items():
            for n, known in rows.get(s.name, {}).items():
                row[n] = row.get(n, sp.Integer(0)) + slope * known
        rows[name] = {n: symbol(f"_d{name}_by_{n}") for n, value in row.items() if value != 0}
        pushed += [Statement(rows[name][n].name, row[n]) for n in rows[name]]
    found = {(out, n): value for out, name in outputs.items() for n, value in rows_of(rows, name)}
    pushed += [Statement(_place(*entry), value) for entry, value in found.items()]
    wanted = {f"{out}|{n}": _place(out, n) for out, n in found}
    order = simplified(pushed, list(wanted.values()), given=("_s",))
    return numpy_function(order, wanted, functions), tuple(found)


def rows_of(rows: Mapping[str, Mapping[str, Any]], name: str) -> list[tuple[str, Any]]:
    """Derivatives of a name, by what; none of what depends on nothing."""
    return list(rows.get(name, {}).items())


def _place(out: str, by: str) -> str:
    return f"_entry_{out}_by_{by}"
