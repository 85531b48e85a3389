"""From a user's Brian2 `Network` to its derived form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import brian2
import numpy as np

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.functions import Derivatives
from brainsnn.learning.equations.group import linked_names
from brainsnn.learning.equations.links import add_linked_values, link_of
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.order import check_sums, event_driven_of, pieces_of
from brainsnn.learning.equations.parts import Connection, Population
from brainsnn.learning.equations.step import Spike, Step, derive_step
from brainsnn.learning.equations.synapses.connection import add_read_values, connection_of
from brainsnn.learning.equations.synapses.effect import EffectSettings
from brainsnn.network.included import count_as_included

#: What gives spikes and has no equations.
SOURCES = (brian2.SpikeGeneratorGroup, brian2.PoissonGroup)

#: What only looks.
LOOKERS = (
    brian2.SpikeMonitor,
    brian2.EventMonitor,
    brian2.StateMonitor,
    brian2.PopulationRateMonitor,
)

#: What groups and synapses consist of, and when it runs.
TIMES = {
    "StateUpdater": "groups",
    "Thresholder": "thresholds",
    "Resetter": "resets",
    "SynapticPathway": "synapses",
    "SummedVariableUpdater": "groups",
}


def derive(
    network: brian2.Network,
    trainable: Mapping[Any, tuple[str, ...] | list[str] | str],
    namespace: Mapping[str, Any] | None = None,
    spike: Spike | None = None,
    derivatives: Derivatives | None = None,
) -> DerivedNetwork:
    """Derive the gradient of a network from its Brian2 strings.

    Parameters
    ----------
    network : brian2.Network
        Groups and synapses, made on Brian2's runtime device; synapses are connected.
    trainable : mapping of object or str to names
        By group or synapses (or their names): the variables whose gradients are asked for.
    namespace : mapping, optional
        Where names in the strings are looked up; by default where this is called.
    spike : Spike, optional
        What stands for the derivative of a spike; by default a triangle, the reset followed.
    derivatives : mapping, optional
        Of functions of the user's: a Brian2 string an argument.

    Raises
    ------
    DerivationError
        If the network has what has no derivative, or none that is followed; it says what.
    """
    if namespace is None:
        namespace = brian2.core.namespace.get_local_namespace(level=1)
    count_as_included(network)
    wanted = wanted_names(trainable)
    spike = spike or Spike()
    _refuse_delays(network, wanted)
    check_parts(network, wanted)
    check_pause(network)
    populations: dict[str, Population] = {}
    connections: dict[str, Connection] = {}
    first, pieces = arrivals_first(network), pieces_of(network)
    check_sums(network, pieces)
    for part in in_order(network):
        names = wanted.get(part.name, ())
        settings = EffectSettings(namespace, names, derivatives, spike.smooth)
        connections[part.name] = connection_of(network, part, settings)
    for part in network.sorted_objects:
        if isinstance(part, SOURCES):
            populations[part.name] = Population(len(part))
        elif isinstance(part, brian2.NeuronGroup):
            written = written_by(connections, part.name)
            names = wanted.get(part.name, ())
            step = derive_step(part, namespace, names, spike, derivatives, written)
            populations[part.name] = _population(part, step, float(network.t_))
    for name, connection in connections.items():
        add_read_values(network, populations, name, connection)
    add_linked_values(network, populations, pieces)
    return DerivedNetwork(populations, connections, common_step(network), first, pieces)


def _refuse_delays(network: brian2.Network, wanted: Mapping[str, tuple[str, ...]]) -> None:
    for part in network.sorted_objects:
        if isinstance(part, brian2.Synapses) and "delay" in wanted.get(part.name, ()):
            raise DerivationError(
                f"{part.name}: a delay is a whole number of steps here and has no derivative; "
                "exact spike times (derive_events) have one by it."
            )


def in_order(network: brian2.Network) -> list[brian2.Synapses]:
    """All synapses, in the order in which they act."""
    paths = [part for part in network.sorted_objects if isinstance(part, brian2.Synapses)]
    acting = [piece.owner for piece in pieces_of(network) if piece.kind == "synapses"]
    names = [*acting, *(path.name for path in paths)]
    return sorted(paths, key=lambda path: names.index(path.name))


def written_by(connections: Mapping[str, Any], name: str) -> set[str]:
    """Variables of a group that synapses change."""
    found = set()
    for c in connections.values():
        for target in (n for m in c.moments.values() for n in m.effect.targets):
            owner, bare, _ = c.side(target)
            found |= {bare} if owner == name else set()
    return found


def wanted_names(trainable: Mapping[Any, Any]) -> dict[str, tuple[str, ...]]:
    """Names of what is trained, by name of its owner."""
    return {getattr(owner, "name", owner): _names(names) for owner, names in trainable.items()}


def common_step(network: brian2.Network) -> float:
    """Seconds of a step.

    Raises
    ------
    DerivationError
        If objects of the network have several.
    """
    dt = {float(np.asarray(part.clock.dt_).item()) for part in network.sorted_objects}
    if len(dt) > 1:
        raise DerivationError(f"All objects must have one step; there are {sorted(dt)} s.")
    return dt.pop()


def _names(names: tuple[str, ...] | list[str] | str) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def arrivals_first(network: brian2.Network) -> bool:
    """Whether spikes arrive before the state update, or between threshold and reset."""
    order = [
        network.schedule.index(slot) for slot in ("groups", "thresholds", "synapses", "resets")
    ]
    groups, thresholds, synapses, resets = order
    if synapses < groups < thresholds < resets:
        return True
    if groups < thresholds < synapses < resets:
        return False
    raise DerivationError(
        f"The schedule {network.schedule} is not followed: synapses come before groups, or between "
        "thresholds and resets."
    )


def check_parts(network: brian2.Network, wanted: Mapping[str, Any]) -> None:
    """Refuse what is not derived, by name."""
    own: set[Any] = set()
    for part in network.sorted_objects:
        own |= set(getattr(part, "contained_objects", ()))
    for part in network.sorted_objects:
        known = (*SOURCES, *LOOKERS, brian2.NeuronGroup, brian2.Synapses)
        if part not in own and not isinstance(part, known):
            raise DerivationError(f"{part.name} ({type(part).__name__}) has no derivative here.")
        if not part.active and not isinstance(part, LOOKERS):
            raise DerivationError(f"{part.name} is switched off (active is False): not followed.")
        if isinstance(part, brian2.NeuronGroup) and set(part.events) - {"spike"}:
            raise DerivationError(f"{part.name}: events other than spikes are not followed.")
        if isinstance(part, brian2.NeuronGroup | brian2.Synapses):
            _check_pieces(part)
    taught = (brian2.NeuronGroup, brian2.Synapses)
    names = {part.name for part in network.sorted_objects if isinstance(part, taught)}
    for name in wanted:
        if name not in names:
            raise DerivationError(f"{name!r} has nothing to be trained in this network.")


def _check_pieces(part: Any) -> None:
    """Refuse what a group or synapses do beside their step, or at another time of it."""
    for piece in part.contained_objects:
        kind = type(piece).__name__
        if kind not in TIMES:
            raise DerivationError(f"{part.name}: {piece.name} ({kind}) has no derivative here.")
        if TIMES[kind] != piece.when:
            raise DerivationError(
                f"{part.name}: {piece.name} runs in {piece.when!r}, not in {TIMES[kind]!r}: the "
                "order of a step is the schedule's."
            )


def check_pause(network: brian2.Network) -> None:
    """Refuse a network that has run and stopped with something that its states do not show.

    Trials begin at time 0 with the present states. Those of neurons say all; spikes on their way
    would be lost, and event-driven variables are those of the last event.

    Raises
    ------
    DerivationError
    """
    for part in network.sorted_objects if network.t_ else ():
        if not isinstance(part, brian2.Synapses):
            continue
        driven = event_driven_of(part)
        if driven:
            raise DerivationError(
                f"{part.name}: the network has run, and {', '.join(sorted(driven))} (event-driven) "
                "are as of the last event, not of now. Derive it before it runs."
            )
        if any(_on_their_way(path) for path in part._pathways):
            raise DerivationError(
                f"{part.name}: the network has run, and spikes are on their way, which a trial "
                "would not have. Derive it before it runs, or let it run on without spikes."
            )


def _on_their_way(path: Any) -> bool:
    """Whether spikes of a pathway have still to arrive."""
    queue = None if path.queue is None else path.queue._full_state()
    return queue is not None and any(len(spikes) for spikes in queue[1])


def _population(group: brian2.NeuronGroup, step: Step, now: float) -> Population:
    read = set().union(
        *(f.reads for f in (step.forward_update, step.forward_reset, step.backward_update))
    )
    links = {n: link_of(group, n) for n in linked_names(group)}
    names = (read | set(step.trained)) - set(step.names) - set(links)
    values = parameter_values(step.update.variables, names)
    start = first_states(group, step.names, now)
    return Population(len(group), values, start, links, step)


def first_states(
    group: brian2.NeuronGroup, names: Iterable[str], now: float
) -> dict[str, np.ndarray]:
    """States that trials begin with: the present ones; `now` is the network's time in seconds."""
    start = {n: np.array(group.variables[n].get_value()) for n in names}
    if "lastspike" in start:  # Trials begin at time 0.
        start["lastspike"] = start["lastspike"] - now
    return start


def parameter_values(variables: Mapping[str, Any], names: Iterable[str]) -> dict[str, np.ndarray]:
    """Values of those names that are parameters, with no dimension where all share one."""
    clock = ("t", "t_in_timesteps", "dt", "i", "N")
    found = {}
    for n in names:
        variable = variables.get(n)
        if variable is None or not hasattr(variable, "get_value") or n in clock:
            continue
        value = np.array(variable.get_value(), float)
        alone = value.size == 1 and getattr(variable, "scalar", True)
        found[n] = value.reshape(()) if alone else value
    return found
