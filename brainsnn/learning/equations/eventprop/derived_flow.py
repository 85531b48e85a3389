"""From the strings of a Brian2 group to its flow between events and its jumps (`Flow`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sympy as sp
from brian2 import NeuronGroup
from brian2.core.variables import Constant
from brian2.parsing.expressions import is_boolean_expression

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.eventprop.flow import ALLOWED, HELD, MARGIN, PERIOD, Flow
from brainsnn.learning.equations.functions import Derivatives
from brainsnn.learning.equations.group import (
    check_trained,
    is_flat,
    margin_of,
    numpy_functions,
    resolved,
)
from brainsnn.learning.equations.program import GATE, Program, symbol


def derive_flow(
    group: NeuronGroup,
    namespace: Mapping[str, Any],
    trained: tuple[str, ...] = (),
    derivatives: Derivatives | None = None,
    written: Collection[str] = (),
) -> Flow:
    """Derive what a group does in continuous time.

    Parameters
    ----------
    group : NeuronGroup
    namespace : mapping
        Where names of the equations are looked up that the group itself does not know.
    trained : tuple of str
        Parameters whose derivatives are asked for.
    derivatives : mapping, optional
        Of the user's functions.
    written : collection of str
        Variables that synapses change.

    Raises
    ------
    DerivationError
        If something in the strings has no derivative, or no meaning in continuous time.
    """
    variables = resolved(group, namespace)
    check_trained(group, variables, trained)
    flow = Program(variables, trained, derivatives or {})
    flow.now["dt"] = symbol("dt")
    group.state_updater.update_abstract_code(namespace)
    flow.run(_without_refractoriness(group))
    _refuse_draws(group, flow)
    carried = {n for n in flow.now if n in variables and not isinstance(variables[n], Constant)}
    carried |= set(written)
    flow.now["t"] = symbol("t") + symbol("dt")
    jump = Program(variables, trained, derivatives or {})
    period = None
    if "spike" in group.thresholder:
        _add_margins(flow, group, namespace)
        carried |= _add_reset(jump, group, namespace)
        if group._refractory is not False:
            carried |= {"lastspike", GATE}
            period = _add_refractoriness(flow, group)
    _refuse_draws(group, jump)
    names = sorted(n for n in carried if n not in ("dt", "t") and not n.startswith("_"))
    read = {v.name for p in (flow, jump) for s in p.statements for v in s.expression.free_symbols}
    flat = [n for n in names if is_flat(n, variables[n]) and (n != "lastspike" or n not in read)]
    states = tuple(n for n in names if n not in flat)
    functions = numpy_functions(flow, group)
    first = tuple(n for n in trained if n in states)
    parameters = tuple(n for n in trained if n not in states)
    timed = any(symbol("t") in v.expression.free_symbols for v in flow.statements)
    exact = not (_approximate(group) or timed)
    return Flow(flow, jump, period, states, tuple(flat), parameters, first, functions, exact)


def _approximate(group: NeuronGroup) -> bool:
    """Whether a step of the group's method has an error that depends on its length."""
    linear = group.method_choice in ("exact", "linear")
    return bool(group.equations.diff_eq_names) and not linear


def _without_refractoriness(group: NeuronGroup) -> str:
    """Abstract code of the state update; the gate is a matter of events here."""
    lines = str(group.state_updater.abstract_code).split("\n")
    return "\n".join(x for x in lines if not x.strip().startswith(GATE + " ="))


def _refuse_draws(group: NeuronGroup, program: Program) -> None:
    if program.draws:
        raise DerivationError(
            f"{group.name}: random numbers (xi, rand(), randn()) are drawn each step; there are no "
            "exact spike times of such equations. Gradients step by step follow them."
        )


def _add_margins(flow: Program, group: NeuronGroup, namespace: Mapping[str, Any]) -> None:
    group.thresholder["spike"].update_abstract_code(namespace)
    condition = flow.read(group.thresholder["spike"].abstract_code.split("=", 1)[1])
    text = f"the threshold {group.events['spike']!r}"
    margin, others = margin_of(group.name, text, condition)
    flow.assign(MARGIN, margin)
    flow.assign(ALLOWED, others)


def _add_reset(jump: Program, group: NeuronGroup, namespace: Mapping[str, Any]) -> set[str]:
    """Append the reset; return what it writes."""
    jump.now["lastspike"] = symbol("t")
    jump.assign(GATE, sp.false, {})
    if "spike" not in group.resetter:
        return set()
    group.resetter["spike"].update_abstract_code(namespace)
    before = dict(jump.now)
    jump.run(group.resetter["spike"].abstract_code, conditional=False)
    return {n for n in jump.now if n in jump.variables and jump.now[n] is not before.get(n)}


def _add_refractoriness(flow: Program, group: NeuronGroup) -> Program | None:
    """Append the margin of a condition; return the program of a time."""
    text = str(group._refractory if isinstance(group._refractory, str) else "")
    if text and is_boolean_expression(text, flow.variables):
        what = f"the refractoriness {text!r}"
        margin, others = margin_of(group.name, what, flow.read(text))
        if others != sp.true:
            raise DerivationError(f"{group.name}: {what} has more than one condition.")
        flow.assign(HELD, margin)
        return None
    period = Program(flow.variables, flow.trainable, flow.derivatives)
    value = period.read(text) if text else sp.Float(float(group._refractory), 17)
    period.assign(PERIOD, value)
    constant = {n for n, v in flow.variables.items() if getattr(v, "constant", False)}
    read = {s.name for s in value.free_symbols} - constant - set(flow.trainable)
    changing = sorted(read & ({"t", "lastspike"} | set(group.equations.diff_eq_names)))
    if changing:
        raise DerivationError(
            f"{group.name}: the refractory period {text!r} changes with {changing[0]!r}; in "
            "continuous time it has to be known when the spike is."
        )
    return period
