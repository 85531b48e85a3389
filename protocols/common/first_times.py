"""The output that spikes first, where spike times are numbers and not steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def decided(times: NDArray[np.float64]) -> NDArray[np.int64]:
    """Output that spikes first in each trial; -1 where all are silent or two are first at once.

    Parameters
    ----------
    times : array, shape (trials, outputs)
        Infinity where an output is silent.
    """
    first = times.min(axis=1)
    alone = (times == first[:, None]).sum(axis=1) == 1
    return np.where(np.isfinite(first) & alone, times.argmin(axis=1), -1)
