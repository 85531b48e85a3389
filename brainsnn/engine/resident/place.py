"""A place in a script: what a device knew there, to go back to and go on from in another way."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """What a device, and the objects of a network, knew before the network was run.

    Parameters
    ----------
    known : list of (object, dict)
        The device and the objects, and their attributes; what can be changed in place is copied.
    network : Network
        The network to be run.
    time : float
        Its time, in seconds.
    """

    known: list[tuple[Any, dict[str, Any]]]
    network: Any
    time: float

    @classmethod
    def of(cls, device: Any, network: Any) -> Place:
        """The place where `device` is, before `network` is run."""
        known = [(part, _copied(vars(part))) for part in (device, *network.sorted_objects)]
        return cls(known, network, float(network.t_))

    def go_back(self) -> None:
        """Have the device, the objects and the network where they were."""
        for part, attributes in self.known:
            vars(part).clear()
            vars(part).update(_copied(attributes))
        self.network.t_ = self.time


def _copied(attributes: dict[str, Any]) -> dict[str, Any]:
    containers = (dict, list, set)
    return {k: copy.copy(v) if isinstance(v, containers) else v for k, v in attributes.items()}
