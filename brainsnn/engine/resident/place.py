"""A place in a script: what a device knew there, to go back to and go on from in another way."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """What a device knew before a network was run on it.

    Parameters
    ----------
    known : dict
        Attributes of the device; what can be changed in place is copied.
    network : Network
        The network to be run.
    time : float
        Its time, in seconds.
    """

    known: dict[str, Any]
    network: Any
    time: float

    @classmethod
    def of(cls, device: Any, network: Any) -> Place:
        """The place where `device` is, before `network` is run."""
        return cls(_copied(vars(device)), network, float(network.t_))

    def go_back(self, device: Any) -> None:
        """Have the device, and the network, where they were."""
        vars(device).clear()
        vars(device).update(_copied(self.known))
        self.network.t_ = self.time


def _copied(known: dict[str, Any]) -> dict[str, Any]:
    containers = (dict, list, set)
    return {k: copy.copy(v) if isinstance(v, containers) else v for k, v in known.items()}
