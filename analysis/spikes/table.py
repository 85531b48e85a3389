"""The spike table: who spiked when, in which trial, to which stimulus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.spikes.names import stimuli
from brainsnn.analysis.spikes.times import EQUAL, onset_times, single, span
from brainsnn.analysis.tables import TableError, require


@dataclass(frozen=True, eq=False)
class SpikeTable:
    """Spikes of many trials, checked; made by the functions of `brainsnn.analysis.spikes.sources`.

    Parameters
    ----------
    spikes : pandas.DataFrame
        Columns ``trial`` (row of `trials`), ``neuron`` (position in `neurons`), ``time`` (s, from
        the start of the trial); sorted by these three.
    trials : pandas.DataFrame
        A row a trial, silent ones too; column ``stimulus``: numbers, or text.
    neurons : tuple of str
        Names of the neurons, silent ones too; each once.
    start, stop : float
        Span of every trial in seconds; spikes lie in ``[start, stop)``. Times within a nanosecond
        of each other are the same to every function that compares them.

    Raises
    ------
    TableError
        If a column or a stimulus is missing, a time is not finite or outside the trial (with a
        hint if it looks like milliseconds), a train is unsorted or has the same time twice, or a
        trial or neuron does not exist or is there twice.
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
        trials = self.trials.reset_index(drop=True)
        object.__setattr__(self, "trials", trials.assign(stimulus=stimuli(trials["stimulus"])))
        for name, value in zip(("start", "stop"), span(self.start, self.stop), strict=True):
            object.__setattr__(self, name, value)
        self._check_names()
        self._check_times()
        self._check_rows()

    def _check_names(self) -> None:
        names = self.neurons
        if not names or not all(isinstance(name, str) and name.strip() for name in names):
            raise TableError(f"Neurons need names, got {names!r}.")
        twice = pd.Index(names).duplicated()
        if twice.any():
            raise TableError(f"More than one neuron is called {names[int(twice.argmax())]!r}.")
        for column in ("trial", "neuron"):
            if len(self.spikes) and self.spikes[column].dtype.kind not in "iu":
                kind = self.spikes[column].dtype
                raise TableError(f"Spikes: {column} must be whole numbers, not {kind}.")

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
        mostly = 2 * outside > time.size and high >= self.stop
        if mostly and low / 1000 >= self.start and high / 1000 <= self.stop:
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
    def stimuli(self) -> list[Any]:
        """The stimuli, in sorted order: numbers or names."""
        return sorted(self.trials["stimulus"].unique().tolist())

    def each_stimulus_and_neuron(self) -> dict[str, NDArray[np.object_]]:
        """Columns ``stimulus`` and ``neuron`` of a table with a row for every two of them."""
        stimuli, neurons = np.array(self.stimuli, object), np.array(self.neurons, object)
        return {
            "stimulus": np.repeat(stimuli, neurons.size),
            "neuron": np.tile(neurons, stimuli.size),
        }

    def take(self, trials: Any) -> SpikeTable:
        """The given trials, in the given order.

        Parameters
        ----------
        trials : array of bool, shape (n_trials,), or array of int
            Which to keep; or their positions, each at most once.

        Raises
        ------
        TableError
            If a trial does not exist or is there twice, or none is left.
        """
        n, wanted = len(self.trials), np.asarray(trials)
        if wanted.dtype == bool and wanted.shape == (n,):
            wanted = np.flatnonzero(wanted)
        if wanted.ndim != 1 or wanted.dtype.kind not in "iu" or not wanted.size:
            raise TableError(f"Take trials by their positions, or by a switch for each of the {n}.")
        if wanted.min() < 0 or wanted.max() >= n or np.unique(wanted).size < wanted.size:
            raise TableError(f"Positions of trials must be in 0..{n - 1}, each at most once.")
        place = np.full(n, -1, np.int64)
        place[wanted] = np.arange(wanted.size)
        trial = place[self.trial]
        kept = self.spikes.assign(trial=trial)[trial >= 0]
        kept = kept.sort_values("trial", kind="stable", ignore_index=True)
        return SpikeTable(kept, self.trials.iloc[wanted], self.neurons, self.start, self.stop)

    def onsets(self, onset: Any) -> NDArray[np.float64]:
        """When the stimulus of each trial begins: `brainsnn.analysis.spikes.times.onset_times`."""
        return onset_times(onset, self.trials, self.start, self.stop)

    def since(
        self, onset: NDArray[np.float64], window: float, *, cut: bool = False
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
        """Time of every spike since its trial's onset, and which lie within a window after it.

        Parameters
        ----------
        onset : array of float, shape (n_trials,)
            What `onsets` gives.
        window : float
            Length in seconds.
        cut : bool, default False
            Whether a window may reach beyond the trial, and is cut there.

        Returns
        -------
        since : array of float, shape (n_spikes,)
        inside : array of bool, shape (n_spikes,)
        reach : array of float, shape (n_trials,)
            Length of each trial's window.

        Raises
        ------
        TableError
            If the window reaches beyond a trial and is not to be cut.
        """
        left = self.stop - onset
        beyond = int((left < window - EQUAL).sum())
        if beyond and not cut:
            raise TableError(
                f"The window of {window:g} s reaches beyond the trial, which ends at "
                f"{self.stop:g} s, in {beyond} of {onset.size} trials."
            )
        # A window that ends where the trial does holds all that the trial has.
        before = np.where(left <= window + EQUAL, np.inf, window - EQUAL)
        since = self.time - onset[self.trial]
        inside = (since >= -EQUAL) & (since < before[self.trial])
        return np.maximum(since, 0.0), inside, np.minimum(left, window)

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
        low, high = self.window(begin, end)
        before = np.inf if high == self.stop else high - EQUAL
        return (self.time >= low - EQUAL) & (self.time < before)

    def window(self, begin: float | None, end: float | None) -> tuple[float, float]:
        """Begin and end of a window in seconds; those of the trial where there is None.

        Raises
        ------
        TableError
            If it does not lie within the trial, or has no length.
        """
        low, high = (
            default if value is None else single(value, "window")
            for value, default in ((begin, self.start), (end, self.stop))
        )
        if not self.start - EQUAL <= low < high - EQUAL <= self.stop:
            raise TableError(
                f"The window {low:g} to {high:g} s must lie within the trial, {self.start:g} to "
                f"{self.stop:g} s."
            )
        return max(low, self.start), self.stop if high > self.stop - EQUAL else high
