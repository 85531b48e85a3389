"""What monitors recorded in a block of trials, as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.errors import DataError


@dataclass(frozen=True)
class MonitorRecord:
    """What one monitor recorded in a block of trials.

    Parameters
    ----------
    columns : mapping of str to array
        Recorded variables, all trials one after the other: one-dimensional for spikes and rates,
        shape (times, indices) for states. In SI units.
    offsets : array of int64, shape (n_trials + 1,)
        Trial k has the entries ``offsets[k]:offsets[k + 1]``.
    index : array of int, optional
        Of a StateMonitor, the neurons or synapses of its source that it records.
    """

    columns: Mapping[str, NDArray[Any]]
    offsets: NDArray[np.int64]
    index: NDArray[np.integer] | None = None

    @staticmethod
    def concatenate(parts: Sequence[MonitorRecord]) -> MonitorRecord:
        """The trials of several records of one monitor, one after the other."""
        counts = np.concatenate([part.counts for part in parts])
        columns = {k: np.concatenate([part.columns[k] for part in parts]) for k in parts[0].columns}
        return MonitorRecord(columns, np.concatenate(([0], np.cumsum(counts))), parts[0].index)

    def trial(self, k: int) -> dict[str, NDArray[Any]]:
        """Columns of trial k; a negative one counts from the end.

        Raises
        ------
        DataError
            If there is no such trial.
        """
        n = self.offsets.size - 1
        if not -n <= k < n:
            raise DataError(f"There are trials 0..{n - 1}, got {k}.")
        k %= n
        mine = slice(self.offsets[k], self.offsets[k + 1])
        return {name: values[mine] for name, values in self.columns.items()}

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of entries of each trial: spikes, or times."""
        return np.diff(self.offsets)

    def to_frame(self) -> pd.DataFrame:
        """One row an entry, with its trial.

        A state is a row for each neuron or synapse that is recorded, with its `index` in the
        monitor's source.
        """
        trial = np.repeat(np.arange(self.counts.size), self.counts)
        wide = {name: v for name, v in self.columns.items() if v.ndim == 2}
        if self.index is None:
            return pd.DataFrame({"trial": trial, **self.columns})
        n = self.index.size
        long = {name: np.repeat(v, n) for name, v in self.columns.items() if v.ndim == 1}
        index = np.tile(self.index, trial.size)
        flat = {name: v.ravel() for name, v in wide.items()}
        return pd.DataFrame({"trial": np.repeat(trial, n), "index": index, **long, **flat})
