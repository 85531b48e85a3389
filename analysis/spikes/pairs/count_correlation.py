"""Correlation of spike counts in bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainsnn.analysis.spikes.counts import bin_counts
from brainsnn.analysis.spikes.pairs.base import PairMeasure, Train, positive


@dataclass(frozen=True)
class CountCorrelation(PairMeasure):
    """Pearson's correlation of the counts of two trains in consecutive bins.

    NaN where a train has the same count in every bin. A last bin that reaches beyond the span is
    left out.

    Parameters
    ----------
    bin_size : float
        Width of a bin in seconds.
    """

    bin_size: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "bin_size", positive(self.bin_size, "bin"))

    def value(self, first: Train, second: Train, start: float, stop: float) -> float:
        """Correlation of two trains, in [-1, 1]."""
        counts = [bin_counts(t, start, stop, self.bin_size) for t in (first, second)]
        one, other = (c - c.mean() for c in counts)
        scale = np.sqrt((one @ one) * (other @ other))
        return float(one @ other / scale) if scale > 0 else float("nan")
