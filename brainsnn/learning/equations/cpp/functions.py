"""C++ of functions that are not of the language: TimedArrays, and the user's with C++ given."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import numpy as np
import sympy as sp
from brian2 import TimedArray
from brian2.codegen.generators.cpp_generator import CPPCodeGenerator
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from sympy.core.function import AppliedUndef

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.program import Program

MOST = 100_000
"""Values of a TimedArray that are written into the source."""

PREFIX = "f_"
"""Of the names by which they are called, so that none is taken."""


def definitions(programs: Iterable[Program], dt: float) -> list[str]:
    """Return the C++ of all functions that some programs call.

    Parameters
    ----------
    programs : iterable of Program
    dt : float
        Seconds of a step.

    Raises
    ------
    DerivationError
        If one of them has no C++, or two share a name.
    """
    known: dict[str, Function] = {}
    found: list[str] = []
    owner = SimpleNamespace(clock=SimpleNamespace(dt_=dt))
    for program in programs:
        for name in sorted(_called(program)):
            function = program.functions().get(name)
            if function is None or name in DEFAULT_FUNCTIONS:
                continue
            if name not in known:
                known[name] = function
                found.append(_definition(name, function, owner))
            elif known[name] is not function:
                raise DerivationError(
                    f"Two functions are called {name!r}; the compiled gradient needs one."
                )
    return found


def _called(program: Program) -> set[str]:
    """Names of all functions in a program and in its derivatives."""
    expressions = [s.expression for s in program.statements]
    expressions += [v for s in program.statements for v in (s.partials or {}).values()]
    return {c.func.__name__ for e in expressions for c in sp.sympify(e).atoms(AppliedUndef)}


def _definition(name: str, function: Function, owner: Any) -> str:
    """C++ of one function, in double precision, and what it is called by."""
    if CPPCodeGenerator not in function.implementations:
        raise DerivationError(
            f"{name} has no C++: give it an implementation in C++ (brian2.implementation). The "
            "NumPy form of the derivation runs it."
        )
    chosen = function.implementations[CPPCodeGenerator]
    code = chosen.get_code(owner)
    parts = {"support_code": code} if isinstance(code, str) else dict(code or {})
    values = ""
    if isinstance(function, TimedArray):
        if function.values.size > MOST:
            raise DerivationError(
                f"{name}: TimedArrays of more than {MOST} values have no C++ here. The NumPy form "
                "of the derivation runs them."
            )
        numbers = ", ".join(repr(float(v)) for v in np.ravel(function.values))
        values = f"const double _namespace{function.name}_values[] = {{{numbers}}};\n"
    elif chosen.get_namespace(owner):
        raise DerivationError(
            f"{name}: its C++ reads a namespace of its own. The NumPy form of the derivation "
            "runs it."
        )
    own = chosen.name or name
    support = "\n".join(str(part) for part in parts.values())
    call = f"template<class... T> inline real {PREFIX}{name}(T... x) {{ return R({own}(x...)); }}"
    return f"{values}{support}\n{call}"
