"""Distance of van Rossum: between trains that are filtered by an exponential.

References
----------
M. C. W. van Rossum, A novel spike distance, Neural Comput. 13, 751 (2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainsnn.analysis.spikes.pairs.base import PairMeasure, Train, positive
from brainsnn.jit import njit


@dataclass(frozen=True)
class VanRossum(PairMeasure):
    """Square root of the sum over all pairs of spikes of ``s_k s_l exp(-|t_k - t_l| / scale)``.

    `s` is 1 for spikes of the first and -1 for those of the second train. This is the paper's
    distance without its factor: one spike against none is 1, two far apart the square root of 2.

    Parameters
    ----------
    scale : float
        Time constant of the exponential in seconds.
    """

    scale: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", positive(self.scale, "time scale"))

    def value(self, first: Train, second: Train, start: float, stop: float) -> float:  # noqa: ARG002
        """Distance; 0 for equal trains, to the bit."""
        return float(np.sqrt(max(_square(first, second, self.scale), 0.0)))


@njit()
def _square(first: Train, second: Train, scale: float) -> float:
    """Walk through the spikes of both; the trace is the signed, filtered sum of earlier ones."""
    i, j, trace, total, last = 0, 0, 0.0, 0.0, 0.0
    for _ in range(first.size + second.size):
        of_first = j == second.size or (i < first.size and first[i] <= second[j])
        time = first[i] if of_first else second[j]
        sign = 1.0 if of_first else -1.0
        trace *= np.exp((last - time) / scale)
        total += 1.0 + 2.0 * sign * trace
        trace += sign
        last = time
        i, j = (i + 1, j) if of_first else (i, j + 1)
    return total
