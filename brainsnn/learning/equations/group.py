"""What Brian2 knows of a group: its variables and functions, and the margin of a condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp
from brian2 import NeuronGroup
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from brian2.core.variables import Subexpression
from brian2.utils.stringtools import get_identifiers

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.program import GATE, Program

#: What a condition compares; one of these is its margin.
COMPARISONS = (sp.StrictGreaterThan, sp.GreaterThan, sp.StrictLessThan, sp.LessThan)

#: What is the same for all neurons, whatever they do.
CLOCK = ("t", "t_in_timesteps", "dt")


def is_flat(name: str, variable: Any) -> bool:
    """Whether a variable carries no derivative: a boolean, an integer, a time of a spike."""
    whole = np.issubdtype(variable.dtype, np.integer) or variable.dtype in (bool, np.bool_)
    return bool(name in ("lastspike", GATE) or whole)


def check_trained(group: NeuronGroup, variables: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """Refuse to train what is not there, or has no derivative.

    Raises
    ------
    DerivationError
    """
    for name in names:
        if name not in variables:
            raise DerivationError(f"{group.name}: there is no parameter {name!r} to be trained.")
        if is_flat(name, variables[name]):
            raise DerivationError(
                f"{group.name}.{name} is not a real number: it has no derivative."
            )


def linked_names(group: NeuronGroup) -> tuple[str, ...]:
    """Names of the variables that are other groups'."""
    return tuple(sorted(n for n, eq in group.equations.items() if "linked" in eq.flags))


def differentiable_links(group: NeuronGroup, variables: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of them that have derivatives.

    Raises
    ------
    DerivationError
        If one is linked to an expression, or to what a threshold changes.
    """
    for name in linked_names(group):
        variable = variables[name]
        if isinstance(variable, Subexpression) or variable.name in ("lastspike", GATE):
            raise DerivationError(
                f"{group.name}.{name} is linked to {variable.name!r}, an expression or a matter of "
                "spikes of another group: only states and parameters are followed."
            )
    return tuple(n for n in linked_names(group) if not is_flat(n, variables[n]))


def resolved(group: NeuronGroup, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Every variable and function that the strings of the group may name."""
    texts = [str(t) for table in (group.events, group.event_codes) for t in table.values()]
    names = (
        set(group.variables) | group.equations.identifiers | {"dt", "t"} | set(DEFAULT_FUNCTIONS)
    )
    if isinstance(group._refractory, str):  # A time prints its unit, which is no name of theirs.
        texts.append(group._refractory)
    names |= set().union(*map(get_identifiers, texts))
    names -= {"and", "or", "not", "True", "False", "xi", "second"}
    known = {n for n in names if not n.startswith(("_", "xi_"))}
    return dict(group.resolve_all(known, namespace, user_identifiers=()))


def numpy_functions(program: Program, group: NeuronGroup) -> dict[str, Any]:
    """Return the user's functions and TimedArrays as NumPy calls them."""
    own = {n: f for n, f in program.functions().items() if n not in DEFAULT_FUNCTIONS}
    return {n: _numpy_of(f, group) for n, f in own.items()}


def _numpy_of(function: Function, group: NeuronGroup) -> Any:
    from brian2.codegen.generators.numpy_generator import NumpyCodeGenerator
    from brian2.codegen.runtime.numpy_rt import NumpyCodeObject

    if (
        NumpyCodeObject in function.implementations
        or NumpyCodeGenerator in function.implementations
    ):
        kind = (
            NumpyCodeObject if NumpyCodeObject in function.implementations else NumpyCodeGenerator
        )
        return function.implementations[kind].get_code(group)
    return function.pyfunc


def _is_fixed(condition: Any, program: Program) -> bool:
    """Whether nothing moves the margin of a condition but jumps.

    Such conditions are of times, of parameters that are not trained, of what has no derivative.
    """
    meant = {str(program.current(n)): n for n in program.variables}
    names = [meant.get(str(s), str(s)) for s in condition.free_symbols]
    known, trained = program.variables, program.trainable
    constant = {n for n in names if getattr(known.get(n), "constant", False) and n not in trained}
    flat = {n for n in names if hasattr(known.get(n), "dtype") and is_flat(n, known[n])}
    return all(n in CLOCK or n in constant or n in flat for n in names)


def margin_of(
    owner: str, what: str, condition: Any, program: Program | None = None
) -> tuple[Any, Any]:
    """Return the comparison as a margin, positive where it holds, and the other conditions.

    With a program, comparisons of times, counts and parameters that are not trained are no margins.

    Raises
    ------
    DerivationError
        If there is not exactly one comparison.
    """
    parts = condition.args if isinstance(condition, sp.And) else (condition,)
    tests = [p for p in parts if isinstance(p, COMPARISONS)]
    if program is not None:
        tests = [p for p in tests if not _is_fixed(p, program)]
    if len(tests) != 1:
        also = "" if program is None else ", or compare times, counts and parameters"
        raise DerivationError(
            f"{owner}: {what} has {len(tests)} comparisons; one is needed, whose two sides give "
            f"the margin of a spike (others joined by 'and' may be booleans{also})."
        )
    sign = 1 if isinstance(tests[0], sp.StrictGreaterThan | sp.GreaterThan) else -1
    return sign * (tests[0].lhs - tests[0].rhs), sp.And(*(p for p in parts if p is not tests[0]))
