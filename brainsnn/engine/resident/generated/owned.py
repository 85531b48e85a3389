r"""Traces of synapses that one end's neuron owns: one value a neuron, not one a synapse.

The traces of spike-timing dependent plasticity are written as variables of synapses,

.. math::
    \dot x = -x / \tau \ \text{(event-driven)}, \qquad
    \text{at a presynaptic spike: } x \leftarrow x + A

and Brian2 keeps one of each synapse, advanced at every spike of either end. All synapses of a
neuron have the same x wherever nothing but that neuron's spikes writes to it, with numbers that are
the same for all of them. Here that is read off the equations and the code of the pathways; what
only a run can tell (delays, initial values) is tested when it begins (``traces.h``).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.codegen.translation import get_identifiers_recursively
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.variables import ArrayVariable, Constant
from brian2.stateupdaters.exact import linear
from brian2.utils.stringtools import get_identifiers

SINCE = "_since"
"""The time in the factor by which a trace falls."""

_MOVING = frozenset({"t", "dt", "t_in_timesteps", "lastupdate"})


@dataclass(frozen=True)
class Trace:
    """A trace with one value a neuron.

    Parameters
    ----------
    name : str
        The variable of the synapses.
    side : str
        Whose it is: "pre" or "post".
    decay : str
        By what it is multiplied in the time `SINCE`.
    """

    name: str
    side: str
    decay: str


@dataclass(frozen=True)
class Writing:
    """A statement of a pathway: the line, what it assigns to, and the names that it reads."""

    line: str
    target: str
    reads: frozenset[str]
    calls: frozenset[str]


def owned_traces(synapses: Any) -> tuple[Trace, ...]:
    """The event-driven variables of some synapses, if neurons own all of them.

    Parameters
    ----------
    synapses : Synapses

    Returns
    -------
    tuple of Trace
        Empty where one of the variables is more than a decaying trace that one end's spikes write,
        or where anything reads when the synapses were last updated.
    """
    if synapses.event_driven is None:
        return ()
    names, known = sorted(synapses.event_driven.diff_eq_names), synapses.variables
    written = [(path.prepost, writings(path.code)) for path in synapses._pathways]
    code = [path.code for path in synapses._pathways]
    if "lastupdate" in get_identifiers_recursively(code, known):
        return ()
    owners, decays = _owners(written), _decays(synapses.event_driven, known)
    changed = {line.target for _, lines in written for line in lines}
    if all(
        name in owners
        and name in decays
        and known[name].dtype == np.float64
        and _one_value(name, owners, changed - set(names), written, known)
        for name in names
    ):
        return tuple(Trace(name, owners[name], decays[name]) for name in names)
    return ()


def writings(code: str) -> list[Writing]:
    """The statements of a pathway's code, in their order."""
    found = []
    for node in ast.parse("\n".join(line.strip() for line in code.splitlines())).body:
        if isinstance(node, ast.Assign | ast.AugAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            calls = {ast.unparse(c.func) for c in ast.walk(node) if isinstance(c, ast.Call)}
            reads = get_identifiers(ast.unparse(node.value)) - calls
            found.append(
                Writing(ast.unparse(node), ast.unparse(target), frozenset(reads), frozenset(calls))
            )
    return found


def _owners(written: list[tuple[str, list[Writing]]]) -> dict[str, str]:
    """Whose spikes write to each variable, for those that the spikes of one end write to."""
    sides: dict[str, set[str]] = {}
    for side, lines in written:
        for line in lines:
            sides.setdefault(line.target, set()).add(side)
    return {name: next(iter(found)) for name, found in sides.items() if len(found) == 1}


def _one_value(
    name: str,
    owners: Mapping[str, str],
    changed: set[str],
    written: list[tuple[str, list[Writing]]],
    known: Mapping[str, Any],
) -> bool:
    """Whether all that is assigned to a trace is the same for all synapses of its neuron."""
    return all(
        line.calls <= _STATELESS
        and all(
            owners.get(read) == owners[name] and read not in changed
            if read in owners
            else read not in changed and _constant(read, known)
            for read in line.reads
        )
        for _, lines in written
        for line in lines
        if line.target == name
    )


_STATELESS = frozenset(name for name, f in DEFAULT_FUNCTIONS.items() if f.stateless)


def _decays(equations: Any, known: Mapping[str, Any]) -> dict[str, str]:
    """By what each variable is multiplied in a time, where that is all that happens to it."""
    found = {}
    for line in linear(equations, known).splitlines():
        target, _, expression = (part.strip() for part in line.partition("="))
        tree, name = ast.parse(expression, mode="eval").body, target.removeprefix("_")
        if (
            target != name
            and isinstance(tree, ast.BinOp)
            and isinstance(tree.op, ast.Mult)
            and ast.unparse(tree.left) == name
        ):
            factor = tree.right
            calls = {ast.unparse(c.func) for c in ast.walk(factor) if isinstance(c, ast.Call)}
            reads = get_identifiers(ast.unparse(factor)) - calls - {"dt"}
            if calls <= _STATELESS and all(_constant(read, known) for read in reads):
                found[name] = ast.unparse(_Since().visit(factor))
    return found


class _Since(ast.NodeTransformer):
    """The time since, in place of the length of a step."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(SINCE if node.id == "dt" else node.id)


def _constant(name: str, known: Mapping[str, Any]) -> bool:
    """Whether a name that is not called has one value for all synapses, all through a run."""
    if name not in known:
        return True  # a number of the user's
    var = known[name]
    fixed = isinstance(var, Constant) or (isinstance(var, ArrayVariable) and var.constant)
    return bool(fixed and var.scalar and name not in _MOVING)
