"""Trains that are made when they are asked for: more trials than memory would hold as spikes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.indices import indices
from brainsnn.spikes.targets import Targets
from brainsnn.spikes.trains import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials, VariedTrials

BLOCK = 500
"""Trials that are encoded at once where all are gone through."""


@dataclass(frozen=True)
class UnencodedTrains:
    """Trials of one population, encoded a few at a time, each time that they are asked for.

    Parameters
    ----------
    n_trials, n_neurons, n_steps : int
        As of `SpikeTrains`.
    encode : callable
        Gives the trains of an array of trials, in its order. A trial has the same spikes every
        time, whichever others are asked for with it.
    """

    n_trials: int
    n_neurons: int
    n_steps: int
    encode: Callable[[NDArray[np.int64]], SpikeTrains]

    def take(self, trials: NDArray[np.integer]) -> SpikeTrains:
        """The given trials, in the given order.

        Raises
        ------
        DataError
            If there is no such trial.
        """
        return self.encode(indices("Trials", trials, self.n_trials))

    @cached_property
    def n_spikes(self) -> int:
        """Spikes of all trials, which are encoded once to be counted."""
        begins = range(0, self.n_trials, BLOCK)
        ends = (min(begin + BLOCK, self.n_trials) for begin in begins)
        return sum(
            self.take(np.arange(*stretch)).n_spikes for stretch in zip(begins, ends, strict=True)
        )


Trains = SpikeTrains | UnencodedTrains
"""Trials with their spikes, or with what makes them."""


def at_hand(trains: Trains, trials: NDArray[np.int64]) -> tuple[SpikeTrains, NDArray[np.int64]]:
    """Trains among which the given trials are, and where: what an engine runs."""
    if isinstance(trains, SpikeTrains):
        return trains, trials
    return trains.take(trials), np.arange(trials.size)


def labelled_trials(trains: Trains, targets: Targets | ArrayLike) -> LabelledTrials | VariedTrials:
    """What the trainer takes: trials with a target each, encoded in each epoch if not yet.

    Raises
    ------
    DataError
        If there is not one target for each trial, or a label is below 0.
    """
    if isinstance(trains, SpikeTrains):
        return LabelledTrials(trains, targets)
    encode = trains.take
    return VariedTrials(targets, lambda _, trials: encode(trials))
