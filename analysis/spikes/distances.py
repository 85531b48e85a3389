"""Distances between spike trains, through elephant.

References
----------
J. D. Victor and K. P. Purpura, J. Neurophysiol. 76, 1310 (1996); M. C. W. van Rossum, Neural
Comput. 13, 751 (2001).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.analysis.spikes.export import to_neo
from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.tables import TableError


def distances(
    table: SpikeTable, neuron: str, kind: Literal["victor_purpura", "van_rossum"], scale: float
) -> NDArray[np.float64]:
    """Distance of every two trials' trains of a neuron.

    Parameters
    ----------
    table : SpikeTable
    neuron : str
    kind : {"victor_purpura", "van_rossum"}
    scale : float
        Time scale in seconds: a shift by this much costs 1 (Victor and Purpura), or the time
        constant of the exponential (van Rossum).

    Returns
    -------
    array of float64, shape (n_trials, n_trials)

    Raises
    ------
    TableError
        If there is no such neuron or kind, or `scale` is not positive.
    """
    import quantities as pq
    from elephant.spike_train_dissimilarity import van_rossum_distance, victor_purpura_distance

    if neuron not in table.neurons:
        raise TableError(f"No neuron {neuron!r}; there are {', '.join(table.neurons)}.")
    if not 0 < scale < np.inf:
        raise TableError(f"The time scale must be positive, got {scale:g} s.")
    place = table.neurons.index(neuron)
    trains = [segment.spiketrains[place] for segment in to_neo(table).segments]
    if kind == "victor_purpura":
        found = victor_purpura_distance(trains, cost_factor=1 / (scale * pq.s))
    elif kind == "van_rossum":
        found = van_rossum_distance(trains, time_constant=scale * pq.s)
    else:
        raise TableError(f"Unknown distance {kind!r}. Known: van_rossum, victor_purpura.")
    return np.asarray(found, np.float64)
