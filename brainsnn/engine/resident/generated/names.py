"""Names in the generated code: a user's apart from those of C++, of Brian2 and of the engine.

Brian2 takes any name that Python takes: ``new``, ``exit``, ``errno`` or ``size_t`` for a variable,
``spikes`` or ``double`` for a network. In the generated code, variables, constants and intermediate
results of users end with an underscore, which no word, macro or name around them does; networks and
clocks begin with what they are. A name that has to stay as it is, because code of the user's uses
it, is refused if it cannot.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from brian2.core.functions import DEFAULT_CONSTANTS, Function
from brian2.input.timedarray import TimedArray
from brian2.utils.stringtools import get_identifiers

from brainsnn.errors import EngineError

#: Variables of Brian2's that its templates name without a leading underscore.
_BRIAN2 = frozenset(
    {"N", "N_pre", "N_post", "i", "j", "t", "dt", "t_in_timesteps"}
    | {"not_refractory", "lastspike", "lastupdate"}
)

#: Words of C++ that Python takes as names.
_WORDS = """
alignas alignof and_eq asm auto bitand bitor bool case catch char char8_t char16_t char32_t compl
concept const consteval constexpr constinit const_cast co_await co_return co_yield decltype default
delete do double dynamic_cast enum explicit export extern false float friend goto inline int long
mutable namespace new noexcept not_eq nullptr operator or_eq private protected public register
reinterpret_cast requires short signed sizeof static static_assert static_cast struct switch
template this thread_local throw true typedef typeid typename union unsigned using virtual void
volatile wchar_t xor xor_eq
"""


def network_name(name: str) -> str:
    """What a network is called in the generated code."""
    return f"_network_{name}"


def clock_name(name: str) -> str:
    """What a clock is called in the generated code."""
    return f"_clock_{name}"


def called(objects: Iterable[Any], rename: Any) -> list[Any]:
    """Stand-ins for objects whose name alone is asked for, under their names in the code."""
    return [SimpleNamespace(name=rename(obj.name)) for obj in objects]


def set_apart(name: str) -> str:
    """A user's name for a variable as it stands in the code; Brian2's own begin otherwise."""
    return name if name.startswith("_") else f"{name}_"


def users_names(
    names: Iterable[str], variables: Mapping[str, Any], template: Any, owner: Any
) -> dict[str, str]:
    """What the names of a user's in a code object become.

    Parameters
    ----------
    names : iterable of str
        All that occur in its statements.
    variables : mapping of str to Variable
        What they stand for.
    template : CodeObjectTemplate
        It asks for some variables by their names: these stay as they are.
    owner : Group
        What the code object belongs to.

    Returns
    -------
    dict of str to str
    """
    kept = _BRIAN2 | set(DEFAULT_CONSTANTS) | template.variables | template.writes_read_only
    kept |= {name for name, var in variables.items() if isinstance(var, Function)}
    kept |= {getattr(owner, "multisynaptic_index", None), *_conditions(variables.values())}
    return {
        name: set_apart(name) for name in {*names, *variables} - kept if name != set_apart(name)
    }


def names_of(statement: Any) -> set[str]:
    """All names in a statement of Brian2's."""
    simplified = (statement.boolean_simplified_expressions or {}).values()
    return {statement.var}.union(*map(get_identifiers, [statement.expr, *simplified]))


def renamed(statement: Any, new: Mapping[str, str]) -> Any:
    """A statement of Brian2's with names replaced."""
    changed = copy.copy(statement)
    changed.var, changed.expr = new.get(statement.var, statement.var), _replace(statement.expr, new)
    if statement.used_boolean_variables is not None:
        changed.used_boolean_variables = [new.get(v, v) for v in statement.used_boolean_variables]
        changed.boolean_simplified_expressions = {
            tuple((new.get(v, v), value) for v, value in case): _replace(expression, new)
            for case, expression in statement.boolean_simplified_expressions.items()
        }
    return changed


def rename_keys(mapping: dict[str, Any], new: Mapping[str, str]) -> None:
    """Give entries of a mapping, in place and in their order, other keys."""
    items = [(new.get(key, key), value) for key, value in mapping.items()]
    mapping.clear()
    mapping.update(items)


def _replace(code: str, new: Mapping[str, str]) -> str:
    """Code with all its names replaced at once."""
    return re.sub(r"\b[A-Za-z_]\w*\b", lambda found: new.get(found[0], found[0]), code)


def _conditions(variables: Iterable[Any]) -> set[str]:
    """Names of the variables that say whether others may be written to."""
    found = (getattr(var, "conditional_write", None) for var in variables)
    return {var.name for var in found if var is not None}


def bare_names(device: Any) -> tuple[list[str], list[str]]:
    """Names of a user's that the generated code has as they are.

    Returns
    -------
    functions : list of str
        Of TimedArrays.
    variables : list of str
        Of pathways, and of arrays that functions read.

    Raises
    ------
    EngineError
        If one is a word of C++; that none is a macro is for the compiler to say.
    """
    pathways = {path.name for synapses in device.synapses for path in synapses._pathways}
    used = [var for c in device.code_objects.values() for var in c.variables.values()]
    timed = {function.name for function in used if isinstance(function, TimedArray)}
    arrays = {name for name in device.static_arrays if not name.startswith("_static_array_")}
    for kind, names in (("TimedArray", timed), ("Array of a function", arrays)):
        for name in sorted(names & set(_WORDS.split())):
            raise EngineError(f"{kind} {name!r}: this is a word of C++; give it another name.")
    return sorted(timed), sorted(pathways | arrays)
