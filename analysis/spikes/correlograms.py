"""Auto- and cross-correlograms, with what chance and the stimulus explain of them.

References
----------
D. H. Perkel, G. L. Gerstein and G. P. Moore, Neuronal spike trains and stochastic point processes
II: simultaneous spike trains, Biophys. J. 7, 419 (1967), for correlograms and the shuffling of
trials; C. D. Brody, Correlations without synchrony, Neural Comput. 11, 1537 (1999), for what the
correction cannot take away.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.spikes.counts import table_counts
from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import EQUAL, single
from brainsnn.analysis.tables import TableError

FloatArray = NDArray[np.float64]


def correlograms(
    table: SpikeTable,
    bin_size: float,
    reach: float,
    predictor: Literal["none", "shuffle", "shift"] = "none",
) -> pd.DataFrame:
    """Differences ``t_second - t_first`` of the spikes of every two neurons, by stimulus.

    Parameters
    ----------
    table : SpikeTable
    bin_size : float
        Width of a bin in seconds. Bins are centred on multiples of it and closed on the left, to a
        nanosecond.
    reach : float
        Largest lag in seconds, a multiple of `bin_size`.
    predictor : {"none", "shuffle", "shift"}, default "none"
        What is expected without interaction: the mean over all pairs of different trials of a
        stimulus, or of each trial with the next (the last with the first).

    Returns
    -------
    pandas.DataFrame
        Columns ``stimulus``, ``first``, ``second`` (neurons, also a neuron with itself, whose pairs
        of a spike with itself are left out), ``lag`` (s), ``count`` (pairs of spikes, all trials
        together), and with a predictor ``expected`` (pairs) and ``excess``, their difference.

    Raises
    ------
    TableError
        If the bins are impossible, or a stimulus has fewer than two trials for the predictor.
    """
    if predictor not in ("none", "shuffle", "shift"):
        raise TableError(f"Predictors are none, shuffle and shift, not {predictor!r}.")
    bin_size, reach = single(bin_size, "bin"), single(reach, "reach")
    n = _n_lags(table, bin_size, reach)
    lag = np.arange(-n, n + 1) * bin_size
    edges: FloatArray = (np.arange(-n, n + 2) - 0.5) * np.float64(bin_size) - EQUAL
    parts: list[dict[str, Any]] = []
    for k, stimulus in enumerate(table.stimuli):
        trials = np.flatnonzero(table.stimulus == k)
        if predictor != "none" and trials.size < 2:
            raise TableError(f"Stimulus {stimulus!r} has one trial; a predictor needs two or more.")
        trains = [_Trains.of(table, trials, i) for i in range(len(table.neurons))]
        for (i, a), (j, b) in product(enumerate(table.neurons), repeat=2):
            together = trains[i].aligned(trains[j], edges)
            count = together.copy()
            count[n] -= trains[i].time.size if i == j else 0
            columns: dict[str, Any] = {"stimulus": stimulus, "first": a, "second": b}
            columns |= {"lag": lag, "count": count}
            if predictor == "shift":
                columns["expected"] = trains[i].aligned(trains[j], edges, shift=1).astype(float)
            elif predictor == "shuffle":
                every = trains[i].pooled(trains[j], edges)
                columns["expected"] = (every - together) / (trials.size - 1)
            if predictor != "none":
                columns["excess"] = count - columns["expected"]
            parts.append(columns)
    return _joined(parts, lag.size)


def _joined(parts: list[dict[str, Any]], size: int) -> pd.DataFrame:
    """Columns of many pairs below each other; a name stands for all lags of its pair."""
    columns = {}
    for name, value in parts[0].items():
        found = [part[name] for part in parts]
        columns[name] = np.concatenate(found) if np.ndim(value) else np.repeat(_names(found), size)
    return pd.DataFrame(columns)


def _names(values: list[Any]) -> NDArray[Any]:
    """Stimuli or neurons as a column: numbers stay numbers, names are objects."""
    return np.array(values, object if isinstance(values[0], str) else None)


def _n_lags(table: SpikeTable, bin_size: float, reach: float) -> int:
    """Bins on each side of lag 0."""
    if not 0 < bin_size < np.inf or not 0 <= reach <= table.stop - table.start:
        raise TableError(
            "A correlogram needs bins of positive width and a reach of at most the trial's length, "
            f"got {bin_size:g} and {reach:g} s."
        )
    n = round(reach / bin_size)
    if abs(n * bin_size - reach) > EQUAL:
        raise TableError(f"The reach of {reach:g} s is no multiple of the bin, {bin_size:g} s.")
    return n


def _differences(first: FloatArray, second: FloatArray, edges: FloatArray) -> NDArray[np.int64]:
    """Pairs whose difference lies between successive edges; both columns rise."""
    below = [np.searchsorted(second, first + edge, side="left").sum() for edge in edges]
    return np.diff(np.array(below, np.int64))


@dataclass(frozen=True, eq=False)
class _Trains:
    """Spikes of one neuron in the trials of one stimulus: which of these, and when."""

    rank: NDArray[np.int64]
    time: FloatArray
    n_trials: int
    length: float

    @classmethod
    def of(cls, table: SpikeTable, trials: NDArray[np.int64], neuron: int) -> _Trains:
        place = np.full(len(table.trials), -1, np.int64)
        place[trials] = np.arange(trials.size)
        mine = (table.neuron == neuron) & (place[table.trial] >= 0)
        since = table.time[mine] - table.start
        return cls(place[table.trial[mine]], since, trials.size, table.stop - table.start)

    def aligned(self, other: _Trains, edges: FloatArray, shift: int = 0) -> NDArray[np.int64]:
        """Pairs of spikes in trial k, and in trial k + `shift` of the other neuron.

        Trials are laid one after the other, so far apart that no lag reaches from one to the next.
        """
        apart = self.length + 2 * (edges[-1] - edges[0])
        moved = (other.rank - shift) % self.n_trials
        laid = np.sort(other.time + moved * apart)
        return _differences(self.time + self.rank * apart, laid, edges)

    def pooled(self, other: _Trains, edges: FloatArray) -> NDArray[np.int64]:
        """Pairs of spikes in any two trials, the same one included."""
        return _differences(np.sort(self.time), np.sort(other.time), edges)


def binned_correlograms(table: SpikeTable, bin_size: float, reach: float) -> pd.DataFrame:
    """Correlation of counts in bins: ``sum_t n_first(t) n_second(t + lag)``, by stimulus.

    Another quantity than `correlograms`: lags are whole bins, and a spike pairs with itself.

    Parameters
    ----------
    table : SpikeTable
    bin_size, reach : float
        As for `correlograms`; a last bin that reaches beyond the trial is left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``stimulus``, ``first``, ``second``, ``lag`` (s), ``count`` (summed over trials).
    """
    bin_size, reach = single(bin_size, "bin"), single(reach, "reach")
    n = _n_lags(table, bin_size, reach)
    counts = table_counts(table, bin_size)
    padded = np.pad(counts, ((0, 0), (0, 0), (n, n)))
    size, lag = counts.shape[2], np.arange(-n, n + 1) * bin_size
    parts: list[dict[str, Any]] = []
    for k, stimulus in enumerate(table.stimuli):
        mine = table.stimulus == k
        for (i, a), (j, b) in product(enumerate(table.neurons), repeat=2):
            late = [padded[mine, j, s : s + size] for s in range(2 * n + 1)]
            columns = {"stimulus": stimulus, "first": a, "second": b, "lag": lag}
            columns["count"] = np.array([(counts[mine, i] * part).sum() for part in late])
            parts.append(columns)
    return _joined(parts, 2 * n + 1)
