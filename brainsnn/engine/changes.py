"""What the equations of a model change within a trial: read off its statements.

Such variables are put back before every trial, weights and learned parameters among them.
"""

from __future__ import annotations

from collections.abc import Iterator

from brian2.equations import Equations
from brian2.equations.equations import DIFFERENTIAL_EQUATION
from brian2.parsing.statements import parse_statement

from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.plasticity.declared import statements


def changed(model: Model) -> set[tuple[str, str]]:
    """Owners (populations, connections) and names of the variables that a trial changes.

    Parameters
    ----------
    model : Model
        Its equations must be ones that Brian2 takes.
    """
    found = {pair for p in model.populations for pair in _of_population(p)}
    return found | {pair for c in model.connections for pair in _of_connection(model, c)}


def _of_population(population: Population) -> Iterator[tuple[str, str]]:
    neuron = population.neuron
    if neuron is not None:
        for name in (*_assigned(neuron.reset), *_in_time(Equations(neuron.equations))):
            yield population.name, name


def _of_connection(model: Model, connection: Connection) -> Iterator[tuple[str, str]]:
    own = Equations(connection.synapse.equations)
    synapse = connection.synapse
    for text in (synapse.on_pre, synapse.on_post, synapse.each_step):
        for name in _assigned(text):
            yield _owner(model, connection, own, name)
    for name in _in_time(own):
        yield connection.name, name
    for equation in own.values():
        if "summed" in equation.flags:
            yield _owner(model, connection, own, equation.varname, summed=True)


def _owner(
    model: Model, connection: Connection, own: Equations, name: str, *, summed: bool = False
) -> tuple[str, str]:
    """Whose variable a name in a connection's statements is, and what it is called there."""
    if name in own.names and not summed:
        return connection.name, name
    source = model.population(connection.source).neuron
    if name.endswith("_pre") and source is not None:
        return connection.source, name.removesuffix("_pre")
    return connection.target, name.removesuffix("_post")


def _assigned(text: str) -> Iterator[str]:
    return (parse_statement(statement)[0] for statement in statements(text))


def _in_time(equations: Equations) -> Iterator[str]:
    return (e.varname for e in equations.values() if e.type == DIFFERENTIAL_EQUATION)
