"""From the strings of a Brian2 group to one time step of it, with its derivatives.

A step has two programs: the state update with the threshold, and the reset; spikes arrive before
the first or between the two, as the network's schedule has it. Both are Brian2's own abstract code,
of the state updater that the group chose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from brian2 import NeuronGroup
from brian2.core.variables import Constant

from brainsnn.learning.equations.derivatives import adjoint, simplified
from brainsnn.learning.equations.functions import Derivatives, where_
from brainsnn.learning.equations.group import (
    check_trained,
    differentiable_links,
    is_flat,
    margin_of,
    numpy_functions,
    resolved,
)
from brainsnn.learning.equations.program import GATE, Program, Statement, flag, symbol
from brainsnn.learning.equations.slopes import SMOOTH, slope_string
from brainsnn.learning.equations.strings.printing import Code, NumpyFunction, numpy_function
from brainsnn.learning.equations.strings.reading import parsed


@dataclass(frozen=True)
class Spike:
    """What stands for the derivative of a spike.

    Parameters
    ----------
    slope : str, default "triangle"
        A name of `slopes.SLOPES`, or a Brian2 string of the margin ``_g`` and ``_scale``.
    scale : float, default 1
        Scale of the margin, in SI units.
    attached : bool or tuple of str, default True
        Whether the derivative of a reset by its spike is followed; or of which states' resets.
    smooth : bool, default False
        Whether spikes are sigmoids of the margin in the forward pass too (for checks).
    """

    slope: str = "triangle"
    scale: float = 1.0
    attached: bool | tuple[str, ...] = True
    smooth: bool = False

    def follows(self, state: str) -> bool:
        """Whether the reset of a state is followed."""
        return self.attached if isinstance(self.attached, bool) else state in self.attached


@dataclass
class Step:
    """One time step of a population.

    Parameters
    ----------
    update : Program
        State update and threshold; gives ``_g`` (margin), ``_s`` (spike), if there is a threshold.
    reset : Program
        Reset, of ``_s`` and ``_fires``.
    states, discrete : tuple of str
        What a step carries on, with derivatives and without (booleans, ``lastspike``).
    trained : tuple of str
        Parameters whose derivatives are asked for.
    trained_first : tuple of str
        States whose first values are trained.
    links : tuple of str
        Other populations' variables that it reads, with derivatives.
    functions : dict
        The user's functions, as NumPy has them.
    smooth : bool
        Whether spikes are sigmoids of the margin.
    """

    update: Program
    reset: Program
    states: tuple[str, ...] = ()
    discrete: tuple[str, ...] = ()
    trained: tuple[str, ...] = ()
    trained_first: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    functions: dict[str, Any] = field(default_factory=dict)
    smooth: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that is carried on."""
        return self.states + self.discrete

    @property
    def spikes(self) -> bool:
        """Whether there is a threshold."""
        return "_s" in self.update.now

    def _forward(self, program: Program, *more: str, given: tuple[str, ...] = ()) -> NumpyFunction:
        outputs = {n: str(program.current(n)) for n in (*self.names, *more)}
        order = simplified(program.statements, list(outputs.values()), given)
        return numpy_function(order, outputs, self.functions)

    def _backward(self, program: Program, seeds: dict[str, list[Any]], by: tuple[str, ...]) -> Any:
        wanted = {n: f"_bar_{n}" for n in by}
        found = adjoint(program.statements, seeds, by)
        order = simplified(found, list(wanted.values()), given=("_s",))
        return numpy_function(order, wanted, self.functions)

    def _bars(self, program: Program) -> dict[str, list[Any]]:
        seeds: dict[str, list[Any]] = {}
        for n in self.states:
            seeds.setdefault(program.current(n).name, []).append(symbol(f"_after_{n}"))
        return seeds

    @cached_property
    def slope(self) -> Code:
        """What stands for the derivative of a spike by its margin, as ``_psi``."""
        spike = next(x for x in self.update.statements if x.name == "_s")
        (slope,) = (spike.partials or {}).values()
        statements = [*self.update.statements, Statement("_psi", slope)]
        order = simplified(statements, ["_psi"], given=("_s",))
        return Code(tuple(order), {"_psi": "_psi"})

    @cached_property
    def forward_update(self) -> NumpyFunction:
        """From state and parameters to the state at the threshold, margin and spike."""
        return self._forward(self.update, *(("_g", "_s") if self.spikes else ()))

    @cached_property
    def replayed_update(self) -> NumpyFunction:
        """From state, parameters and the spike, ``_s`` and ``_cond``, to the state there."""
        return self._forward(self.update, given=("_s", "_cond"))

    @cached_property
    def forward_reset(self) -> NumpyFunction:
        """From the state and the spike to the state after the reset."""
        return self._forward(self.reset)

    @cached_property
    def backward_update(self) -> NumpyFunction:
        """From ``_after_<state>``, ``_bar_s`` to the derivatives by states and parameters."""
        seeds = self._bars(self.update)
        if self.spikes:
            seeds["_s"] = [symbol("_bar_s")]
        return self._backward(self.update, seeds, self.states + self.trained + self.links)

    @cached_property
    def backward_reset(self) -> NumpyFunction:
        """From ``_after_<state>`` to the derivatives by states, parameters and ``_s``."""
        by = (*self.states, *self.trained, *self.links, *(("_s",) if self.spikes else ()))
        return self._backward(self.reset, self._bars(self.reset), by)


def derive_step(
    group: NeuronGroup,
    namespace: Mapping[str, Any],
    trained: tuple[str, ...] = (),
    spike: Spike | None = None,
    derivatives: Derivatives | None = None,
    written: Collection[str] = (),
) -> Step:
    """Derive the step of a group.

    Parameters
    ----------
    group : NeuronGroup
    namespace : mapping
        Where names of the equations are looked up that the group itself does not know.
    trained : tuple of str
        Parameters, of the group or of the namespace, whose derivatives are asked for, and states,
        whose first values are.
    spike : Spike, optional
    derivatives : mapping, optional
        Of the user's functions (`Derivatives`).
    written : collection of str
        Variables that synapses change.

    Raises
    ------
    DerivationError
        If something in the strings has no derivative; it says what.
    """
    spike = spike or Spike()
    variables = resolved(group, namespace)
    check_trained(group, variables, trained)
    program = Program(variables, trained, derivatives or {})
    program.now["dt"] = sp.Float(float(np.asarray(group.dt_).item()), 17)
    group.state_updater.update_abstract_code(namespace)
    program.run(group.state_updater.abstract_code)
    carried = {n for n in program.now if n in variables and not isinstance(variables[n], Constant)}
    carried |= set(written)
    reset = Program(variables, trained, derivatives or {})
    reset.now["dt"] = program.now["dt"]
    if "spike" in group.thresholder:
        _add_threshold(program, group, namespace, spike)
        carried |= _add_reset(reset, group, namespace, spike)
        carried |= {"lastspike", GATE} if group._refractory is not False else set()
    names = sorted(n for n in carried if n not in ("dt", "xi") and not n.startswith("_"))
    flat = tuple(n for n in names if is_flat(n, variables[n]))
    states = tuple(n for n in names if n not in flat)
    first = tuple(n for n in trained if n in states)
    parameters = tuple(n for n in trained if n not in states)
    functions = numpy_functions(program, group)
    links = differentiable_links(group, variables)
    return Step(program, reset, states, flat, parameters, first, links, functions, spike.smooth)


def _add_threshold(
    program: Program, group: NeuronGroup, namespace: Mapping[str, Any], spike: Spike
) -> None:
    """Append margin, spike, and what Brian2's threshold does to refractoriness."""
    group.thresholder["spike"].update_abstract_code(namespace)
    condition = program.read(group.thresholder["spike"].abstract_code.split("=", 1)[1])
    text = f"the threshold {group.events['spike']!r}"
    margin, others = margin_of(group.name, text, condition, program)
    g, fires = program.assign("_g", margin), program.assign("_cond", condition)
    gate = sp.Integer(1) if others == sp.true else flag(others)
    places = {symbol("_g"): g, symbol("_scale"): sp.Float(float(spike.scale), 17)}
    slope = program.calls_apart(parsed(slope_string(spike.slope)).xreplace(places))
    value = gate * parsed(SMOOTH).xreplace(places) if spike.smooth else flag(fires)
    program.assign("_s", value, {g: gate * slope})
    if group._refractory is not False:
        for name, new in (("lastspike", symbol("t")), (GATE, sp.false)):
            program.assign(name, where_(fires, new, program.current(name)), {})


def _add_reset(
    program: Program, group: NeuronGroup, namespace: Mapping[str, Any], spike: Spike
) -> set[str]:
    """Append the reset of those that spike; return what it writes."""
    if "spike" not in group.resetter:
        return set()
    group.resetter["spike"].update_abstract_code(namespace)
    before = dict(program.now)
    program.run(group.resetter["spike"].abstract_code, conditional=False)
    written = {
        n for n in program.now if n in program.variables and program.now[n] is not before.get(n)
    }
    fires, s = symbol("_fires"), symbol("_s")
    for n in sorted(written):
        old, new = before.get(n, symbol(n)), program.now[n]
        if is_flat(n, program.variables[n]):
            program.assign(n, where_(fires, new, old), {})
            continue
        slopes = {new: s, old: 1 - s} | ({s: new - old} if spike.follows(n) else {})
        program.assign(
            n, old + s * (new - old) if spike.smooth else where_(fires, new, old), slopes
        )
    return written
