"""The spike table: who spiked when, in which trial, to which stimulus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.tables import TableError, require


@dataclass(frozen=True, eq=False)
class SpikeTable:
    """Spikes of many trials, checked. Make one with a function of `analysis.spikes.sources`.

    Parameters
    ----------
    spikes : pandas.DataFrame
        Columns ``trial`` (row of `trials`), ``neuron`` (position in `neurons`), ``time`` (s, from
        the start of the trial); sorted by these three.
    trials : pandas.DataFrame
        A row a trial, silent ones too; column ``stimulus``.
    neurons : tuple of str
        Names of the neurons, silent ones too.
    start, stop : float
        Span of every trial in seconds; spikes lie in ``[start, stop)``.

    Raises
    ------
    TableError
        If a column is missing, a time is not finite or outside the trial (with a hint if it looks
        like milliseconds), a train is unsorted or has the same time twice, or a trial or neuron
        does not exist.
    """

    spikes: pd.DataFrame
    trials: pd.DataFrame
    neurons: tuple[str, ...]
    start: float
    stop: float

    def __post_init__(self) -> None:
        if list(self.spikes.columns) != ["trial", "neuron", "time"]:
            raise TableError("The spikes must have the columns trial, neuron, time.")
        require(self.trials, ("stimulus",), "trials")
        if not np.isfinite([self.start, self.stop]).all() or not self.start < self.stop:
            raise TableError(f"A trial must have a length, got {self.start} to {self.stop} s.")
        self._check_times()
        self._check_rows()

    def _check_times(self) -> None:
        time = self.time
        if not time.size:
            return
        if not np.isfinite(time).all():
            raise TableError(f"{np.count_nonzero(~np.isfinite(time))} spike times are not finite.")
        low, high = float(time.min()), float(time.max())
        if low >= self.start and high < self.stop:
            return
        outside = np.count_nonzero((time < self.start) | (time >= self.stop))
        hint = ""
        if high >= self.stop and low / 1000 >= self.start and high / 1000 <= self.stop:
            hint = " They look like milliseconds: divide them by 1000, or give unit='ms'."
        raise TableError(
            f"{outside} of {time.size} spike times are outside the trial of {self.start:g} to "
            f"{self.stop:g} s; they reach from {low:g} to {high:g}.{hint}"
        )

    def _check_rows(self) -> None:
        trial, neuron = self.trial, self.neuron
        for name, values, size in (
            ("trial", trial, len(self.trials)),
            ("neuron", neuron, len(self.neurons)),
        ):
            if values.size and not 0 <= values.min() <= values.max() < size:
                raise TableError(f"Spikes: {name} must be in 0..{size - 1}.")
        train = trial * np.int64(len(self.neurons)) + neuron
        step, gap = np.diff(train), np.diff(self.time)
        wrong = (step < 0) | ((step == 0) & (gap <= 0))
        if wrong.any():
            k = int(wrong.argmax()) + 1
            what = (
                "the same time twice" if step[k - 1] == 0 and gap[k - 1] == 0 else "unsorted times"
            )
            raise TableError(
                f"Spikes: {what} in trial {trial[k]}, neuron {self.neurons[neuron[k]]!r}, "
                f"at {self.time[k]:g} s; times of a neuron in a trial must rise."
            )

    @property
    def trial(self) -> NDArray[np.int64]:
        """Trial of each spike."""
        return self.spikes["trial"].to_numpy(np.int64)

    @property
    def neuron(self) -> NDArray[np.int64]:
        """Neuron of each spike."""
        return self.spikes["neuron"].to_numpy(np.int64)

    @property
    def time(self) -> NDArray[np.float64]:
        """Time of each spike in seconds."""
        return self.spikes["time"].to_numpy(np.float64)

    @property
    def stimulus(self) -> NDArray[np.int64]:
        """Stimulus of each trial, as a position in `stimuli`."""
        return pd.Categorical(self.trials["stimulus"], categories=self.stimuli).codes.astype(
            np.int64
        )

    @property
    def stimuli(self) -> list[str]:
        """Names of the stimuli, in sorted order."""
        return sorted(self.trials["stimulus"].unique())

    def counts(self, begin: float | None = None, end: float | None = None) -> NDArray[np.int64]:
        """Spikes in ``[begin, end)`` of every trial and neuron, shape (n_trials, n_neurons)."""
        inside = self._inside(begin, end)
        n = len(self.neurons)
        flat = self.trial[inside] * n + self.neuron[inside]
        return np.bincount(flat, minlength=len(self.trials) * n).reshape(-1, n).astype(np.int64)

    def first(self, begin: float | None = None, end: float | None = None) -> NDArray[np.float64]:
        """Time of the first spike in ``[begin, end)``, shape (n_trials, n_neurons); NaN if none."""
        inside = self._inside(begin, end)
        out = np.full((len(self.trials), len(self.neurons)), np.inf)
        np.minimum.at(out, (self.trial[inside], self.neuron[inside]), self.time[inside])
        return np.where(np.isfinite(out), out, np.nan)

    def _inside(self, begin: float | None, end: float | None) -> NDArray[np.bool_] | slice:
        if begin is None and end is None:
            return slice(None)
        low = self.start if begin is None else begin
        high = self.stop if end is None else end
        if not self.start <= low < high <= self.stop:
            raise TableError(
                f"The window {low:g} to {high:g} s must lie within the trial, {self.start:g} to "
                f"{self.stop:g} s."
            )
        return (self.time >= low) & (self.time < high)
