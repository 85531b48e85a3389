"""What a network in continuous time consists of: populations and connections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from brainsnn.learning.equations.eventprop.flow import Flow
from brainsnn.learning.equations.parts import Array, Connection, Key, Neurons

DELAY = "delay"

State = dict[str, dict[str, Array]]
"""By population and name."""


@dataclass
class EventPopulation(Neurons):
    """Neurons in continuous time; see `Neurons`.

    Parameters
    ----------
    flow : Flow or None
        None for those whose spikes are given.
    """

    flow: Flow | None = None

    @property
    def step(self) -> Flow | None:
        """What moves them, as compiled code calls it of any population."""
        return self.flow


@dataclass
class EventConnection(Connection):
    """Synapses in continuous time, that act on spikes of their sources alone; see `Connection`.

    Among their values is ``delay``, in seconds.
    """

    def of(self, neuron: int) -> Array:
        """Synapses of a source."""
        return np.flatnonzero(self.i == neuron)

    def alike(self, rows: Array, delays: Array) -> list[Array]:
        """Synapses of a spike by the time at which it reaches them."""
        if self.apart:
            return [rows[n : n + 1] for n in range(rows.size)]
        return [rows[delays == d] for d in np.unique(delays)]

    @property
    def apart(self) -> bool:
        """Whether each synapse has a time of arrival of its own that is trained."""
        return DELAY in self.trained and np.ndim(self.values[DELAY]) > 0


@dataclass
class EventParts:
    """Populations and connections in continuous time.

    Parameters
    ----------
    populations, connections : dict
        By name.
    dt : float
        Seconds between the times at which every neuron ends a step, whatever happens; where the
        method is not exact, its error is that of a step of this length.
    arrivals_first : bool
        Whether a spike without delay arrives after the reset of its neuron (schedules in which
        spikes arrive before the state update), not before it (Brian2's default).
    """

    populations: dict[str, EventPopulation]
    connections: dict[str, EventConnection]
    dt: float
    arrivals_first: bool

    @cached_property
    def flows(self) -> dict[str, Flow]:
        """Of the populations that have equations."""
        return {k: p.flow for k, p in self.populations.items() if p.flow is not None}

    @property
    def trained(self) -> list[Key]:
        """All whose gradients are given."""
        neurons = [(k, n) for k, flow in self.flows.items() for n in flow.trained]
        neurons += [(k, n) for k, flow in self.flows.items() for n in flow.trained_first]
        return neurons + [(k, n) for k, c in self.connections.items() for n in c.trained]

    def values(self, key: Key) -> Array:
        """Values of something that is trained; writing into them changes the network.

        Those of a state are what it is at first.
        """
        owner, name = key
        if owner in self.connections:
            return self.connections[owner].values[name]
        place = self.populations[owner]
        return place.start[name] if name in place.start else place.values[name]

    def given(self, k: str, x: dict[str, Array], t: float, length: Any) -> dict[str, Any]:
        """Everything that the flow of a population may read."""
        p = self.populations[k]
        clock = {"t": t, "dt": length, "i": np.arange(p.size), "N": p.size}
        return {**p.values, **x, **clock}

    def given_of(
        self, k: str, j: int, x: dict[str, Array], t: float, length: Any
    ) -> dict[str, Any]:
        """The same for one neuron."""
        found = self.given(k, x, t, length)
        return {n: v[j : j + 1] if np.ndim(v) else v for n, v in found.items()}

    def read(self, c: EventConnection, rows: Array, x: State, t: float) -> dict[str, Any]:
        """Everything that the effect of some synapses may read."""
        found: dict[str, Any] = {n: v[rows] if np.ndim(v) else v for n, v in c.values.items()}
        found["t"] = t
        for name in c.effect.reads:
            bare, side = name.rsplit("_", 1)
            owner, index = (c.target, c.j) if side == "post" else (c.source, c.i)
            state = x.get(owner, {})
            value = state[bare] if bare in state else self.populations[owner].values[bare]
            found[name] = value[index[rows]] if np.ndim(value) else value
        return found
