"""Spike time tiling coefficient: correlation that does not depend on rates.

References
----------
C. S. Cutts and S. J. Eglen, Detecting pairwise correlations in spike trains: an objective
comparison of methods and application to the study of retinal waves, J. Neurosci. 34, 14288 (2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainsnn.analysis.spikes.pairs.base import PairMeasure, Train, positive
from brainsnn.analysis.spikes.times import EQUAL


@dataclass(frozen=True)
class SpikeTimeTiling(PairMeasure):
    """``((P_1 - T_2) / (1 - P_1 T_2) + (P_2 - T_1) / (1 - P_2 T_1)) / 2``, in [-1, 1].

    `T` is the share of the span within `window` of a train's spikes, `P_1` the share of the first
    train's spikes within `window` of one of the second's, the ends included (to a nanosecond). NaN
    if a train has no spikes; a part whose `P T` is 1 is 1.

    Parameters
    ----------
    window : float
        Half of the width that a spike covers, in seconds.
    """

    window: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "window", positive(self.window, "window"))

    def value(self, first: Train, second: Train, start: float, stop: float) -> float:
        """Coefficient of two trains."""
        if not first.size or not second.size:
            return float("nan")
        tiles = [self._tiled(spikes, start, stop) for spikes in (first, second)]
        parts = [
            1.0 if p * tile == 1 else (p - tile) / (1 - p * tile)
            for p, tile in (
                (self._within(first, second), tiles[1]),
                (self._within(second, first), tiles[0]),
            )
        ]
        return 0.5 * (parts[0] + parts[1])

    def _tiled(self, spikes: Train, start: float, stop: float) -> float:
        """Share of the span that is near a spike."""
        begins = np.append(np.maximum(spikes - self.window, start), stop)
        ends = np.append(start, np.minimum(spikes + self.window, stop))
        return 1.0 - float(np.maximum(begins - ends, 0.0).sum()) / (stop - start)

    def _within(self, spikes: Train, others: Train) -> float:
        """Share of spikes near one of the other train."""
        reach = self.window + EQUAL
        first = np.searchsorted(others, spikes - reach, side="left")
        last = np.searchsorted(others, spikes + reach, side="right")
        return float(np.mean(last > first))
