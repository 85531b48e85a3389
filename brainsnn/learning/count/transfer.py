r"""The spike-count transfer function, its slope, and how far it is from the recorded counts.

.. math::
    c_j = g(V^f_j) = \min\left(\max\left(\left\lfloor V^f_j / \vartheta \right\rfloor, 0\right),
    T\right) \qquad \text{(eq. 7)}

with :math:`V^f_j` what the neuron received in the trial. Its derivative is taken without the floor:
:math:`1 / \vartheta` where :math:`0 < V^f_j < T \vartheta`, 0 elsewhere.

The function sees sums, not time. A neuron that received as much as five spikes' worth, but most of
it in the last step, could spike only once; one that spiked early and was then inhibited has spiked
more often than its sum says. So the recorded count differs from :math:`g`; `disagreement` says how
often and by how much.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.learning.count.counts import free_potential, recorded_counts
from brainsnn.spikes import Recording

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""Share of a threshold that sums may be off by: they are added up in different orders."""


def transfer(potential: Floats, threshold: float, n_steps: int) -> Floats:
    """Count that eq. 7 gives for what was received, shape as `potential`."""
    count: Floats = np.floor(potential / threshold + ROUNDING)
    return np.clip(count, 0, n_steps)


def slope(potential: Floats, threshold: float, n_steps: int) -> Floats:
    """Derivative of the count by what was received, shape as `potential`."""
    inside = (potential > 0) & (potential < threshold * n_steps)
    return inside / threshold


def disagreement(recording: Recording, threshold: float, n_steps: int) -> pd.DataFrame:
    """Compare recorded counts with eq. 7, layer by layer.

    Parameters
    ----------
    recording : Recording
    threshold : float
    n_steps : int
        T, the steps in which a neuron may spike.

    Returns
    -------
    pandas.DataFrame
        A row a population with a potential: ``population``, ``neurons_trials`` (pairs compared),
        ``differ`` (share of pairs where the two differ), ``difference`` (mean absolute difference
        over all pairs, in spikes), ``excess`` (mean of recorded minus eq. 7), ``largest``, and
        ``mean_count``.
    """
    counts = recorded_counts(recording)
    rows = []
    for name in recording.final:
        received = free_potential(recording, name, counts[name], threshold)
        gap = counts[name] - transfer(received, threshold, n_steps)
        rows.append(
            {
                "population": name,
                "neurons_trials": gap.size,
                "differ": float((gap != 0).mean()),
                "difference": float(np.abs(gap).mean()),
                "excess": float(gap.mean()),
                "largest": float(np.abs(gap).max()),
                "mean_count": float(counts[name].mean()),
            }
        )
    return pd.DataFrame(rows)
