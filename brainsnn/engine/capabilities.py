"""What an engine cannot do, and why: found in a model before anything is generated.

The table of docs/engines.md is written from `LIMITS` (`brainsnn.engine.limits_table`).
To add a limit: append to `LIMITS`. To add an engine: give each limit that concerns it a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from brian2.equations import Equations
from brian2.equations.equations import SUBEXPRESSION
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import get_identifiers

from brainsnn.errors import EngineError
from brainsnn.model import Connection, Model


def _nowhere(model: Model) -> Iterable[str]:  # noqa: ARG001
    return ()


@dataclass(frozen=True)
class Limit:
    """One thing that some engines cannot do.

    Parameters
    ----------
    case : str
        What is asked for.
    reasons : mapping of str to str
        Why not, for each engine that cannot; the others can.
    find : callable
        Where a model asks for it, in words; nowhere by default, for what a model cannot express.
    """

    case: str
    reasons: Mapping[str, str]
    find: Callable[[Model], Iterable[str]] = _nowhere


def refuse(engine: str, model: Model) -> None:
    """Raise an error if the model asks for what the engine cannot do.

    Parameters
    ----------
    engine : str
        Name of the engine.
    model : Model
        The network to be built.

    Raises
    ------
    EngineError
        With every place in the model, the reason, and the engines that can.
    """
    complaints = [
        f"{place}: {limit.reasons[engine]}"
        for limit in LIMITS
        if engine in limit.reasons
        for place in limit.find(model)
    ]
    if complaints:
        raise EngineError(
            f"Engine {engine!r} cannot run model {model.name!r}. {' '.join(complaints)} "
            "Engines without these limits are in the table of docs/engines.md."
        )


@dataclass(frozen=True)
class _Statement:
    """One statement of an ``on_pre``, and what its names are."""

    connection: Connection
    text: str
    synaptic: frozenset[str]
    target: frozenset[str]

    @property
    def parsed(self) -> tuple[str, str, str]:
        variable, operator, expression, _ = parse_statement(self.text)
        return variable, operator, expression

    @property
    def place(self) -> str:
        return f"Connection {self.connection.name!r}, on_pre {self.text!r}"

    def writes_target(self) -> bool:
        variable = self.parsed[0]
        if variable.endswith("_post"):
            return True
        return variable in self.target and variable not in self.synaptic


def _names(equations: str) -> frozenset[str]:
    return frozenset(Equations(equations).names)


def _statements(model: Model) -> Iterable[_Statement]:
    for c in model.connections:
        target = model.population(c.target).neuron
        known = _names(target.equations) if target else frozenset[str]()
        for line in re.split(r"[\n;]", c.synapse.on_pre):
            text = line.partition("#")[0].strip()
            if text:
                yield _Statement(c, text, _names(c.synapse.equations), known)


def _other_than_adding(model: Model) -> Iterable[str]:
    return (s.place for s in _statements(model) if s.writes_target() and s.parsed[1] != "+=")


def _second_write(model: Model) -> Iterable[str]:
    seen: set[str] = set()
    for s in _statements(model):
        if s.writes_target():
            if s.connection.name in seen:
                yield s.place
            seen.add(s.connection.name)


def _source_variables(model: Model) -> Iterable[str]:
    for s in _statements(model):
        if any(name.endswith("_pre") for name in get_identifiers(s.text)):
            yield s.place


def _subexpressions(model: Model) -> Iterable[str]:
    for s in _statements(model):
        equations = Equations(s.connection.synapse.equations)
        used = get_identifiers(s.text) & set(equations.names)
        if any(equations[name].type == SUBEXPRESSION for name in used):
            yield s.place


def _poisson(model: Model) -> Iterable[str]:
    for p in model.populations:
        if p.neuron:
            text = f"{p.neuron.equations}\n{p.neuron.threshold}\n{p.neuron.reset}"
            if re.search(r"\bpoisson\s*\(", text):
                yield f"Population {p.name!r}"
    yield from (s.place for s in _statements(model) if re.search(r"\bpoisson\s*\(", s.text))


LIMITS = [
    Limit(
        "`on_pre` that does more to the target than add: `-=`, `=`, `*=`",
        {"genn": "GeNN sums what arrives in a step, so only += is possible."},
        _other_than_adding,
    ),
    Limit(
        "`on_pre` that writes the target twice",
        {"genn": "GeNN keeps one sum a connection; make a connection for each variable."},
        _second_write,
    ),
    Limit(
        "`on_pre` with variables of the source (`x_pre`)",
        {"genn": "Brian2GeNN hands GeNN no variables of the source."},
        _source_variables,
    ),
    Limit(
        "`on_pre` with a subexpression of the synapse",
        {"genn": "Brian2GeNN does not expand subexpressions; write the expression out."},
        _subexpressions,
    ),
    Limit(
        "`poisson()` in equations",
        {"genn": "GeNN's language has no such function; rand() and randn() are there."},
        _poisson,
    ),
]
