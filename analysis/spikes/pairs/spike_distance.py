"""SPIKE-distance: how far the spikes around each moment are from the other train's.

References
----------
T. Kreuz, D. Chicharro, C. Houghton, R. G. Andrzejak and F. Mormann, Monitoring spike train
synchrony, J. Neurophysiol. 109, 1457 (2013), equations 9 to 12; edges as in PySpike (M. Mulansky
and T. Kreuz, SoftwareX 5, 183 (2016)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.analysis.spikes.pairs.base import PairMeasure, Train
from brainsnn.jit import njit


@dataclass(frozen=True)
class SPIKEDistance(PairMeasure):
    """Mean over time of ``(S_1 nu_2 + S_2 nu_1) / (2 mean(nu_1, nu_2)^2)``.

    `nu` is the current interval, `S_1` the distance of the first train's spikes before and after
    the moment to the nearest spike of the second, each counted in proportion to how near it is in
    time. Before the first spike and after the last, auxiliary spikes continue a train by its own
    first and last interval; a train without spikes has two, at the span's ends.
    """

    def value(self, first: Train, second: Train, start: float, stop: float) -> float:
        """Distance of two trains, 0 for equal ones."""
        one, other = _filled(first, start, stop), _filled(second, start, stop)
        return float(_mean_dissimilarity(one, other, start, stop))


def _filled(spikes: Train, start: float, stop: float) -> Train:
    """A train that has an interval; PySpike takes a lone spike at the start for none."""
    none = spikes.size == 0 or (spikes.size == 1 and spikes[0] == start)
    return np.array([start, stop]) if none else spikes


@njit()
def _knots(spikes: Train, start: float, stop: float) -> NDArray[np.float64]:
    """Spikes between the two auxiliary ones."""
    n = spikes.size
    found = np.empty(n + 2)
    found[1 : n + 1] = spikes
    found[0], found[n + 1] = start, stop
    if n > 1:
        found[0] = min(start, 2 * spikes[0] - spikes[1])
        found[n + 1] = max(stop, 2 * spikes[n - 1] - spikes[n - 2])
    return found


@njit()
def _nearest(knots: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each spike to the nearest knot of the other train; auxiliary ones repeat it."""
    n, k = knots.size, 0
    found = np.empty(n)
    for i in range(1, n - 1):
        while k + 1 < others.size and abs(others[k + 1] - knots[i]) <= abs(others[k] - knots[i]):
            k += 1
        found[i] = abs(others[k] - knots[i])
    found[0], found[n - 1] = found[1], found[n - 2]
    return found


@njit()
def _at(
    time: float, knots: NDArray[np.float64], nearest: NDArray[np.float64], i: int
) -> tuple[float, float]:
    """Distance of a train between its knots `i` and `i + 1`, and that interval."""
    before, after = time - knots[i], knots[i + 1] - time
    interval = knots[i + 1] - knots[i]
    return (nearest[i] * after + nearest[i + 1] * before) / interval, interval


@njit()
def _mean_dissimilarity(first: Train, second: Train, start: float, stop: float) -> float:
    """Trapezoids between the spikes of both, on which the profile is a straight line."""
    one, other = _knots(first, start, stop), _knots(second, start, stop)
    near_1, near_2 = _nearest(one, other), _nearest(other, one)
    i, j, last, total = 0, 0, start, 0.0
    while last < stop:
        end_1 = min(one[i + 1], stop)
        end_2 = min(other[j + 1], stop)
        end = min(end_1, end_2)
        if end > last:
            for time in (last, end):
                s_1, nu_1 = _at(time, one, near_1, i)
                s_2, nu_2 = _at(time, other, near_2, j)
                mean = 0.5 * (nu_1 + nu_2)
                total += 0.25 * (s_1 * nu_2 + s_2 * nu_1) / (mean * mean) * (end - last)
        last = end
        if i + 2 < one.size and one[i + 1] == end:
            i += 1
        if j + 2 < other.size and other[j + 1] == end:
            j += 1
    return total / (stop - start)
