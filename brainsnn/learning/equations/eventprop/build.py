"""From a user's Brian2 `Network` to the same network in continuous time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import brian2
import numpy as np

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.build import (
    SOURCES,
    arrivals_first,
    check_parts,
    check_pause,
    common_step,
    first_states,
    in_order,
    parameter_values,
    wanted_names,
    written_by,
)
from brainsnn.learning.equations.eventprop.derived_flow import derive_flow
from brainsnn.learning.equations.eventprop.flow import Flow
from brainsnn.learning.equations.eventprop.network import EventNetwork
from brainsnn.learning.equations.eventprop.parts import DELAY, EventConnection, EventPopulation
from brainsnn.learning.equations.functions import Derivatives
from brainsnn.learning.equations.group import linked_names
from brainsnn.learning.equations.synapses.connection import add_read_values, connection_of
from brainsnn.learning.equations.synapses.effect import EffectSettings
from brainsnn.network.included import count_as_included


def derive_events(
    network: brian2.Network,
    trainable: Mapping[Any, tuple[str, ...] | list[str] | str],
    namespace: Mapping[str, Any] | None = None,
    derivatives: Derivatives | None = None,
) -> EventNetwork:
    """Derive exact spike times of a network, and their gradient, from its Brian2 strings.

    Parameters
    ----------
    network : brian2.Network
        Groups and synapses, made on Brian2's runtime device; synapses are connected. Its step is
        that in which approximate methods go on between events.
    trainable : mapping of object or str to names
        By group or synapses (or their names): the variables whose gradients are asked for;
        ``"delay"`` of synapses among them.
    namespace : mapping, optional
        Where names in the strings are looked up; by default where this is called.
    derivatives : mapping, optional
        Of functions of the user's: a Brian2 string an argument.

    Raises
    ------
    DerivationError
        If the network has what has no derivative, or no meaning in continuous time; it says what.
    """
    if namespace is None:
        namespace = brian2.core.namespace.get_local_namespace(level=1)
    count_as_included(network)
    wanted = wanted_names(trainable)
    check_parts(network, wanted)
    check_pause(network)
    first = arrivals_first(network)
    connections = {
        path.name: _connection(network, path, namespace, wanted.get(path.name, ()), derivatives)
        for path in in_order(network)
    }
    populations: dict[str, EventPopulation] = {}
    for part in network.sorted_objects:
        if isinstance(part, SOURCES):
            populations[part.name] = EventPopulation(len(part))
        elif isinstance(part, brian2.NeuronGroup):
            written = written_by(connections, part.name)
            trained = wanted.get(part.name, ())
            flow = derive_flow(part, namespace, trained, derivatives, written)
            populations[part.name] = _population(part, flow, float(network.t_))
    for name, connection in connections.items():
        add_read_values(network, populations, name, connection)
    return EventNetwork(populations, connections, common_step(network), first)


def _population(group: brian2.NeuronGroup, flow: Flow, now: float) -> EventPopulation:
    linked = linked_names(group)
    if linked:
        raise DerivationError(
            f"{group.name}.{linked[0]} is linked to a variable of another group: not followed in "
            "continuous time."
        )
    names = (flow.reads | set(flow.trained)) - set(flow.names)
    start = first_states(group, flow.names, now)
    values = parameter_values(flow.flow.variables, names)
    return EventPopulation(len(group), values, start, flow=flow)


def _connection(
    network: brian2.Network,
    synapses: brian2.Synapses,
    namespace: Mapping[str, Any],
    trained: tuple[str, ...],
    derivatives: Derivatives | None,
) -> EventConnection:
    own = tuple(n for n in trained if n != DELAY)
    c = connection_of(network, synapses, EffectSettings(namespace, own, derivatives))
    if c.why_not_plain:
        raise DerivationError(
            f"{synapses.name}: these synapses {c.why_not_plain}; in continuous time only on_pre is "
            "followed. Gradients step by step follow them."
        )
    delay = np.array(synapses.pre.variables["delay"].get_value(), float)
    delay = delay.reshape(()) if synapses.pre.variables["delay"].scalar else delay
    values = {**c.values, DELAY: delay}
    return EventConnection(c.source, c.target, c.moments, c.i, c.j, values, {}, trained)
