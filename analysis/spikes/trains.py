"""A spike table as trains, an array a trial and neuron, and back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import within


def trains(table: SpikeTable) -> list[list[NDArray[np.float64]]]:
    """Spike times of every trial and neuron, in seconds: ``trains(table)[trial][neuron]``."""
    n = len(table.neurons)
    bounds = np.searchsorted(table.trial * n + table.neuron, np.arange(len(table.trials) * n + 1))
    pieces = [table.time[a:b] for a, b in pairwise(bounds)]
    return [pieces[k : k + n] for k in range(0, len(pieces), n)]


def from_trains(
    times: Sequence[Sequence[NDArray[np.float64]]],
    trials: pd.DataFrame,
    neurons: tuple[str, ...],
    start: float,
    stop: float,
) -> SpikeTable:
    """Spike table of trains, in any order of times.

    Parameters
    ----------
    times : sequence of sequence of array
        ``times[trial][neuron]``, in seconds; what rounding put before `start` is moved there.
    trials : pandas.DataFrame
        A row a trial, column ``stimulus``.
    neurons, start, stop
        As for `SpikeTable`.

    Raises
    ------
    TableError
        As `SpikeTable`.
    """
    pieces = [np.sort(piece) for piece in chain.from_iterable(times)]
    train = np.repeat(np.arange(len(pieces)), [piece.size for piece in pieces])
    trial, neuron = np.divmod(train, max(len(neurons), 1))
    together = within(np.concatenate([np.empty(0), *pieces]), start)
    spikes = pd.DataFrame({"trial": trial, "neuron": neuron, "time": together})
    return SpikeTable(spikes, trials, neurons, start, stop)
