"""ISI-distance: how much the local rates of two trains differ.

References
----------
T. Kreuz, J. S. Haas, A. Morelli, H. D. I. Abarbanel and A. Politi, Measuring spike train synchrony,
J. Neurosci. Methods 165, 151 (2007); edges as in PySpike (M. Mulansky and T. Kreuz, SoftwareX 5,
183 (2016)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.analysis.spikes.pairs.base import PairMeasure, Train
from brainsnn.jit import njit


@dataclass(frozen=True)
class ISIDistance(PairMeasure):
    """Mean over time of ``|nu_1 - nu_2| / max(nu_1, nu_2)``, nu being the current interval.

    Before the first spike the interval is the longer of the time since the start and the first
    interval, after the last likewise; of a train without spikes it is the whole span. In [0, 1).
    """

    def value(self, first: Train, second: Train, start: float, stop: float) -> float:
        """Distance of two trains."""
        return float(_mean_ratio(first, second, start, stop))


@njit()
def intervals_of(spikes: Train, start: float, stop: float) -> NDArray[np.float64]:
    """Interval that each time lies in: before the first spike, between two, after the last."""
    n = spikes.size
    found = np.empty(n + 1)
    if n == 0:
        found[0] = stop - start
        return found
    found[1:n] = spikes[1:] - spikes[:-1]
    found[0], found[n] = spikes[0] - start, stop - spikes[n - 1]
    if n > 1:
        found[0] = max(found[0], found[1])
        found[n] = max(found[n], found[n - 1])
    return found


@njit()
def _mean_ratio(first: Train, second: Train, start: float, stop: float) -> float:
    one, other = intervals_of(first, start, stop), intervals_of(second, start, stop)
    i, j, last, total = 0, 0, start, 0.0
    while last < stop:
        end_1 = first[i] if i < first.size else stop
        end_2 = second[j] if j < second.size else stop
        end = min(end_1, end_2)
        if end > last:
            total += abs(one[i] - other[j]) / max(one[i], other[j]) * (end - last)
        last = end
        if i < first.size and end_1 == end:
            i += 1
        if j < second.size and end_2 == end:
            j += 1
    return total / (stop - start)
