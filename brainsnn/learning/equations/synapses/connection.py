"""From a Brian2 `Synapses` to its derived form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import brian2
import numpy as np
from brian2.core.variables import Constant

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.order import pieces_of, waits
from brainsnn.learning.equations.parts import Array, Connection, Moment
from brainsnn.learning.equations.synapses.effect import (
    Effect,
    EffectSettings,
    spike_effect,
    sum_effect,
    update_effect,
)
from brainsnn.learning.equations.synapses.names import check_trained


def connection_of(
    network: brian2.Network, synapses: brian2.Synapses, settings: EffectSettings
) -> Connection:
    """Derive synapses.

    Raises
    ------
    DerivationError
        If they do what is not followed.
    """
    parts = {part.name: part for part in network.sorted_objects}
    found = {
        piece.moment: _moment(network, synapses, parts[piece.moment], settings)
        for piece in pieces_of(network)
        if piece.kind == "synapses" and piece.owner == synapses.name
    }
    effects = [m.effect for m in found.values()]
    known = dict(synapses.variables)
    for effect in effects:
        known |= effect.program.variables
    check_trained(synapses, settings.trained, known)
    states = {n for e in effects for n in e.states}
    moments = {k: replace(m, effect=_among(m.effect, effects)) for k, m in found.items()}
    read = {n for m in moments.values() for n in m.effect.forward.reads | m.effect.backward.reads}
    read |= set(settings.trained)
    values = {n: _value(synapses, n, known) for n in read - states if _is_value(n, known)}
    start = {n: np.array(known[n].get_value()) for n in states}
    ends = [getattr(group, "start", 0) for group in (synapses.source, synapses.target)]
    names = [getattr(group, "source", group).name for group in (synapses.source, synapses.target)]
    i, j = np.asarray(synapses.i[:]) + ends[0], np.asarray(synapses.j[:]) + ends[1]
    return Connection(names[0], names[1], moments, i, j, values, start, tuple(settings.trained))


def _among(effect: Effect, all_effects: list[Effect]) -> Effect:
    """The effect, with the states that others change as states."""
    smooth = {n for e in all_effects for n in e.own}
    seen = tuple(sorted((effect.forward.reads & smooth) - set(effect.own)))
    trained = tuple(n for n in effect.trained if n not in smooth)
    return replace(effect, seen=seen, trained=trained)


def _is_value(name: str, known: Mapping[str, Any]) -> bool:
    variable = known.get(name)
    side = name.endswith(("_pre", "_post")) and not isinstance(variable, Constant)
    return variable is not None and hasattr(variable, "get_value") and not side and name != "t"


def _value(synapses: brian2.Synapses, name: str, known: Mapping[str, Any]) -> Array:
    """Value of each synapse, or one that all share."""
    if name in ("i", "j"):
        return np.array(getattr(synapses, name)[:], float)
    value, own = np.array(known[name].get_value(), float), name in synapses.variables
    index = synapses.variables.indices[name] if own else "0"
    if index not in ("_idx", "0"):
        return np.asarray(value[synapses.variables[index].get_value()])
    return value.reshape(()) if known[name].scalar else value


def _moment(
    network: brian2.Network, synapses: brian2.Synapses, part: Any, settings: EffectSettings
) -> Moment:
    kind = type(part).__name__
    if kind == "StateUpdater":
        return Moment("update", update_effect(synapses, settings))
    if kind == "SummedVariableUpdater":
        side = "pre" if part.target_varname.endswith("_pre") else "post"
        group = synapses.source if side == "pre" else synapses.target
        first = getattr(group, "start", 0)
        span = range(first, first + len(group))
        return Moment("sum", sum_effect(synapses, part, settings), span=span)
    effect = spike_effect(synapses, part, settings)
    delay = np.asarray(part.variables["delay"].get_value(), float)
    dt = float(np.asarray(part.source.clock.dt_).item())
    steps = (delay / dt + 0.5).astype(int) + waits(network, part)
    lag = np.broadcast_to(steps, np.shape(np.asarray(synapses.i[:])))
    return Moment("spikes", effect, lag, part.prepost)


def add_read_values(
    network: brian2.Network, populations: Mapping[str, Any], name: str, c: Connection
) -> None:
    """Give populations the parameters that only synapses read.

    Raises
    ------
    DerivationError
        If synapses read a variable of neurons that are linked to others.
    """
    for read in sorted({n for m in c.moments.values() for n in m.effect.reads}):
        owner, bare, _ = c.side(read)
        place, group = populations[owner], network[owner]
        if bare in getattr(place, "links", {}) or bare in getattr(group, "_linked_variables", ()):
            raise DerivationError(
                f"{name}: {read!r} is linked to a variable of another group: read that one."
            )
        if bare not in place.values and bare not in place.start:
            value = np.array(group.variables[bare].get_value(), float)
            alone = getattr(group.variables[bare], "scalar", False)
            place.values[bare] = value.reshape(()) if alone else value
