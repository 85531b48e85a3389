"""What the names in the strings of synapses mean."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from brian2 import Synapses
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.variables import Constant, Subexpression
from brian2.utils.stringtools import get_identifiers

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.group import CLOCK, is_flat
from brainsnn.learning.equations.program import Program

if TYPE_CHECKING:
    from brainsnn.learning.equations.synapses.effect import EffectSettings

WORDS = {"int", "and", "or", "not", "True", "False"}


def in_full(synapses: Synapses, code: str) -> str:
    """Return code with the target's variables under their full names.

    To Brian2 a bare ``v`` is ``v_post``, where the synapses have no ``v`` of their own.
    """
    known, driven = synapses.variables, synapses.event_driven
    own = set(synapses.equations.names) | set(() if driven is None else driven.names)
    full = {
        name: f"{name}_post"
        for name in get_identifiers(code) - own
        if f"{name}_post" in known
        and not isinstance(known[name], Constant)
        and name not in CLOCK
        and known.indices[name] == known.indices[f"{name}_post"]
    }
    return _renamed(code, full)


def _renamed(code: str, names: Mapping[str, str]) -> str:
    return re.sub(r"\b[A-Za-z_]\w*\b", lambda m: names.get(m[0], m[0]), code)


def program_of(synapses: Synapses, what: str, code: str, settings: EffectSettings) -> Program:
    """Return an empty program that knows every name of some code.

    Parameters
    ----------
    synapses : Synapses
    what : str
        What reads them, for messages.
    code : str
    settings : EffectSettings
        What is trained is known too.

    Raises
    ------
    DerivationError
        If it reads an expression of neurons that is not followed.
    """
    names = {n for n in get_identifiers(code) - WORDS if not n.startswith("_")}
    names |= {n for n in settings.trained if n in synapses.variables}
    variables = _resolved(synapses, what, names, settings.namespace)
    functions = {k: v for k, v in DEFAULT_FUNCTIONS.items() if k in names | set(variables)}
    program = Program({**functions, **variables}, settings.trained, settings.derivatives or {})
    program.now["dt"] = sp.Float(float(np.asarray(synapses.clock.dt_).item()), 17)
    return program


def _resolved(
    synapses: Synapses, what: str, names: set[str], namespace: Mapping[str, Any]
) -> dict[str, Any]:
    """Variables by name, those of expressions among them."""
    found: dict[str, Any] = {}
    while names - set(found):
        fresh = synapses.resolve_all(names - set(found), namespace, user_identifiers=())
        for name, variable in fresh.items():
            if isinstance(variable, Subexpression) and name.endswith(("_pre", "_post")):
                variable, given = _of_neuron(synapses, what, name, variable, namespace)
                found |= given
            elif isinstance(variable, Subexpression):
                variable = copy.copy(variable)
                variable.expr = in_full(synapses, variable.expr)
            found[name] = variable
            gate = getattr(variable, "conditional_write", None)
            if gate is not None and name.endswith(("_pre", "_post")):
                names = names | {f"{gate.name}{name[name.rindex('_') :]}"}
            if isinstance(variable, Subexpression):
                names = names | (get_identifiers(variable.expr) - WORDS - set(found))
    return found


def _of_neuron(
    synapses: Synapses,
    what: str,
    name: str,
    variable: Subexpression,
    namespace: Mapping[str, Any],
) -> tuple[Subexpression, dict[str, Any]]:
    """An expression of a neuron's as synapses may read it, and the constants in it."""
    side = name[name.rindex("_") :]
    group = synapses.source if side == "_pre" else synapses.target
    suffixed: dict[str, str] = {}
    given: dict[str, Any] = {}
    for read in get_identifiers(variable.expr) - WORDS - set(CLOCK):
        own = synapses.variables.get(read)  # Brian2 names what it reads of its group anew
        bare = read if own is None else own.name
        if bare in CLOCK:
            suffixed[read] = bare
        elif bare in group.variables and own in (None, group.variables[bare]):
            suffixed[read] = f"{bare}{side}"
        elif isinstance(known := group.resolve_all({read}, namespace, ())[read], Constant):
            suffixed[read] = f"{read}{side}"
            given[suffixed[read]] = known
        elif own is not None:
            raise DerivationError(
                f"{synapses.name}: {what} {name!r}, an expression of neurons that reads {read!r} "
                "of others: not followed; write it out."
            )
    found = copy.copy(variable)
    found.expr = _renamed(variable.expr, suffixed)
    return found, given


def check_trained(synapses: Synapses, names: Iterable[str], known: Mapping[str, Any]) -> None:
    """Refuse to train what synapses do not have, or what has no derivative.

    Raises
    ------
    DerivationError
    """
    for name in names:
        if name not in known:
            raise DerivationError(f"{synapses.name}: there is no variable {name!r} to be trained.")
        if is_flat(name, known[name]):
            raise DerivationError(
                f"{synapses.name}.{name} is not a real number: it has no derivative."
            )
