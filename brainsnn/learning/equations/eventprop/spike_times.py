"""Spikes at exact times, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import DataError

Array = NDArray[Any]


@dataclass(frozen=True)
class SpikeTimes:
    """Spikes of some neurons in some trials, trial by trial.

    Parameters
    ----------
    trial, neuron : array of int
    time : array of float
        Seconds since the trial began.
    n_trials : int

    Raises
    ------
    DataError
        If the columns are of unequal length, or hold what cannot be.
    """

    trial: Array
    neuron: Array
    time: Array
    n_trials: int

    def __post_init__(self) -> None:
        sizes = {np.shape(x) for x in (self.trial, self.neuron, self.time)}
        if len(sizes) != 1 or len(next(iter(sizes))) != 1:
            raise DataError(
                f"Columns of spikes have one length; these have shapes {sorted(sizes)}."
            )
        trial = np.asarray(self.trial)
        if not np.isfinite(self.time).all() or (np.asarray(self.time) < 0).any():
            raise DataError("Times of spikes are seconds, finite and not negative.")
        if trial.size and not (trial.min() >= 0 and trial.max() < self.n_trials):
            raise DataError(f"Trials are 0 to {self.n_trials - 1}; there is {trial.max()}.")
        if (np.diff(trial) < 0).any():
            raise DataError("Spikes are given trial by trial.")

    @classmethod
    def of(cls, trials: Sequence[tuple[ArrayLike, ArrayLike]]) -> SpikeTimes:
        """Make it of (neurons, times) of each trial."""
        neurons = [np.asarray(n, np.int64).reshape(-1) for n, _ in trials]
        times = [np.asarray(t, float).reshape(-1) for _, t in trials]
        sizes = [n.size for n in neurons]
        trial = np.repeat(np.arange(len(trials)), sizes)
        joined = [np.concatenate([[], *part]) for part in (neurons, times)]
        return cls(trial, joined[0].astype(np.int64), joined[1], len(trials))

    def first(self, size: int, silent: float = np.inf) -> tuple[Array, Array]:
        """First spikes.

        Parameters
        ----------
        size : int
            Neurons.
        silent : float, default inf
            The time of a neuron that has no spike.

        Returns
        -------
        times : array of float, shape (trials, neurons)
        index : array of int, shape (trials, neurons)
            Rows of the columns; -1 for a silent neuron, which no derivative reaches.
        """
        index = np.full((self.n_trials, size), -1)
        late_first = np.argsort(-self.time, kind="stable")
        index[self.trial[late_first], self.neuron[late_first]] = late_first
        times = np.where(index < 0, silent, self.time[index] if self.time.size else silent)
        return times, index

    def spread(self, by_first: Array, index: Array) -> Array:
        """Derivatives by first spikes as derivatives by all spikes; what is silent has none."""
        found = np.zeros(self.time.size)
        found[index[index >= 0]] = np.asarray(by_first)[index >= 0]
        return found
