"""Brian2's C++ code objects, as the resident library wants them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from brian2.codegen.generators.cpp_generator import CPPCodeGenerator
from brian2.core.functions import Function
from brian2.core.variables import ArrayVariable
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject

from brainsnn.engine.resident.lanes import lanes


class ResidentGenerator(CPPCodeGenerator):
    """Brian2's C++ generator, but for the conditions of thresholds.

    Brian2 writes ``a and b``, with b a boolean variable, as ``if(b) ... else ...``, which saves
    much where a and b are costly, but costs a condition its vector loop: thresholds then take
    twice as long.
    """

    def translate_statement(self, statement: Any) -> str:
        """Translate one statement, booleans left in their expression if it is a condition."""
        if statement.var == "_cond":
            statement.used_boolean_variables = None
        return str(super().translate_statement(statement))


class ResidentCodeObject(CPPStandaloneCodeObject):
    """Code object whose templates are looked up beside this file first, then in Brian2."""

    templater = CPPStandaloneCodeObject.templater.derive(
        "brainsnn.engine.resident", env_globals={"lanes": lanes}
    )
    generator_class = ResidentGenerator


def draws(variables: Mapping[str, Any]) -> bool:
    """Whether code that uses these draws random numbers, or is otherwise not repeatable."""
    return any(isinstance(v, Function) and not v.stateless for v in variables.values())


def written_arrays(codeobj: Any, abstract_code: Any, template_kwds: Any) -> set[ArrayVariable]:
    """Arrays that a code object may change.

    Parameters
    ----------
    codeobj : CodeObject
    abstract_code : str, dict of str or None
        The statements it was made from.
    template_kwds : dict
        What its template was told; a summed variable is named here.

    Returns
    -------
    set of ArrayVariable
        What its statements assign to, what its template and its owner say that they change, and
        what a threshold does to the refractory state.
    """
    template = getattr(codeobj.templater, codeobj.template_name)
    names = {*_assigned(abstract_code), *template.writes_read_only, "lastspike", "not_refractory"}
    found = {codeobj.variables[name] for name in names if name in codeobj.variables}
    found |= {template_kwds.get("_target_var")}
    found |= set(getattr(codeobj.owner, "written_readonly_vars", ()))
    return {v for v in found if isinstance(v, ArrayVariable)}


def _assigned(abstract_code: Any) -> Iterator[str]:
    """Names that abstract code, a statement a line, assigns to."""
    blocks = abstract_code.values() if isinstance(abstract_code, Mapping) else [abstract_code]
    for line in "\n".join(block or "" for block in blocks).splitlines():
        for node in ast.parse(line.strip()).body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [node.target] if isinstance(node, ast.AugAssign) else targets
            yield from (t.id for t in targets if isinstance(t, ast.Name))
