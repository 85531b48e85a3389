"""Distance of Victor and Purpura: the cheapest way to turn one train into the other.

References
----------
J. D. Victor and K. P. Purpura, Nature and precision of temporal coding in visual cortex: a
metric-space analysis, J. Neurophysiol. 76, 1310 (1996).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainsnn.analysis.spikes.pairs.base import PairMeasure, Train, positive
from brainsnn.jit import njit


@dataclass(frozen=True)
class VictorPurpura(PairMeasure):
    """Smallest sum of costs: 1 to add or take away a spike, ``|shift| / scale`` to move one.

    Parameters
    ----------
    scale : float
        Shift in seconds that costs 1; the cost of the paper is ``q = 1 / scale`` a second.
    """

    scale: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", positive(self.scale, "time scale"))

    def value(self, first: Train, second: Train, start: float, stop: float) -> float:  # noqa: ARG002
        """Distance; against a train without spikes it is the other's number of spikes."""
        return float(_cost(first, second, 1 / self.scale))


@njit()
def _cost(first: Train, second: Train, q: float) -> float:
    """Row by row of the table of cheapest costs; work in proportion to n m."""
    row = np.arange(second.size + 1).astype(np.float64)
    for i in range(first.size):
        diagonal, row[0] = row[0], i + 1.0
        for j in range(second.size):
            moved = diagonal + q * abs(first[i] - second[j])
            diagonal = row[j + 1]
            row[j + 1] = min(moved, diagonal + 1.0, row[j] + 1.0)
    return row[second.size]
