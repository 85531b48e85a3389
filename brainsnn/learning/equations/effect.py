"""From the strings of a Brian2 `Synapses` to what an arriving spike does, with its derivatives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from brian2 import Synapses
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.variables import Subexpression
from brian2.utils.stringtools import get_identifiers

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.derivatives import adjoint, simplified
from brainsnn.learning.equations.functions import Derivatives, where_
from brainsnn.learning.equations.printing import NumpyFunction, numpy_function
from brainsnn.learning.equations.program import Program, symbol


@dataclass
class Effect:
    """What one spike adds to states of the neuron that it reaches.

    Parameters
    ----------
    program : Program
        Gives ``_effect_<state>``.
    targets : tuple of str
        States that it changes.
    trained : tuple of str
        Variables of the synapse whose derivatives are asked for.
    reads : tuple of str
        Variables of target (``_post``) and source (``_pre``) that it reads.
    """

    program: Program
    targets: tuple[str, ...]
    trained: tuple[str, ...]
    reads: tuple[str, ...]

    @cached_property
    def forward(self) -> NumpyFunction:
        """From what it reads to what it adds, by state."""
        outputs = {x: f"_effect_{x}" for x in self.targets}
        return numpy_function(simplified(self.program.statements, list(outputs.values())), outputs)

    @cached_property
    def backward(self) -> NumpyFunction:
        """From ``_bar_effect_<state>`` to the derivatives by what is trained and read."""
        by = (*self.trained, *self.reads)
        seeds = {f"_effect_{x}": [symbol(f"_bar_effect_{x}")] for x in self.targets}
        order = simplified(adjoint(self.program.statements, seeds, by), [f"_bar_{n}" for n in by])
        return numpy_function(order, {n: f"_bar_{n}" for n in by})


def derive_effect(
    synapses: Synapses,
    namespace: Mapping[str, Any],
    trained: tuple[str, ...] = ("w",),
    derivatives: Derivatives | None = None,
) -> Effect:
    """Derive ``on_pre`` of synapses.

    Raises
    ------
    DerivationError
        If it writes what is not a state of its target, or reads a state that it writes: spikes that
        arrive together would not add up.
    """
    pathway = synapses.pre
    pathway.update_abstract_code(namespace)
    program = _program_of(synapses, pathway.abstract_code, namespace, trained, derivatives)
    _check_trained(synapses, program, trained)
    targets = [n for n in program.now if n in program.variables and n != "dt"]
    for name in targets:
        if not name.endswith("_post"):
            raise DerivationError(
                f"{synapses.name}: on_pre writes {name!r}; only states of the neurons that a spike "
                "reaches (..._post) can be followed so far."
            )
        increment = sp.expand(_inlined(program, name) - symbol(name))
        program.assign(f"_effect_{name.removesuffix('_post')}", increment)
    bare = tuple(name.removesuffix("_post") for name in targets)
    order = simplified(program.statements, [f"_effect_{x}" for x in bare])
    used = {s.name for statement in order for s in statement.expression.free_symbols}
    reads = tuple(
        sorted(n for n in used if n.endswith(("_pre", "_post")) and n in program.variables)
    )
    again = sorted(set(reads) & set(targets))
    if again:
        raise DerivationError(
            f"{synapses.name}: on_pre reads {again[0]!r}, which it writes: what spikes that arrive "
            "together do depends on their order, and has no derivative here."
        )
    return Effect(program, bare, trained, reads)


def _program_of(
    synapses: Synapses,
    code: str,
    namespace: Mapping[str, Any],
    trained: tuple[str, ...],
    derivatives: Derivatives | None,
) -> Program:
    names = get_identifiers(code) - {"int", "and", "or", "not", "True", "False"}
    names |= {n for n in trained if n in synapses.variables}
    variables: dict[str, Any] = {}
    while names - set(variables):
        found = synapses.resolve_all(names - set(variables), namespace, user_identifiers=())
        variables |= found
        for name, variable in found.items():
            if not isinstance(variable, Subexpression):
                continue
            if name.endswith(("_pre", "_post")):
                raise DerivationError(
                    f"{synapses.name}: on_pre reads {name!r}, an expression of the neuron's "
                    f"({variable.expr}); write it out in on_pre."
                )
            names |= get_identifiers(variable.expr) - {"int", "and", "or", "not", "True", "False"}
    functions = {k: v for k, v in DEFAULT_FUNCTIONS.items() if k in names}
    program = Program({**functions, **variables}, trained, derivatives or {})
    program.now["dt"] = sp.Float(float(np.asarray(synapses.pre.source.clock.dt_).item()), 17)
    for line in filter(None, (part.strip() for part in code.split("\n"))):
        _add(program, line)
    if program.draws:
        raise DerivationError(f"{synapses.name}: random numbers in on_pre are not followed.")
    return program


def _add(program: Program, line: str) -> None:
    """Append a statement; where the target is refractory, it adds nothing."""
    before = dict(program.now)
    program.run(line, conditional=False)
    for name in [n for n in program.now if program.now[n] is not before.get(n)]:
        gate = getattr(program.variables.get(name), "conditional_write", None)
        if gate is not None:
            old = before.get(name, symbol(name))
            gain = sp.expand(_inlined(program, name) - old)
            program.assign(name, old + where_(symbol(f"{gate.name}_post"), gain, 0))


def _inlined(program: Program, name: str) -> Any:
    """The value of a name in terms of what the effect is given, as far as statements are plain."""
    plain = {symbol(s.name): s.expression for s in program.statements if s.partials is None}
    value = program.current(name)
    while value.free_symbols & set(plain):
        value = value.xreplace(plain)
    return value


def _check_trained(synapses: Synapses, program: Program, names: tuple[str, ...]) -> None:
    for name in names:
        if name not in program.variables:
            raise DerivationError(f"{synapses.name}: there is no variable {name!r} to be trained.")
