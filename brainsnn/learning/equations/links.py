"""Variables of neurons that are other neurons': linked variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import brian2
import numpy as np
from brian2.utils.stringtools import get_identifiers

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.order import Piece
from brainsnn.learning.equations.parts import Link, Population


def link_of(group: brian2.NeuronGroup, name: str) -> Link:
    """Return where a linked variable of a group stands.

    Raises
    ------
    DerivationError
        If it is not linked yet.
    """
    if name not in group.variables:
        raise DerivationError(f"{group.name}.{name} is not linked to a variable yet.")
    variable, index = group.variables[name], group.variables.indices[name]
    if index == "0":
        places = np.zeros(len(group), int)
    elif index == "_idx":
        places = np.arange(len(group))
    else:
        places = np.array(group.variables[index].get_value(), int)
    return Link(variable.owner.name, variable.name, places)


def add_linked_values(
    network: brian2.Network, populations: Mapping[str, Population], pieces: Sequence[Piece]
) -> None:
    """Give populations the parameters that only others read, by links.

    Raises
    ------
    DerivationError
        If a threshold reads a state that is brought up to date after it.
    """
    updates = [piece.owner for piece in pieces if piece.kind == "update"]
    for name, population in populations.items():
        for own, link in population.links.items():
            if link.owner not in populations:
                raise DerivationError(
                    f"{name}.{own} is linked to {link.owner!r}, which is not in the network."
                )
            place = populations[link.owner]
            if link.variable in place.start:
                _refuse_late(network[name], own, updates, link)
            elif link.variable not in place.values:
                value = network[link.owner].variables[link.variable]
                found = np.array(value.get_value(), float)
                place.values[link.variable] = found.reshape(()) if value.scalar else found


def _refuse_late(group: brian2.NeuronGroup, own: str, updates: Sequence[str], link: Link) -> None:
    """Refuse what a threshold reads before it is brought up to date."""
    if updates.index(link.owner) < updates.index(group.name):
        return
    names, read = set[str](), {n for e in group.events.values() for n in get_identifiers(str(e))}
    while read - names:
        names |= read
        inner = [group.equations[n].expr.code for n in read & group.equations.subexpr_names]
        read = set().union(*map(get_identifiers, inner)) - names
    if own in names:
        raise DerivationError(
            f"{group.name}: the threshold reads {own!r}, linked to {link.owner}.{link.variable}, "
            f"which is brought up to date after {group.name!r} (order, then name): not followed."
        )
