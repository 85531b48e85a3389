"""Brian2's C++ code objects, as the resident library wants them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from brian2.codegen.generators.cpp_generator import CPPCodeGenerator
from brian2.core.functions import Function
from brian2.core.variables import ArrayVariable
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject

from brainsnn.engine.resident.generated.names import names_of, rename_keys, renamed, users_names
from brainsnn.engine.resident.generated.owned_code import used_traces, with_traces
from brainsnn.engine.resident.generated.vectorised import lanes

_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*(.+?)[ \t]*$", re.M)
#: Where the code of a source begins, after what it includes.
_CODE = "////// SUPPORT CODE"


class ResidentGenerator(CPPCodeGenerator):
    """Brian2's C++ generator, but for the conditions of thresholds and the names of users.

    Brian2 writes ``a and b``, with b a boolean variable, as ``if(b) ... else ...``, which saves
    much where a and b are costly, but costs a condition its vector loop: thresholds then take
    twice as long. Names are changed last, in what Brian2 made of the statements, for the order of
    terms follows names.
    """

    def translate_statement_sequence(
        self, sc_statements: dict[Any, list[Any]], ve_statements: dict[Any, list[Any]]
    ) -> Any:
        """Translate statements, a user's names and those of their variables set apart."""
        both = [sc_statements, ve_statements]
        everything = [s for kind in both for block in kind.values() for s in block]
        for block in (block for kind in both for block in kind.values()):
            self.arrays_helper(block)  # what it refuses, it names as the user did
        template = getattr(self.codeobj_class.templater, self.template_name)
        names = set().union(*map(names_of, everything))
        new = users_names(names, self.variables, template, self.owner)
        rename_keys(self.variables, new)
        for name, index in list(self.variable_indices.items()):
            self.variable_indices[new.get(name, name)] = new.get(index, index)
        return super().translate_statement_sequence(
            *({k: [renamed(s, new) for s in b] for k, b in kind.items()} for kind in both)
        )

    def translate_statement(self, statement: Any) -> str:
        """Translate one statement, booleans left in their expression if it is a condition."""
        if statement.var == "_cond":
            statement.used_boolean_variables = None
        return str(super().translate_statement(statement))


class ResidentCodeObject(CPPStandaloneCodeObject):
    """Code object whose templates are looked up beside this file first, then in Brian2."""

    templater = CPPStandaloneCodeObject.templater.derive(
        "brainsnn.engine.resident",
        env_globals={"lanes": lanes, "with_traces": with_traces, "used_traces": used_traces},
    )
    generator_class = ResidentGenerator


def take_includes(codeobj: Any) -> set[str]:
    """Take what a code object's sources include out of them, and return it.

    The sources stand in namespaces, where a header without a guard would declare its functions
    anew; `main.cpp` includes what they need. Files of their own project are left out.
    """
    found: set[str] = set()
    for name in [name for name in codeobj.code if name.endswith("cpp_file")]:
        head, mark, rest = getattr(codeobj.code, name).partition(_CODE)
        setattr(codeobj.code, name, _INCLUDE.sub("", head) + mark + rest)
        found.update(_INCLUDE.findall(head))
    return {name for name in found if name != '"objects.h"' and "code_objects/" not in name}


def draws(variables: Mapping[str, Any]) -> bool:
    """Whether code that uses these draws random numbers, or is otherwise not repeatable."""
    return any(isinstance(v, Function) and _has_state(v) for v in variables.values())


def _has_state(function: Function) -> bool:
    """Whether a function, or one that its implementations use, gives another value each time."""
    implementations = function.implementations._implementations.values()
    used = (f for i in implementations for f in (i.dependencies or {}).values())
    return not function.stateless or any(_has_state(f) for f in used if isinstance(f, Function))


def written_arrays(
    codeobj: Any, variables: Mapping[str, Any], abstract_code: Any, template_kwds: Any
) -> set[ArrayVariable]:
    """Arrays that a code object may change.

    Parameters
    ----------
    codeobj : CodeObject
    variables : mapping of str to Variable
        Its variables, as the statements name them.
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
    found = {variables[name] for name in names if name in variables}
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
