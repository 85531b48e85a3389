"""From a user's Brian2 `Network` to its derived form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import brian2
import numpy as np

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.effect import derive_effect
from brainsnn.learning.equations.functions import Derivatives
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.parts import Connection, Population
from brainsnn.learning.equations.step import Spike, Step, derive_step

#: What gives spikes and has no equations.
SOURCES = (brian2.SpikeGeneratorGroup, brian2.PoissonGroup)

#: What only looks.
LOOKERS = (
    brian2.SpikeMonitor,
    brian2.EventMonitor,
    brian2.StateMonitor,
    brian2.PopulationRateMonitor,
)

#: What groups and synapses consist of, and when it runs. Summed variables are refused by name.
TIMES = {
    "StateUpdater": "groups",
    "Thresholder": "thresholds",
    "Resetter": "resets",
    "SynapticPathway": "synapses",
    "SummedVariableUpdater": None,
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
    wanted = wanted_names(trainable)
    for part in network.sorted_objects:
        if isinstance(part, brian2.Synapses) and "delay" in wanted.get(part.name, ()):
            raise DerivationError(
                f"{part.name}: a delay is a whole number of steps here and has no derivative; "
                "exact spike times (derive_events) have one by it."
            )
    check_parts(network, wanted)
    populations: dict[str, Population] = {}
    connections: dict[str, Connection] = {}
    first = arrivals_first(network)
    for part in in_order(network):
        names = wanted.get(part.name, ())
        connections[part.name] = connection_of(part, namespace, names, derivatives, first)
    for part in network.sorted_objects:
        if isinstance(part, SOURCES):
            populations[part.name] = Population(len(part))
        elif isinstance(part, brian2.NeuronGroup):
            written = written_by(connections, part.name)
            names = wanted.get(part.name, ())
            step = derive_step(part, namespace, names, spike, derivatives, written)
            populations[part.name] = _population(part, step)
    for connection in connections.values():
        add_read_values(network, populations, connection)
    return DerivedNetwork(populations, connections, common_step(network), first)


def in_order(network: brian2.Network) -> list[brian2.Synapses]:
    """All synapses, in the order in which their spikes arrive."""
    paths = [part for part in network.sorted_objects if isinstance(part, brian2.Synapses)]
    return sorted(paths, key=lambda path: (path._pathways[0].order, path._pathways[0].name))


def written_by(connections: Mapping[str, Any], name: str) -> set[str]:
    """Variables of a group that arriving spikes change."""
    return {x for c in connections.values() if c.target == name for x in c.effect.targets}


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
    linked = [n for n, eq in part.equations.items() if "linked" in eq.flags]
    if linked:
        raise DerivationError(
            f"{part.name}.{linked[0]} is linked to a variable of another group: not followed."
        )
    for piece in part.contained_objects:
        kind = type(piece).__name__
        if kind not in TIMES:
            raise DerivationError(f"{part.name}: {piece.name} ({kind}) has no derivative here.")
        if TIMES[kind] not in (None, piece.when):
            raise DerivationError(
                f"{part.name}: {piece.name} runs in {piece.when!r}, not in {TIMES[kind]!r}: the "
                "order of a step is the schedule's."
            )


def _population(group: brian2.NeuronGroup, step: Step) -> Population:
    refuse_changing(group.name, step.trained, step.names)
    read = set().union(
        *(f.reads for f in (step.forward_update, step.forward_reset, step.backward_update))
    )
    values = parameter_values(step.update.variables, (read | set(step.trained)) - set(step.names))
    start = {n: np.array(group.variables[n].get_value()) for n in step.names}
    return Population(len(group), step, values, start)


def refuse_changing(owner: str, trained: Iterable[str], names: Iterable[str]) -> None:
    """Refuse to train what a trial changes.

    Raises
    ------
    DerivationError
    """
    for name in sorted(set(trained) & set(names)):
        raise DerivationError(
            f"{owner}: {name!r} changes during a trial; the gradient by its first value is given "
            f"without being asked for, as '{name}(0)'."
        )


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


def connection_of(
    synapses: brian2.Synapses,
    namespace: Mapping[str, Any],
    trained: tuple[str, ...],
    derivatives: Derivatives | None,
    first: bool,
) -> Connection:
    """Derive synapses.

    Raises
    ------
    DerivationError
        If they do what is not followed.
    """
    _check_synapses(synapses)
    effect = derive_effect(synapses, namespace, trained, derivatives)
    delay = np.asarray(synapses.pre.variables["delay"].get_value(), float)
    dt = float(np.asarray(synapses.pre.source.clock.dt_).item())
    i, j = np.asarray(synapses.i[:]), np.asarray(synapses.j[:])
    lag = np.broadcast_to((delay / dt + 0.5).astype(int), i.shape) + int(first)
    read = effect.forward.reads | effect.backward.reads | set(effect.trained)
    values = {
        n: np.array(synapses.variables[n].get_value(), float)
        for n in read
        if n in synapses.variables and not n.endswith(("_pre", "_post"))
    }
    values = {n: v.reshape(()) if synapses.variables[n].scalar else v for n, v in values.items()}
    source, target = synapses.source, synapses.target
    offsets = [getattr(group, "start", 0) for group in (source, target)]
    names = [getattr(group, "source", group).name for group in (source, target)]
    return Connection(names[0], names[1], effect, i + offsets[0], j + offsets[1], lag, values)


def add_read_values(network: brian2.Network, populations: Mapping[str, Any], c: Any) -> None:
    """Give populations the parameters that only synapses read."""
    for name in c.effect.reads:
        bare, side = name.rsplit("_", 1)
        owner = c.target if side == "post" else c.source
        place, variables = populations[owner], network[owner].variables
        if bare not in place.values and bare not in place.start:
            place.values[bare] = np.array(variables[bare].get_value(), float)


def _check_synapses(synapses: brian2.Synapses) -> None:
    """Refuse what synapses do beyond ``on_pre``."""
    kinds = {
        "on_post": [p.name for p in synapses._pathways if p.prepost == "post"],
        "several pathways": [p.name for p in synapses._pathways if p.prepost == "pre"][1:],
        "summed variables": list(synapses.summed_updaters),
        "differential equations": list(synapses.equations.diff_eq_names),
    }
    for what, found in kinds.items():
        if found:
            raise DerivationError(
                f"{synapses.name}: {what} ({', '.join(found)}) are not followed yet."
            )
