"""What a run in continuous time leaves: every event, in its order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brainsnn.learning.equations.eventprop.flow import Integrand
from brainsnn.learning.equations.eventprop.parts import State
from brainsnn.learning.equations.eventprop.spike_times import SpikeTimes
from brainsnn.learning.equations.parts import Array, Key


@dataclass
class Origin:
    """Where the time of an event comes from.

    Parameters
    ----------
    kind : {"fixed", "input", "crossing", "arrival", "release"}
    parent : int, default -1
        The event that it follows after a delay or a refractory period.
    owner : str, default ""
        Population whose margin crosses 0 or that is released, or connection.
    index : int or array
        Its neuron, or its synapses.
    margin : str, default ""
        Which margin crosses.
    """

    kind: str
    parent: int = -1
    owner: str = ""
    index: Any = -1
    margin: str = ""


@dataclass
class Segment:
    """Time between two events.

    Parameters
    ----------
    begin, end : int
        The events.
    t, length : float
    x : State
        The state that it begins with.
    """

    begin: int
    end: int
    t: float
    length: float
    x: State


@dataclass
class Jump:
    """A reset, or spikes that arrive: what takes no time.

    Parameters
    ----------
    event : int
    t : float
    owner : str
        Population or connection.
    index : int or array
        Neuron, or synapses.
    x : State
        The state before it.
    """

    event: int
    t: float
    owner: str
    index: Any
    x: State


@dataclass
class Observation:
    """Where a state is looked at: row of the times that were asked for."""

    key: Key
    row: int


@dataclass
class Tape:
    """What happened in a trial, in its order.

    Parameters
    ----------
    origins : list of Origin
        Of the events.
    times : list of float
    entries : list of Segment, Jump or Observation
    spikes : list of (str, int, int)
        Population, neuron, event.
    inputs : dict of str to list of int
        Events of the given spikes.
    """

    origins: list[Origin] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)
    spikes: list[tuple[str, int, int]] = field(default_factory=list)
    inputs: dict[str, list[int]] = field(default_factory=dict)

    def event(self, time: float, origin: Origin) -> int:
        """Append an event."""
        self.origins.append(origin)
        self.times.append(time)
        return len(self.times) - 1


@dataclass
class EventTrace:
    """What a run leaves.

    Parameters
    ----------
    spikes : dict of str to SpikeTimes
        Of all populations with a threshold; in each trial in the order of their times.
    observed : dict of (population, state) to array, shape (times, trials, neurons)
        States at the times that were asked for; an event at the same time is before it.
    integrals : dict of (population, expression) to array, shape (trials, neurons)
        Integrals over the whole trial.
    tapes : list of Tape
    integrands : dict of (population, expression) to Integrand
    """

    spikes: dict[str, SpikeTimes]
    observed: dict[Key, Array]
    integrals: dict[Key, Array]
    tapes: list[Tape]
    integrands: dict[Key, Integrand]
