"""What an engine cannot do, and why: found in a model before anything is generated.

The table of docs/engines.md is written from `LIMITS` (`brainsnn.engine.limits_table`).
To add a limit: append to `LIMITS`. To add an engine: give each limit that concerns it a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from brian2.equations import Equations
from brian2.equations.equations import (
    DIFFERENTIAL_EQUATION,
    SUBEXPRESSION,
    EquationError,
)
from brian2.parsing.statements import parse_statement

from brainsnn.engine import brian2_device
from brainsnn.errors import EngineError
from brainsnn.network.delays import Delays
from brainsnn.network.model import Model
from brainsnn.network.plasticity.declared import statements
from brainsnn.network.synapses.pathway_statements import statements_of


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
    limits = [limit for limit in LIMITS if engine in limit.reasons]
    try:
        with brian2_device.BRIAN2:
            complaints = [
                f"{at}: {limit.reasons[engine]}" for limit in limits for at in limit.find(model)
            ]
    except (EquationError, ValueError):
        return  # not in Brian2's language: building it says where
    if complaints:
        raise EngineError(
            f"Engine {engine!r} cannot run model {model.name!r}. {' '.join(complaints)} "
            "Engines without these limits are in the table of docs/engines.md."
        )


def _other_than_adding(model: Model) -> Iterator[str]:
    return (s.place for s in statements_of(model) if s.written and s.operator != "+=")


def _second_write(model: Model) -> Iterator[str]:
    seen: set[str] = set()
    for s in statements_of(model):
        if s.written:
            if s.connection.name in seen:
                yield s.place
            seen.add(s.connection.name)


def _reads_of_written(model: Model) -> Iterator[str]:
    found = list(statements_of(model))
    written = {(s.connection.target, s.written) for s in found if s.written}
    for s in found:
        if any((s.connection.target, name) in written for name in s.read_of_target):
            yield s.place


def _postsynaptic(model: Model) -> Iterator[str]:
    return (f"Connection {c.name!r}" for c in model.connections if c.synapse.on_post)


def _in_each_step(model: Model) -> Iterator[str]:
    return (f"Connection {c.name!r}" for c in model.connections if c.synapse.each_step)


def _plastic(model: Model) -> Iterator[str]:
    return (f"Variable {name!r}" for name in model.plastic)


def _source_variables(model: Model) -> Iterator[str]:
    for s in statements_of(model):
        if any(name in _INDICES or name.endswith("_pre") for name in s.read):
            yield s.place


def _subexpressions(model: Model) -> Iterator[str]:
    for s in statements_of(model):
        used = s.read & set(s.synaptic.names)
        if any(s.synaptic[name].type == SUBEXPRESSION for name in used):
            yield s.place


def _synapses_in_time(model: Model) -> Iterator[str]:
    for c in model.connections:
        for equation in Equations(c.synapse.equations).values():
            if equation.type == DIFFERENTIAL_EQUATION and "event-driven" not in equation.flags:
                yield f"Connection {c.name!r}, d{equation.varname}/dt"


def _summed(model: Model) -> Iterator[str]:
    for c in model.connections:
        for equation in Equations(c.synapse.equations).values():
            if "summed" in equation.flags:
                yield f"Connection {c.name!r}, {equation.varname}"


def _poisson(model: Model) -> Iterator[str]:
    for p in model.populations:
        if p.neuron:
            text = f"{p.neuron.equations}\n{p.neuron.threshold}\n{p.neuron.reset}"
            if re.search(r"\bpoisson\s*\(", text):
                yield f"Population {p.name!r}"
    yield from (s.place for s in statements_of(model) if "poisson" in s.read)


def _values_of_shared(model: Model) -> Iterator[str]:
    """Variables of single synapses where synapses share their weights."""
    for c in model.connections:
        if not c.connectivity.shares_weights:
            continue
        weight, place = c.synapse.weight, f"Connection {c.name!r} ({c.connectivity.name})"
        for equation in Equations(c.synapse.equations).values():
            single = equation.type != SUBEXPRESSION and "shared" not in equation.flags
            if equation.varname != weight and single:
                yield f"{place}, variable {equation.varname!r}"
        for text in statements(c.synapse.on_pre):
            if parse_statement(text)[0] == weight:
                yield f"{place}, on_pre {text!r}"


def _other_inputs(model: Model) -> Iterator[str]:
    return (f"Population {p.name!r}" for p in model.inputs[1:])


def _recorded(model: Model) -> Iterator[str]:
    return (f"Recorded variable {record.name!r}" for record in model.recorded)


def _delays_of_synapses(model: Model) -> Iterator[str]:
    return (f"Connection {c.name!r}" for c in model.connections if isinstance(c.delay, Delays))


#: Names in a synapse that stand for the place of a neuron or for a number of neurons or synapses.
_INDICES = {"i", "j", "N", "N_post", "N_incoming", "N_outgoing"}

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
        "`on_pre` that reads a variable of the target which some `on_pre` writes",
        {"genn": "GeNN adds the sum at the end: a spike would not see another of the same step."},
        _reads_of_written,
    ),
    Limit(
        "`on_pre` with variables of the source (`x_pre`), indices (`i`, `j`) or `N`",
        {"genn": "Brian2GeNN does not hand them to GeNN."},
        _source_variables,
    ),
    Limit(
        "`on_pre` with a subexpression of the synapse",
        {"genn": "Brian2GeNN does not expand subexpressions; write the expression out."},
        _subexpressions,
    ),
    Limit(
        "synapses that change in every step (differential equations, not event-driven)",
        {"genn": "GeNN advances them before a step's spikes, Brian2 after; say (event-driven)."},
        _synapses_in_time,
    ),
    Limit(
        "`(summed)` variables",
        {"genn": "Brian2GeNN loses the variables that are used in the sum alone."},
        _summed,
    ),
    Limit(
        "`poisson()` in equations",
        {"genn": "GeNN's language has no such function; rand() and randn() are there."},
        _poisson,
    ),
    Limit(
        "convolution or pooling with variables of single synapses, or `on_pre` that writes weights",
        dict.fromkeys(
            ("resident", "standalone"), "synapses that share a weight have nothing of their own."
        ),
        _values_of_shared,
    ),
    Limit(
        "`on_post`",
        {"genn": "what a postsynaptic spike does is not handed to GeNN yet."},
        _postsynaptic,
    ),
    Limit(
        "`each_step` of synapses",
        {"genn": "Brian2GeNN does not hand it to GeNN."},
        _in_each_step,
    ),
    Limit(
        "plastic variables, which go on from trial to trial",
        {"genn": "its loop puts all state back before a trial."},
        _plastic,
    ),
    Limit(
        "several populations of input spikes",
        {"genn": "its loop gives spikes to one population."},
        _other_inputs,
    ),
    Limit(
        "recorded state variables (`Network.record`)",
        {"genn": "its loop hands back spikes and final potentials only."},
        _recorded,
    ),
    Limit(
        "a delay for each synapse",
        {"genn": "its synapses have one delay a connection."},
        _delays_of_synapses,
    ),
]
