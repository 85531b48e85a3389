"""What a derived network consists of, and what a run of it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from brainsnn.learning.equations.effect import Effect
from brainsnn.learning.equations.step import Step

Array = NDArray[Any]
Key = tuple[str, str]
"""Name of a group or of synapses, and of one of its variables."""


@dataclass
class Population:
    """Neurons.

    Parameters
    ----------
    size : int
    step : Step or None
        None for those whose spikes are given.
    values : dict of str to array
        Parameters, by name: one value, or one a neuron.
    start : dict of str to array
        What states are before the first step.
    """

    size: int
    step: Step | None = None
    values: dict[str, Array] = field(default_factory=dict)
    start: dict[str, Array] = field(default_factory=dict)


@dataclass
class Connection:
    """Synapses.

    Parameters
    ----------
    source, target : str
    effect : Effect
    i, j : array of int
        Source and target of each.
    lag : array of int
        Steps from a spike to its arrival.
    values : dict of str to array
        Variables, one value a synapse, or one for all.
    """

    source: str
    target: str
    effect: Effect
    i: Array
    j: Array
    lag: Array
    values: dict[str, Array]


@dataclass
class Trace:
    """What a forward pass leaves for the backward one.

    Parameters
    ----------
    spikes : dict of str to array, shape (steps, trials, neurons)
    begin, threshold, arrival : list of dict
        By step and population: the state that the update began with, that at the threshold, and,
        by connection, that which arriving spikes met.
    draws : list of dict
        Random numbers of each step.
    """

    spikes: dict[str, Array]
    begin: list[dict[str, dict[str, Array]]] = field(default_factory=list)
    threshold: list[dict[str, dict[str, Array]]] = field(default_factory=list)
    arrival: list[dict[str, dict[str, dict[str, Array]]]] = field(default_factory=list)
    reset: list[dict[str, dict[str, Array]]] = field(default_factory=list)
    draws: list[dict[str, dict[str, Array]]] = field(default_factory=list)
