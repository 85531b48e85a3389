"""The order of a step: what a network does in it, piece by piece, as Brian2 sorts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import brian2

from brainsnn.errors import DerivationError

Kind = Literal["update", "reset", "synapses"]


@dataclass(frozen=True)
class Piece:
    """What is done at one place of a step.

    Parameters
    ----------
    kind : {"update", "reset", "synapses"}
        State update and threshold of a population, its reset, or one moment of synapses.
    owner : str
        Population or synapses.
    moment : str, default ""
        Which of the synapses' moments.
    """

    kind: Kind
    owner: str
    moment: str = ""


def pieces_of(network: brian2.Network) -> list[Piece]:
    """Pieces of a step, in their order."""
    found = []
    for part in network.sorted_objects:
        kind = type(part).__name__
        if kind == "SynapticPathway":
            found.append(Piece("synapses", part.synapses.name, part.name))
        elif kind == "SummedVariableUpdater":
            found.append(Piece("synapses", part.group.name, part.name))
        elif kind == "StateUpdater" and isinstance(part.group, brian2.Synapses):
            if part.group.equations.diff_eq_names - event_driven_of(part.group):
                found.append(Piece("synapses", part.group.name, part.name))
        elif kind == "StateUpdater":
            found.append(Piece("update", part.group.name))
        elif kind == "Resetter":
            found.append(Piece("reset", part.group.name))
    return found


def event_driven_of(synapses: brian2.Synapses) -> set[str]:
    """Names of the variables that are brought up to date when a spike comes."""
    return set() if synapses.event_driven is None else set(synapses.event_driven.names)


def waits(network: brian2.Network, pathway: Any) -> int:
    """Steps from a spike to its arrival without delay: 1 where arrivals come before thresholds."""
    order = list(network.sorted_objects)
    source = getattr(pathway.source, "source", pathway.source)
    gives = getattr(source, "thresholder", {}).get("spike", source)
    return int(order.index(pathway) < order.index(gives))


def check_sums(network: brian2.Network, pieces: list[Piece]) -> None:
    """Refuse sums over synapses that are taken after their neurons are brought up to date.

    Raises
    ------
    DerivationError
    """
    updated: set[str] = set()
    places: dict[str, Any] = {p.name: p for p in network.sorted_objects}
    for piece in pieces:
        if piece.kind == "update":
            updated.add(piece.owner)
            continue
        part = places[piece.owner if piece.kind == "reset" else piece.moment]
        if type(part).__name__ != "SummedVariableUpdater":
            continue
        target = getattr(part.target, "source", part.target).name
        if target in updated:
            raise DerivationError(
                f"{piece.owner}: the sum {part.target_varname} is taken after the state update of "
                f"{target!r} (order {part.order}): only before it is followed."
            )
