r"""The derived step of every population and every synapse, its Jacobian and adjoint, as equations.

The adjoint of an assignment :math:`y = f(x)` adds :math:`\bar y \, \partial f / \partial x` to
:math:`\bar x`: what is printed as Jacobian is all that it is made of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import dropwhile
from typing import Any

import sympy as sp

from brainsnn.learning.equations.functions import where_
from brainsnn.learning.equations.inspection.jacobian import closed, jacobian
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.program import Program, symbol
from brainsnn.learning.equations.step import Step
from brainsnn.learning.equations.strings.printing import brian_string
from brainsnn.learning.equations.strings.reading import INT
from brainsnn.learning.equations.synapses.effect import Effect


@dataclass(frozen=True)
class Formula:
    """One equation.

    Parameters
    ----------
    left, latex : str
        Its left side as text and as LaTeX.
    right : expression, or (str, str)
        Its right side, or that as text and as LaTeX.
    """

    left: str
    latex: str
    right: Any

    def text(self) -> str:
        """Return it in Brian2's notation."""
        shown = self.right[0] if isinstance(self.right, tuple) else _text(self.right)
        return f"{self.left} = {shown}"

    def formula(self) -> str:
        """Return it as LaTeX."""
        shown = self.right[1] if isinstance(self.right, tuple) else _latex(self.right)
        return f"{self.latex} = {shown}"


@dataclass(frozen=True)
class Section:
    """Equations under a heading."""

    title: str
    formulas: tuple[Formula, ...]


@dataclass(frozen=True)
class WrittenGradient:
    """A derived network, written down: `str` gives text, a notebook shows LaTeX.

    Parameters
    ----------
    sections : tuple of Section
    """

    sections: tuple[Section, ...]

    def __str__(self) -> str:
        """Return it as text, in Brian2's notation."""
        lines = []
        for section in self.sections:
            lines.append(section.title)
            lines += [f"  {f.text()}" for f in section.formulas]
        return "\n".join(lines) + "\n"

    def latex(self) -> str:
        """Return it as Markdown with formulas in LaTeX."""
        parts = []
        for section in self.sections:
            parts.append(f"**{section.title}**\n")
            parts += [f"$${f.formula()}$$\n" for f in section.formulas]
        return "\n".join(parts)

    def _repr_markdown_(self) -> str:
        return self.latex()


def write_gradient(derived: DerivedNetwork) -> WrittenGradient:
    """Write down what was derived of a network.

    Parameters
    ----------
    derived : DerivedNetwork

    Returns
    -------
    WrittenGradient
        For every population, the state update (``x`` before it, ``x'`` after it), margin ``g`` and
        spike ``s``, the slope ``psi`` that stands for ``ds/dg``, the reset, and the derivatives
        by states and trained parameters; for synapses, what they add and change, and its
        derivatives.
    """
    sections: list[Section] = []
    for name, population in derived.neurons.items():
        sections += _of_step(name, population.derived)
    for name, connection in derived.connections.items():
        for moment, m in connection.moments.items():
            place = f"{name}, {m.kind}: {moment} ({connection.source} to {connection.target})"
            sections += _of_effect(place, m.effect)
    return WrittenGradient(tuple(section for section in sections if section.formulas))


def _of_step(name: str, step: Step) -> list[Section]:
    by = (*step.states, *step.trained, *step.links)
    after = {n: step.update.current(n) for n in step.states}
    values = tuple(_after(n, closed(step.update, v)) for n, v in after.items())
    found = [Section(f"{name}: state update", values)]
    outputs = dict(after)
    if step.spikes:
        outputs["g"] = symbol("_g")
        found.append(Section(f"{name}: threshold", _threshold(step)))
    found += _partials(f"{name}: update", step.update, outputs, by)
    reset = {n: step.reset.current(n) for n in step.states}
    changed = {n: v for n, v in reset.items() if v.name != n}
    if changed:
        values = tuple(_after(n, closed(step.reset, v)) for n, v in changed.items())
        found.append(Section(f"{name}: reset, where s = 1", values))
        found += _partials(f"{name}: reset", step.reset, changed, (*by, "_s"))
    return found


def _threshold(step: Step) -> tuple[Formula, ...]:
    """Margin, and slope as a function of it."""
    held = {s.name: s for s in step.update.statements}
    (slope,) = (held["_s"].partials or {}).values()
    behind = dropwhile(lambda s: s.name != "_g", step.update.statements)
    program = replace(step.update, statements=list(behind)[1:])
    return (
        Formula("g", "g", closed(step.update, held["_g"].expression)),
        Formula("psi = ds/dg", r"\psi = \partial s / \partial g", closed(program, slope)),
        Formula("bar g", r"\bar g", ("psi * bar s", r"\psi \bar s")),
    )


def _of_effect(place: str, effect: Effect) -> list[Section]:
    added = {n: symbol(f"_effect_{n}") for n in effect.targets}
    own = {n: effect.program.current(n) for n in effect.own}
    values = [
        Formula(f"added to {n}", rf"\Delta {_name(n)}", closed(effect.program, v))
        for n, v in added.items()
    ]
    values += [_after(n, closed(effect.program, v)) for n, v in own.items()]
    by = (*effect.trained, *effect.reads, *effect.own, *effect.seen, *effect.presence)
    return [
        Section(place, tuple(values)),
        *_partials(place, effect.program, {**added, **own}, by),
    ]


def _partials(title: str, program: Program, outputs: dict[str, Any], by: Any) -> list[Section]:
    """The Jacobian, and the adjoint that is made of it."""
    found = jacobian(program, outputs, by)
    slopes = [Formula(f"d{_bare(n)}'/d{_bare(x)}", _slope(n, x), v) for (n, x), v in found.items()]
    adjoint = []
    for x in by:
        ways = [n for n, read in found if read == x]
        text = " + ".join(f"bar {_bare(n)}' * d{_bare(n)}'/d{_bare(x)}" for n in ways)
        latex = " + ".join(rf"\bar{{{_name(n)}}}' {_slope(n, x)}" for n in ways)
        adjoint.append(
            Formula(f"bar {_bare(x)}", rf"\bar{{{_name(x)}}}", (text or "0", latex or "0"))
        )
    return [
        Section(f"{title}: Jacobian", tuple(slopes)),
        Section(f"{title}: adjoint", tuple(adjoint)),
    ]


def _slope(of: str, by: str) -> str:
    return rf"\partial {_name(of)}' / \partial {_name(by)}"


def _bare(name: str) -> str:
    return name.strip("_")


def _text(expression: Any) -> str:
    return re.sub(r"\b_(\w)", r"\1", brian_string(expression).replace("where_(", "where("))


def _latex(expression: Any) -> str:
    """LaTeX, choices as cases."""

    def cases(condition: Any, yes: Any, no: Any) -> Any:
        holds = condition if condition.is_Boolean else sp.Ne(condition, 0)
        return sp.Piecewise((yes, holds), (no, True), evaluate=False)

    rounded = expression.xreplace({f: sp.Float(f, 6) for f in expression.atoms(sp.Float)})
    shown = rounded.replace(lambda e: isinstance(e, where_), lambda e: cases(*e.args))
    shown = shown.xreplace({s: sp.Symbol(s.name.strip("_")) for s in shown.free_symbols})
    return str(sp.latex(shown.replace(INT, sp.Function(r"\mathbb{1}"))))


def _after(name: str, value: Any) -> Formula:
    return Formula(f"{name}'", f"{_name(name)}'", value)


def _name(name: str) -> str:
    return str(sp.latex(sp.Symbol(_bare(name))))
