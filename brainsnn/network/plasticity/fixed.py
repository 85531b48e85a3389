"""A network whose plastic variables stay as they are: to be tried, compared, exported."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from collections.abc import Iterable
from dataclasses import dataclass, replace

from brian2.equations import Equations
from brian2.equations.equations import (
    DIFFERENTIAL_EQUATION,
    PARAMETER,
    SUBEXPRESSION,
    SingleEquation,
)
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import get_identifiers

from brainsnn.network.constants import unit_text
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.plasticity.declared import statements
from brainsnn.network.synapses import SynapseModel


def without_plasticity(model: Model) -> Model:
    """The same network, in which nothing plastic changes.

    Statements that write a plastic variable are left out, and so is what nothing else reads then:
    traces, their equations, their parameters. A plastic variable of neurons becomes a parameter,
    under the same name among what is learned, and so does a weight; others are there where the
    spikes of the network depend on them.

    Parameters
    ----------
    model : Model

    Returns
    -------
    Model
        Without what it records of what is no more; the model itself if nothing in it is plastic.
    """
    if not model.plastic:
        return model
    populations = tuple(_population(p) for p in model.populations)
    connections = tuple(_connection(c) for c in model.connections)
    kept = [
        record
        for record in model.recorded
        if all(
            record.variable in Equations(c.synapse.equations).names
            for c in connections
            if c.name == record.population
        )
        and record.name not in model.plastic
    ]
    return Model(model.name, populations, connections, model.dt, tuple(kept))


def _population(population: Population) -> Population:
    neuron = population.neuron
    if neuron is None or not neuron.plastic:
        return population
    return replace(population, neuron=_neuron(neuron))


def _neuron(neuron: Neuron) -> Neuron:
    equations = Equations(neuron.equations)
    lines = [
        f"{name} : {unit_text(e.dim)} (constant)" if name in neuron.plastic else _text(e)
        for name, e in equations.items()
    ]
    kept = [s for s in statements(neuron.reset) if _assigned(s) not in neuron.plastic]
    first = {name: neuron.first_value(name) for name in neuron.plastic}
    return replace(
        neuron,
        equations="\n".join(lines),
        reset="\n".join(kept),
        parameters={**neuron.parameters, **_with_units(first, equations)},
        initial={k: v for k, v in neuron.initial.items() if k not in first},
        trainable=(*neuron.trainable, *neuron.plastic),
        plastic=(),
    )


def _with_units(first: dict[str, object], equations: Equations) -> dict[str, object]:
    """First values, 0 with the unit of its variable."""
    return {
        name: f"0*{unit_text(equations[name].dim)}" if isinstance(v, float) and v == 0 else v
        for name, v in first.items()
    }


@dataclass(frozen=True)
class _Statement:
    """A statement of a synapse: when it is carried out, what it assigns to and reads."""

    when: str
    text: str
    written: str
    read: frozenset[str]


def _connection(connection: Connection) -> Connection:
    synapse = connection.synapse
    if not synapse.plastic:
        return connection
    own = Equations(synapse.equations)
    found = [
        _Statement(when, text, _assigned(text), frozenset(get_identifiers(text)))
        for when in ("on_pre", "on_post", "each_step")
        for text in statements(getattr(synapse, when))
        if _assigned(text) not in synapse.plastic
    ]
    live = _live(found, own, synapse)
    kept = {
        when: "\n".join(s.text for s in found if s.when == when and _matters(s, own, live))
        for when in ("on_pre", "on_post", "each_step")
    }
    lines = [_still(own[name], synapse) for name in own if name in live]
    fixed = replace(
        synapse,
        equations="\n".join(lines),
        parameters={k: v for k, v in synapse.parameters.items() if k in live},
        plastic=tuple(k for k in synapse.plastic if k in live and k != synapse.weight),
        **kept,
    )
    return replace(connection, synapse=fixed)


def _live(found: Iterable[_Statement], own: Equations, synapse: SynapseModel) -> set[str]:
    """Variables of a synapse that what leaves it depends on, and its weight."""
    live = {synapse.weight} | {k for k, e in own.items() if "summed" in e.flags}
    while True:
        read = {k for s in found if _matters(s, own, live) for k in s.read}
        for name in live & set(own.names):
            if own[name].type != PARAMETER and name not in synapse.plastic:
                read |= own[name].identifiers
        if read & set(own.names) <= live:
            return live
        live |= read & set(own.names)


def _matters(statement: _Statement, own: Equations, live: set[str]) -> bool:
    return statement.written not in own.names or statement.written in live


def _still(equation: SingleEquation, synapse: SynapseModel) -> str:
    if equation.varname in synapse.plastic:
        return f"{equation.varname} : {unit_text(equation.dim)}"
    return _text(equation)


def _text(equation: SingleEquation) -> str:
    """An equation as Brian2 reads it."""
    name, kind = equation.varname, equation.type
    head = {DIFFERENTIAL_EQUATION: f"d{name}/dt = ", SUBEXPRESSION: f"{name} = "}.get(kind)
    left = name if head is None else f"{head}{equation.expr}"
    unit = unit_text(equation.dim) if equation.var_type == "float" else equation.var_type
    return f"{left} : {unit}" + (f" ({', '.join(equation.flags)})" if equation.flags else "")


def _assigned(statement: str) -> str:
    return str(parse_statement(statement)[0])
