"""Assignments as Brian2 strings and as NumPy functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.parsing.rendering import NumpyNodeRenderer
from brian2.parsing.sympytools import CustomSympyPrinter

from brainsnn.learning.equations.functions import NUMPY
from brainsnn.learning.equations.program import Statement

#: Brian2's name of each function, by sympy's.
_NAMES = {getattr(f.sympy_func, "__name__", n): n for n, f in DEFAULT_FUNCTIONS.items()}


class _Printer(CustomSympyPrinter):
    """As Brian2's printer, but numbers keep all their digits and small powers are products."""

    def _print_Float(self, expr: Any) -> str:
        return repr(float(expr))

    def _print_Function(self, expr: Any) -> str:
        own = expr.func.__name__
        name = {"int_": "int"}.get(own) or _NAMES.get(own, own)
        return f"{name}({self.stringify(expr.args, ', ')})"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:  # noqa: ARG002
        if expr.exp.is_Integer and 2 <= abs(expr.exp) <= 4:
            product = "*".join([f"({self.doprint(expr.base)})"] * abs(int(expr.exp)))
            return f"({product})" if expr.exp > 0 else f"(1/({product}))"
        return str(super()._print_Pow(expr, rational=False))

    def _print_BooleanTrue(self, expr: Any) -> str:  # noqa: ARG002
        return "True"

    def _print_BooleanFalse(self, expr: Any) -> str:  # noqa: ARG002
        return "False"


def brian_string(expression: Any) -> str:
    """Return an expression as Brian2 writes it."""
    return str(_Printer().doprint(expression))


@dataclass(frozen=True)
class Code:
    """Assignments in an order that runs, and what they are for.

    Parameters
    ----------
    statements : sequence of Statement
    outputs : mapping of str to str
        What the result calls the names of the program.
    """

    statements: Sequence[Statement]
    outputs: Mapping[str, str]

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names that it must be given."""
        assigned = {s.name for s in self.statements}
        read = {v.name for s in self.statements for v in s.expression.free_symbols}
        return frozenset((read | set(self.outputs.values())) - assigned)

    @cached_property
    def names(self) -> frozenset[str]:
        """All names in it."""
        return self.reads | {s.name for s in self.statements}


@dataclass(frozen=True)
class NumpyFunction:
    """Generated code that takes arrays by name and gives arrays by name.

    Parameters
    ----------
    code : Code
        What it was made of.
    source : str
    run : callable
        From a mapping of names to arrays, to a dictionary.
    """

    code: Code
    source: str
    run: Callable[[Mapping[str, Any]], dict[str, Any]]

    @property
    def reads(self) -> frozenset[str]:
        """Names that it must be given."""
        return self.code.reads

    def __call__(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Run it."""
        return self.run(given)


def numpy_function(
    statements: Sequence[Statement],
    outputs: Mapping[str, str],
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> NumpyFunction:
    """Compile assignments to a function.

    Parameters
    ----------
    statements : sequence of Statement
        In an order that runs.
    outputs : mapping of str to str
        What the result calls the names of the program.
    functions : mapping, optional
        The user's functions.
    """
    code = Code(tuple(statements), dict(outputs))
    places = {name: f"given[{name!r}]" for name in code.reads}
    lines = []
    for statement in statements:
        text = NumpyNodeRenderer().render_expr(brian_string(statement.expression))
        text = re.sub(r"\w+", lambda m: places.get(m[0], m[0]), text)
        lines.append(f"    {statement.name} = {text}")
    result = ", ".join(f"{k!r}: {places.get(v, v)}" for k, v in outputs.items())
    source = "\n".join(["def run(given):", *lines, f"    return {{{result}}}"])
    space: dict[str, Any] = {**NUMPY, **(functions or {})}
    exec(compile(source, "<derived>", "exec"), space)  # noqa: S102 -- its source is made above
    return NumpyFunction(code, source, space["run"])
