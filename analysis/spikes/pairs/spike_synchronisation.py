"""SPIKE-synchronisation: the share of spikes that coincide, with windows that adapt.

References
----------
T. Kreuz, M. Mulansky and N. Bozanic, SPIKY: a graphical user interface for monitoring spike train
synchrony, J. Neurophysiol. 113, 3432 (2015); edges as in PySpike (M. Mulansky and T. Kreuz,
SoftwareX 5, 183 (2016)).
"""

from __future__ import annotations

from dataclasses import dataclass

from brainsnn.analysis.spikes.pairs.base import PairMeasure, Train, positive
from brainsnn.jit import njit


@dataclass(frozen=True)
class SPIKESynchronisation(PairMeasure):
    """Spikes of either train that coincide with one of the other, over all spikes.

    Two spikes coincide if they are nearer than half of the shortest interval beside either of them;
    where a train has no spike on a side, the span stands for the interval. Spikes of one time
    coincide. Two trains without spikes are as alike as can be: 1. Of times on a grid, a distance of
    just half an interval is decided by the last bit, in PySpike and here alike.

    Parameters
    ----------
    longest : float, optional
        Bound in seconds of the coincidence window.
    """

    longest: float | None = None

    def __post_init__(self) -> None:
        if self.longest is not None:
            object.__setattr__(
                self, "longest", positive(self.longest, "longest coincidence window")
            )

    def value(self, first: Train, second: Train, start: float, stop: float) -> float:
        """Share of coinciding spikes, in [0, 1]."""
        if not first.size + second.size:
            return 1.0
        bound = stop - start
        if self.longest is not None:
            bound = min(bound, 2 * self.longest)
        return 2 * int(_coincidences(first, second, bound)) / (first.size + second.size)

    def weight(self, first: Train, second: Train) -> float:
        """Number of spikes: of several trains, all spikes are counted together."""
        return float(first.size + second.size)


@njit()
def _gap(spikes: Train, i: int, j: int, bound: float) -> float:
    """Interval between two neighbouring spikes, `bound` where there is none."""
    return spikes[j] - spikes[i] if i >= 0 and j < spikes.size else bound


@njit()
def _window(spikes: Train, i: int, bound: float) -> float:
    return 0.5 * min(_gap(spikes, i - 1, i, bound), _gap(spikes, i, i + 1, bound), bound)


@njit()
def _coincidences(first: Train, second: Train, bound: float) -> int:
    """Pairs that coincide; each spike is in one at most, windows being half of an interval."""
    found, j = 0, 0
    for i in range(first.size):
        while j + 1 < second.size and abs(second[j + 1] - first[i]) <= abs(second[j] - first[i]):
            j += 1
        if second.size:
            apart = abs(first[i] - second[j])
            if apart == 0.0 or apart < min(_window(first, i, bound), _window(second, j, bound)):
                found += 1
    return found
