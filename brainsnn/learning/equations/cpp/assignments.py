"""Assignments as C++: what NumPy runs on arrays, for one neuron or synapse a turn."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from brian2.parsing.rendering import CPPNodeRenderer

from brainsnn.learning.equations.cpp.functions import PREFIX
from brainsnn.learning.equations.functions import NUMPY
from brainsnn.learning.equations.program import Statement
from brainsnn.learning.equations.strings.printing import Code, brian_string

#: Functions whose C++ name is another one, or taken.
_RENAMED = {"int": "int_", "abs": "abs_", "arcsin": "asin", "arccos": "acos", "arctan": "atan"}


class _Renderer(CPPNodeRenderer):
    """As Brian2's, but numbers are of the type ``real`` and keep all their digits."""

    def render_Constant(self, node: Any) -> str:
        value = node.value
        return str(value).lower() if isinstance(value, bool) else f"R({value!r})"

    def render_func(self, node: Any) -> str:
        if node.id not in NUMPY:  # the generated source has all of these
            return f"{PREFIX}{node.id}"
        return _RENAMED.get(node.id, str(node.id))

    def render_BinOp(self, node: Any) -> str:
        return str(super().render_BinOp(node)).replace("_brian_pow", "pow_")


@dataclass
class Loop:
    """A loop over neurons or synapses, made of pieces of code one behind the other.

    Attributes
    ----------
    before : list of str
        Lines of what all turns share.
    inside : list of str
        Lines of a turn.
    """

    before: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)

    def add(
        self,
        scope: str,
        code: Code,
        given: Callable[[str], str],
        shared: Collection[str] = (),
    ) -> dict[str, str]:
        """Append a piece of code.

        Parameters
        ----------
        scope : str
            Its names begin with it, so that no two pieces share one, and none is a word of C++.
        code : Code
        given : callable
            The C++ expression of a name that the code reads.
        shared : collection of str
            Names that are the same in every turn.

        Returns
        -------
        dict of str to str
            The C++ name of each output.
        """
        known = set(shared)
        for read in sorted(code.reads):
            lines = self.before if read in known else self.inside
            lines.append(f"const real {scope}_{read} = {given(read)};")
        for statement in code.statements:
            line = f"const auto {scope}_{statement.name} = {_right_side(statement, scope, code)};"
            if {s.name for s in statement.expression.free_symbols} <= known:
                known.add(statement.name)
                self.before.append(line)
            else:
                self.inside.append(line)
        return {k: f"{scope}_{v}" for k, v in code.outputs.items()}


def _right_side(statement: Statement, scope: str, code: Code) -> str:
    names = code.names
    text = brian_string(statement.expression)
    text = re.sub(r"\w+", lambda m: f"{scope}_{m[0]}" if m[0] in names else m[0], text)
    return str(_Renderer().render_expr(text))
