"""From the strings of a Brian2 `Synapses` to what they do at one place of a step.

That is one of three things: what spikes that arrive do (``on_pre``, ``on_post``), the step of
synaptic differential equations, and a sum over synapses. Each is an `Effect`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from brian2 import Synapses
from brian2.core.variables import Constant
from brian2.utils.stringtools import get_identifiers

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.derivatives import adjoint, simplified
from brainsnn.learning.equations.functions import Derivatives, where_
from brainsnn.learning.equations.group import is_flat, numpy_functions
from brainsnn.learning.equations.program import Program, symbol
from brainsnn.learning.equations.strings.printing import NumpyFunction, numpy_function
from brainsnn.learning.equations.synapses.names import in_full, program_of

LAST = "lastupdate"
"""When event-driven equations were brought up to date."""


@dataclass
class Effect:
    """What synapses do at one place of a step.

    Parameters
    ----------
    program : Program
        Gives ``_effect_<target>`` and the states of the synapse.
    targets : tuple of str
        Variables of its neurons that it adds to, ``v_post``, ``x_pre``.
    own, discrete : tuple of str
        States of the synapse that it changes, with derivatives and without.
    trained : tuple of str
        Parameters of the synapse whose derivatives are asked for.
    reads : tuple of str
        Variables of target (``_post``) and source (``_pre``) that it reads.
    seen : tuple of str
        States of the synapse that it reads and leaves as they are.
    functions : dict
        The user's functions, as NumPy has them.
    """

    program: Program
    targets: tuple[str, ...]
    own: tuple[str, ...]
    discrete: tuple[str, ...]
    trained: tuple[str, ...]
    reads: tuple[str, ...]
    seen: tuple[str, ...] = ()
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)

    @property
    def to_post(self) -> tuple[str, ...]:
        """States of the neuron that it reaches that it adds to, by their own names."""
        return tuple(n.removesuffix("_post") for n in self.targets if n.endswith("_post"))

    @property
    def states(self) -> tuple[str, ...]:
        """All states of the synapse that it changes."""
        return self.own + self.discrete

    @property
    def presence(self) -> tuple[str, ...]:
        """``_s``, where the states of a synapse depend on whether a spike is there."""
        given = any(v.name == "_s" for s in self.program.statements for v in _names_of(s))
        return ("_s",) if given else ()

    @cached_property
    def forward(self) -> NumpyFunction:
        """From what it reads to what it adds, by target, and the states of the synapse."""
        outputs = {x: f"_effect_{x}" for x in self.targets}
        outputs |= {n: self.program.current(n).name for n in self.states}
        order = simplified(self.program.statements, list(outputs.values()))
        return numpy_function(order, outputs, self.functions)

    @cached_property
    def backward(self) -> NumpyFunction:
        """From ``_bar_effect_<target>`` and ``_after_<own>`` to the derivatives.

        By what is trained and read, by the states of the synapse, by the spike's presence.
        """
        by = (*self.trained, *self.reads, *self.own, *self.seen, *self.presence)
        seeds: dict[str, list[Any]] = {
            f"_effect_{x}": [symbol(f"_bar_effect_{x}")] for x in self.targets
        }
        for n in self.own:
            seeds.setdefault(self.program.current(n).name, []).append(symbol(f"_after_{n}"))
        order = simplified(
            adjoint(self.program.statements, seeds, by), [f"_bar_{n}" for n in by], given=("_s",)
        )
        return numpy_function(order, {n: f"_bar_{n}" for n in by}, self.functions)


def _names_of(statement: Any) -> set[sp.Symbol]:
    partials = statement.partials or {}
    found = set(statement.expression.free_symbols) | set(partials)
    return found | {s for slope in partials.values() for s in sp.sympify(slope).free_symbols}


@dataclass(frozen=True)
class EffectSettings:
    """What all effects of a network are derived with.

    Parameters
    ----------
    namespace : mapping
    trained : tuple of str
        Variables of the synapses whose derivatives are asked for.
    derivatives : mapping, optional
        Of the user's functions.
    smooth : bool
        Whether spikes are sigmoids of the margin.
    """

    namespace: Mapping[str, Any]
    trained: tuple[str, ...] = ()
    derivatives: Derivatives | None = None
    smooth: bool = False


def spike_effect(synapses: Synapses, pathway: Any, settings: EffectSettings) -> Effect:
    """Derive what a spike does that arrives by a pathway.

    Raises
    ------
    DerivationError
        If what spikes do that arrive together depends on their order, or has no derivative.
    """
    what = _words(synapses, pathway)
    pathway.update_abstract_code(settings.namespace)
    code, abstract = (in_full(synapses, text) for text in (pathway.code, pathway.abstract_code))
    if LAST in get_identifiers(code):
        raise DerivationError(f"{synapses.name}: {what} reads {LAST!r}, which is Brian2's own.")
    program = program_of(synapses, f"{what} reads", abstract, settings)
    driven = synapses.event_driven
    lines = _lines(abstract)
    own_code = len(_lines(code)) + (1 if driven is not None else 0)
    for line in lines[: len(lines) - own_code]:  # event-driven equations, up to now
        program.run(line, conditional=False)
    decayed = dict(program.now)
    for line in _lines(code):
        _add(program, line)
    changed = {n for n in program.now if n in program.variables and n != "dt"}
    targets = sorted(n for n in changed if _is_of_neuron(program.variables[n], n))
    own = changed - set(targets)
    for name in targets:
        if program.variables[name].dtype in (bool, np.bool_):
            raise DerivationError(
                f"{synapses.name}: {what} sets {name!r}, which is true or false: spikes that "
                "arrive together do not add up."
            )
        increment = sp.expand(_inlined(program, name) - symbol(name))
        program.assign(f"_effect_{name}", increment)
    for name in sorted(own):
        _blend(program, name, decayed.get(name, symbol(name)), settings.smooth)
    if driven is not None:
        program.assign(LAST, symbol("t"), {})
        own.add(LAST)
    effect = _effect(synapses, what, program, tuple(targets), own, settings)
    _refuse_order(synapses, what, effect)
    return effect


def _words(synapses: Synapses, pathway: Any) -> str:
    several = sum(p.prepost == pathway.prepost for p in synapses._pathways) > 1
    return f"on_{pathway.prepost}" + (f" ({pathway.objname})" if several else "")


def update_effect(synapses: Synapses, settings: EffectSettings) -> Effect:
    """Derive the step of differential equations of synapses."""
    updater = synapses.state_updater
    updater.update_abstract_code(settings.namespace)
    what = "the differential equation"
    code = in_full(synapses, updater.abstract_code)
    program = program_of(synapses, f"{what} reads", code, settings)
    program.run(code, conditional=False)
    own = {n for n in program.now if n in program.variables and n != "dt"}
    effect = _effect(synapses, what, program, (), own, settings)
    for name in ("lastspike", "not_refractory"):
        if any(n.startswith(f"{name}_") for n in effect.reads):
            raise DerivationError(
                f"{synapses.name}: {what} reads {name!r} of a neuron, which its threshold changes "
                "after it; not followed."
            )
    return effect


def sum_effect(synapses: Synapses, updater: Any, settings: EffectSettings) -> Effect:
    """Derive a sum over synapses, a variable of their neurons."""
    target, text = updater.target_varname, in_full(synapses, updater.expression.code)
    what = f"the sum {target}"
    program = program_of(synapses, f"{what} reads", f"{target} = {text}", settings)
    program.assign(f"_effect_{target}", program.read(text))
    effect = _effect(synapses, what, program, (target,), set(), settings)
    _refuse_order(synapses, what, effect)
    return effect


def _effect(
    synapses: Synapses,
    what: str,
    program: Program,
    targets: tuple[str, ...],
    own: Collection[str],
    settings: EffectSettings,
) -> Effect:
    if program.draws:
        raise DerivationError(f"{synapses.name}: random numbers in {what} are not followed.")
    flat = tuple(sorted(n for n in own if n == LAST or is_flat(n, program.variables[n])))
    states = tuple(sorted(set(own) - set(flat)))
    wanted = [f"_effect_{x}" for x in targets] + [program.current(n).name for n in (*states, *flat)]
    order = simplified(program.statements, wanted)
    used = {s.name for statement in order for s in _names_of(statement)}
    used |= {s.name for statement in program.statements for s in (statement.partials or {})}
    sides = tuple(sorted(n for n in used if _is_of_neuron(program.variables.get(n), n)))
    mine = tuple(n for n in settings.trained if n in program.variables)
    functions = numpy_functions(program, synapses)
    return Effect(program, targets, states, flat, mine, sides, functions=functions)


def _is_of_neuron(variable: Any, name: str) -> bool:
    known = variable is not None and not isinstance(variable, Constant)
    return known and name.endswith(("_pre", "_post"))


def _refuse_order(synapses: Synapses, what: str, effect: Effect) -> None:
    """Refuse what reads a variable of neurons that it writes."""
    variables = effect.program.variables
    for read in effect.reads:
        if any(variables[read] is variables[n] for n in effect.targets):
            raise DerivationError(
                f"{synapses.name}: {what} reads {read!r}, which it writes: what spikes that arrive "
                "together do depends on their order, and has no derivative here."
            )


def _lines(code: str) -> Sequence[str]:
    return [part.strip() for part in code.replace(";", "\n").split("\n") if part.strip()]


def _add(program: Program, line: str) -> None:
    """Append a statement; where the neuron is refractory, it adds nothing to it."""
    before = dict(program.now)
    program.run(line, conditional=False)
    for name in [n for n in program.now if program.now[n] is not before.get(n)]:
        gate = getattr(program.variables.get(name), "conditional_write", None)
        if gate is not None:
            old = before.get(name, symbol(name))
            gain = sp.expand(_inlined(program, name) - old)
            suffix = "_pre" if name.endswith("_pre") else "_post"
            program.assign(name, old + where_(symbol(f"{gate.name}{suffix}"), gain, 0))


def _inlined(program: Program, name: str) -> Any:
    """The value of a name in terms of what the effect is given, as far as statements are plain."""
    plain = {symbol(s.name): s.expression for s in program.statements if s.partials is None}
    value = program.current(name)
    while value.free_symbols & set(plain):
        value = value.xreplace(plain)
    return value


def _blend(program: Program, name: str, old: Any, smooth: bool) -> None:
    """Let a state of the synapse be what a spike makes of it only where there is one."""
    new, fires, s = program.now[name], symbol("_fires"), symbol("_s")
    if is_flat(name, program.variables[name]):
        program.assign(name, where_(fires, new, old), {})
        return
    slopes: dict[Any, Any] = {}
    for value, share in ((new, s), (old, 1 - s)):
        slopes[value] = sp.expand(slopes.get(value, 0) + share)
    slopes[s] = new - old
    program.assign(name, old + s * (new - old) if smooth else where_(fires, new, old), slopes)
