"""The Brian2 network that a model describes, built on the active Brian2 device."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import brian2
from brian2.core.functions import Function
from brian2.parsing.rendering import NumpyNodeRenderer
from brian2.utils.stringtools import get_identifiers

from brainsnn.errors import ModelError
from brainsnn.network.brian2_errors import brian2_message
from brainsnn.network.connectivity import AllToAll
from brainsnn.network.delays import Delays
from brainsnn.network.model import SCHEDULE, Connection, Model, Population
from brainsnn.network.parameters import learned_initial


@dataclass(frozen=True)
class BuiltModel:
    """A Brian2 network and its objects, by the names of the description.

    `later` has, by population, the initial values that read what is learned.
    """

    model: Model
    network: Any
    groups: Mapping[str, Any]
    synapses: Mapping[str, Any]
    clock: Any
    later: Mapping[str, Mapping[str, Any]]

    def begin(self) -> None:
        """Set the initial values that read what is learned: last of all, and before each trial."""
        for population, values in self.later.items():
            for variable, value in values.items():
                try:
                    _assign(self.groups[population], variable, value)
                except Exception as error:
                    raise _refused(self.model.population(population), error) from error


def _always(connection: Connection) -> bool:  # noqa: ARG001
    return True


def build(model: Model, *, lists: Callable[[Connection], bool] = _always) -> BuiltModel:
    """Build the Brian2 network of a model on the active Brian2 device.

    Every Brian2 object is named as in the description and collected in an explicit network with
    the order of a step that all engines share (`SCHEDULE`). Where synapses share weights, each has
    a copy of its own in Brian2, which is set before a run; fixed weights are set here.

    Parameters
    ----------
    model : Model
    lists : callable, optional
        Which connections have their synapses listed; all by default. Of those that an engine lays
        out itself it says False, and gets all-to-all synapses instead.

    Raises
    ------
    ModelError
        If Brian2 refuses the equations; the message names the population or connection and
        repeats what Brian2 said.
    """
    clock = brian2.Clock(dt=model.dt * brian2.second, name="steps")
    later = {p.name: learned_initial(p.neuron) for p in model.populations if p.neuron}
    groups = {p.name: _build_population(p, clock, later) for p in model.populations}
    synapses = {
        c.name: _build_connection(c, groups, model.dt, clock, listed=lists(c))
        for c in model.connections
    }
    network = brian2.Network(*groups.values(), *synapses.values(), name="brainsnn_network")
    network.schedule = SCHEDULE
    for part in network.objects:
        part._network = network.id  # As a run does; else Brian2 warns where it is only looked at.
    built = BuiltModel(model, network, groups, synapses, clock, later)
    built.begin()
    return built


def _assign(group: Any, variable: str, value: Any) -> None:
    """Give a variable of a group a number, a quantity, or what a Brian2 expression says.

    Brian2's compiled devices take no expression for a shared variable, which has no neuron to work
    it out for; it is worked out here, from units, constants and functions.
    """
    if isinstance(value, str) and variable in group.variables and group.variables[variable].scalar:
        code = NumpyNodeRenderer().render_expr(value)
        known = group.resolve_all(get_identifiers(value), run_namespace={})
        value = eval(code, {"__builtins__": {}}, {k: _constant(k, v) for k, v in known.items()})  # noqa: S307 -- Brian2's language, rendered by it
    setattr(group, variable, value)


def _constant(name: str, variable: Any) -> Any:
    """What a name in the expression of a shared variable stands for."""
    if isinstance(variable, Function) and variable.stateless:
        return variable.pyfunc
    if isinstance(variable, Function) or not variable.scalar:
        raise ValueError(
            f"{name!r} differs from neuron to neuron, or from call to call: a shared "
            "variable has one value."
        )
    return brian2.Quantity(variable.get_value(), dim=variable.dim)


def _refused(population: Population, error: Exception) -> ModelError:
    neuron = population.neuron
    return ModelError(
        f"Population {population.name!r} (neuron {neuron.name if neuron else ''!r}): "
        f"{brian2_message(error)}"
    )


def _build_population(
    population: Population, clock: Any, later: Mapping[str, Mapping[str, Any]]
) -> Any:
    neuron = population.neuron
    if neuron is None:
        return brian2.SpikeGeneratorGroup(
            population.size, [], [] * brian2.second, clock=clock, name=population.name
        )
    try:
        group = brian2.NeuronGroup(
            population.size,
            neuron.equations,
            threshold=neuron.threshold,
            reset=neuron.reset,
            refractory=neuron.refractory,
            method=neuron.method or ("exact", "euler"),
            clock=clock,
            name=population.name,
        )
        for variable, value in {**neuron.parameters, **neuron.initial}.items():
            if variable not in later[population.name]:
                _assign(group, variable, value)
        for name in neuron.trainable:
            if group.variables[name].scalar:
                raise ModelError(f"{name!r} is shared; what is learned is one value a neuron.")
    except Exception as error:
        raise _refused(population, error) from error
    return group


def _build_connection(
    connection: Connection, groups: Mapping[str, Any], dt: float, clock: Any, *, listed: bool
) -> Any:
    connectivity, delay = connection.connectivity, connection.delay
    on_pre = connection.synapse.on_pre or None
    try:
        synapses = brian2.Synapses(
            groups[connection.source],
            groups[connection.target],
            connection.synapse.equations,
            on_pre=on_pre,
            on_post=connection.synapse.on_post or None,
            delay=None if isinstance(delay, Delays) or not on_pre else delay * dt * brian2.second,
            clock=clock,
            name=connection.name,
        )
        if not listed or isinstance(connectivity, AllToAll):
            synapses.connect()
        else:
            found = connectivity.synapses(len(synapses.source), len(synapses.target))
            synapses.connect(i=found.source, j=found.target)
            if connectivity.fixed_weight is not None:
                setattr(synapses, f"{connection.synapse.weight}_", connectivity.fixed_weight)
        for variable, value in connection.synapse.parameters.items():
            if variable in vars(synapses):
                raise ModelError(f"{variable!r} is Brian2's own name; call the parameter another.")
            _assign(synapses, variable, value)
        if connection.synapse.each_step:
            synapses.run_regularly(
                connection.synapse.each_step,
                when="groups",
                order=-1,
                name=f"{connection.name}_each_step",
            )
        if isinstance(delay, Delays):
            n = connectivity.n_synapses(len(synapses.source), len(synapses.target))
            synapses.delay = delay.of(n) * dt * brian2.second
    except Exception as error:
        raise ModelError(
            f"Connection {connection.name!r} (synapse {connection.synapse.name!r}): "
            f"{brian2_message(error)}"
        ) from error
    return synapses
