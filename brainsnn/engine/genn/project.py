"""A model as the sources that GeNN compiles: its description for GeNN, and the trial loop."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import brian2
from brian2.equations import Equations
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

from brainsnn.engine.changes import changed
from brainsnn.engine.genn.adapter import active
from brainsnn.engine.genn.arrays import TABLES, Array, gathered_weights, tables
from brainsnn.engine.genn.sparse import row_length, sparse_connections
from brainsnn.engine.resident.compiler import OPTIMISATION
from brainsnn.errors import ModelError
from brainsnn.network.brian2_errors import brian2_message, explain
from brainsnn.network.build import BuiltModel, build
from brainsnn.network.model import Connection, Model, Population

#: Files handed to GeNN's generator, and compiled around what it generates.
DESCRIPTION, LOOP = "model.cpp", "loop.cpp"

#: Where a neuron keeps the potential of its last spike, which a reset would overwrite.
SPIKE_POTENTIAL = "spike_potential"

_SEED = "_seed"


@dataclass(frozen=True)
class Project:
    """Generated sources, and what the engine has to know of them.

    Parameters
    ----------
    sources : mapping of str to str
        Text of every file, by name.
    arrays : tuple of Array
        All arrays that Python can see.
    random : tuple of Array
        Seeds of the random draws; empty for a deterministic network.
    """

    sources: Mapping[str, str]
    arrays: tuple[Array, ...]
    random: tuple[Array, ...]


def generate(model: Model, *, use_gpu: bool = False) -> Project:
    """Generate the sources of a model; neither GeNN nor a compiler is needed.

    Parameters
    ----------
    model : Model
        A model without what `brainsnn.engine.capabilities` lists for this engine.
    use_gpu : bool, default False
        Whether the loop moves spikes and state between host and device.

    Returns
    -------
    Project

    Raises
    ------
    EngineError
        If Brian2GeNN is not installed.
    ModelError
        If Brian2 or Brian2GeNN refuses the equations.
    """
    parts, arrays = _translate(model)
    random = tuple(a for a in arrays if a.variable == _SEED)
    gathered = [g for c in sparse_connections(model) for g in gathered_weights(model, c, arrays)]
    given = {g.given for g in gathered}
    arrays = tuple(a for a in arrays if a.variable != _SEED and a not in given)
    arrays += tuple(table for c in sparse_connections(model) for table in tables(model, c))
    arrays += tuple(a for g in gathered for a in (g.shared, g.entry))
    arrays += _unused_weights(model, arrays)
    _check_symbols(model, arrays)
    names = {
        **parts,
        "gathered": gathered,
        "sparse": {c.name: row_length(model, c) for c in sparse_connections(model)},
        "model": model,
        "delays": {c.name: _delay(c) for c in model.connections},
        "flags": " ".join(OPTIMISATION),
        "populations": [_LoopPopulation(p, _slots(model, p)) for p in model.populations],
        "input": model.inputs[0],
        "arrays": arrays,
        "kept": [
            *(a for a in arrays if not (a.restored or a.scalar or a.own or a.variable in TABLES)),
            *given,
        ],
        "random": random,
        "use_gpu": use_gpu,
    }
    files = (DESCRIPTION, LOOP)
    sources = {name: templates().get_template(name).render(names) for name in files}
    return Project(sources, arrays, random)


def _translate(model: Model) -> tuple[dict[str, Any], tuple[Array, ...]]:
    """Brian2GeNN's descriptions of the populations and connections, and their arrays."""
    from brainsnn.engine.genn.translator import Translator

    device = Translator()
    with active(device):
        try:
            built = build(_prepared(model), lists=lambda _: False)
            built.network.run(model.dt * brian2.second, namespace={})
            device.translate(built)
        except ModelError:
            raise
        except Exception as error:
            raise explain(model, error) from error
        arrays = _arrays(model, device, built)
    return {"neurons": device.neuron_models, "synapses": device.synapse_models}, arrays


def _delay(connection: Connection) -> int:
    """Delay of all synapses; where each has its own, the engine has refused the network."""
    assert isinstance(connection.delay, int)
    return connection.delay


def _prepared(model: Model) -> Model:
    """The model without values, which are set later, and with potentials kept at a spike."""
    return replace(model, populations=tuple(_prepared_population(p) for p in model.populations))


def _prepared_population(population: Population) -> Population:
    neuron = population.neuron
    if neuron is None:
        return population
    try:
        equation = Equations(neuron.equations)[neuron.potential]
    except Exception as error:
        raise ModelError(
            f"Population {population.name!r} (neuron {neuron.name!r}): {brian2_message(error)}"
        ) from error
    unit = "1" if equation.dim.is_dimensionless else repr(equation.unit)
    prepared = replace(
        neuron,
        equations=f"{neuron.equations}\n{SPIKE_POTENTIAL} : {unit}",
        reset=f"{SPIKE_POTENTIAL} = {neuron.potential}\n{textwrap.dedent(neuron.reset).strip()}",
        parameters={},
        initial={},
        trainable=(),
    )
    return replace(population, neuron=prepared)


@dataclass(frozen=True)
class _LoopPopulation:
    """A population as the loop sees it, with the steps that GeNN keeps its spikes for."""

    population: Population
    slots: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.population, name)


def _slots(model: Model, population: Population) -> int:
    return 1 + max((_delay(c) for c in model.connections if c.source == population.name), default=0)


def _arrays(model: Model, device: Any, built: BuiltModel) -> tuple[Array, ...]:
    changing = changed(model)
    learned = {(part.owner, part.variable) for part in model.trainable.values()}

    def restored(owner: str, name: str, variables: Mapping[str, Any]) -> bool:
        if (owner, name) in changing:
            return True
        return not (name == _SEED or variables[name].constant or (owner, name) in learned)

    rows = {c.name: row_length(model, c) for c in sparse_connections(model)}
    arrays: list[Array] = []
    for part in device.neuron_models:
        own = built.groups[part.name].variables
        arrays += _variables(part, part.N, own, restored)
    for part in device.synapse_models:
        own = built.synapses[part.name].variables
        size = part.srcN * rows.get(part.name, part.trgN)
        arrays += _variables(part, size, own, restored)
    return tuple(arrays)


def _variables(
    part: Any,
    size: int,
    variables: Mapping[str, Any],
    restored: Callable[[str, str, Mapping[str, Any]], bool],
) -> Iterator[Array]:
    """Arrays of one of Brian2GeNN's descriptions."""
    many = zip(part.variables, part.variabletypes, strict=True)
    single = zip(part.shared_variables, part.shared_variabletypes, strict=True)
    for scalar, group in ((False, many), (True, single)):
        for name, dtype in group:
            back = restored(part.name, name, variables)
            yield Array(part.name, name, dtype, 1 if scalar else size, scalar, back)


def _unused_weights(model: Model, arrays: tuple[Array, ...]) -> tuple[Array, ...]:
    """What is learned but read by no statement: GeNN leaves it out, so the loop holds it."""
    known = {a.label for a in arrays}
    learned = model.trainable.values()
    wanted = [
        Array(x.owner, x.variable, "double", x.shape[0] * x.shape[1], own=True) for x in learned
    ]
    return tuple(a for a in wanted if a.label not in known)


def _check_symbols(model: Model, arrays: tuple[Array, ...]) -> None:
    twice = [s for s, n in Counter(a.symbol for a in arrays).items() if n > 1]
    if twice:
        labels = sorted(a.label for a in arrays if a.symbol == twice[0])
        raise ModelError(
            f"Model {model.name!r}: GeNN would give {' and '.join(labels)} the same name, "
            f"{twice[0]!r}; rename one of them."
        )


@cache
def templates() -> Environment:
    """Templates of this engine; those of exported projects under ``standalone/``."""
    exported = PrefixLoader({"standalone": PackageLoader("brainsnn.engine.standalone")})
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("brainsnn.engine.genn"), exported]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- C++, not HTML
    )
    environment.filters["counting_steps"] = _counting_steps
    environment.globals.update(quoted=_quoted, typed=_typed, uninitialised=_uninitialised)
    return environment


def _counting_steps(code: str) -> str:
    """Code in which Brian2's number of the step, which GeNN does not know, is told by the time."""
    return re.sub(r"\bt_in_timesteps\b", "rint($(t) / DT)", code)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _typed(names: Sequence[str], dtypes: Sequence[str]) -> str:
    pairs = zip(names, dtypes, strict=True)
    return ", ".join(f'{{"{name}", "{dtype}"}}' for name, dtype in pairs)


def _uninitialised(names: Sequence[str]) -> str:
    return ", ".join(["uninitialisedVar()"] * len(names))
