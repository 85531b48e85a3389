"""Brian2's strings as sympy expressions, also where Brian2 itself never needs them as such."""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping
from typing import Any

import sympy as sp
from brian2.parsing.rendering import SympyNodeRenderer
from brian2.parsing.sympytools import check_expression_for_multiple_stateful_functions

from brainsnn.errors import DerivationError

INT = sp.Function("int_", real=True)
"""``int(...)``: a number, of a condition too, so that it can stand in a comparison."""


class _Renderer(SympyNodeRenderer):
    """Brian2's, but that ``int(...)`` is known to be real."""

    def render_func(self, node: ast.Name) -> Any:
        """Function of a name."""
        return INT if node.id == "int" else super().render_func(node)


@functools.cache
def _rendered(text: str) -> Any:
    return sp.sympify(_Renderer().render_expr(text))


def parsed(text: str, variables: Mapping[str, Any] | None = None) -> Any:
    """Return what a string says, as a sympy expression.

    Parameters
    ----------
    text : str
    variables : mapping of str to variable, optional
        Of its group.

    Raises
    ------
    DerivationError
        If it cannot be read.
    """
    try:
        check_expression_for_multiple_stateful_functions(text, dict(variables or {}))
        return _rendered(text)
    except (TypeError, ValueError, NameError, SyntaxError, NotImplementedError) as error:
        raise DerivationError(f"{text!r} cannot be read as an expression: {error}") from error
