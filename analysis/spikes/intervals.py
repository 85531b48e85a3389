"""Interspike intervals and their variability.

References
----------
G. R. Holt, W. R. Softky, C. Koch and R. J. Douglas, Comparison of discharge variability in vitro
and in vivo in cat visual cortex neurons, J. Neurophysiol. 75, 1806 (1996), for CV2; S. Shinomoto,
K. Shima and J. Tanji, Differences in spiking patterns among cortical neurons, Neural Comput. 15,
2823 (2003), for LV; S. Shinomoto et al., Relating neuronal firing patterns to functional
differentiation of cerebral cortex, PLoS Comput. Biol. 5, e1000433 (2009), for LvR.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import single
from brainsnn.analysis.tables import TableError


def interspike_intervals(table: SpikeTable) -> pd.DataFrame:
    """Every interval between two spikes of a train.

    Returns
    -------
    pandas.DataFrame
        Columns ``trial``, ``stimulus``, ``neuron``, ``time`` (of the later spike, s), ``interval``
        (s); none for trains of fewer than two spikes.
    """
    n = len(table.neurons)
    same = np.flatnonzero(np.diff(table.trial * n + table.neuron) == 0)
    trial = table.trial[same]
    columns = {
        "trial": trial,
        "stimulus": table.trials["stimulus"].to_numpy()[trial],
        "neuron": np.array(table.neurons, object)[table.neuron[same]],
        "time": table.time[same + 1],
        "interval": table.time[same + 1] - table.time[same],
    }
    return pd.DataFrame(columns)


def intervals(table: SpikeTable, refractoriness: float = 0.005) -> pd.DataFrame:
    """Variability of interspike intervals, a row a stimulus and neuron.

    Parameters
    ----------
    table : SpikeTable
    refractoriness : float, default 0.005
        Constant R of LvR, in seconds.

    Returns
    -------
    pandas.DataFrame
        Columns ``stimulus``, ``neuron``, ``intervals`` (number), ``mean`` (s), ``cv`` (standard
        deviation, over n, by mean) and, over successive intervals a and b of a trial, ``cv2`` (mean
        of ``2 |a - b| / (a + b)``), ``lv`` (mean of ``3 (a - b)^2 / (a + b)^2``) and ``lvr`` (mean
        of ``3 (1 - 4 a b / (a + b)^2) (1 + 4 R / (a + b))``). NaN where there are fewer than two
        intervals, or no two that follow each other.

    Raises
    ------
    TableError
        If `refractoriness` is negative.
    """
    refractoriness = single(refractoriness, "refractoriness")
    if not 0 <= refractoriness < np.inf:
        raise TableError(f"The refractoriness must not be negative, got {refractoriness:g} s.")
    n = len(table.neurons)
    size = len(table.stimuli) * n
    train = table.trial * n + table.neuron
    gap, same = np.diff(table.time), np.diff(train) == 0
    group = (table.stimulus[table.trial] * n + table.neuron)[1:]
    both = same[1:] & same[:-1]
    total, square = gap[1:] + gap[:-1], (gap[1:] - gap[:-1]) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        count = np.bincount(group[same], minlength=size)
        mean = np.bincount(group[same], gap[same], size) / count
        spread = np.bincount(group[same], (gap[same] - mean[group[same]]) ** 2, size)
        pairs = np.bincount(group[1:][both], minlength=size)
        local = 3 * square / total**2
        terms = {
            "cv2": 2 * np.sqrt(square) / total,
            "lv": local,
            "lvr": local * (1 + 4 * refractoriness / total),
        }
        columns = {
            "intervals": count,
            "mean": mean,
            "cv": np.where(count > 1, np.sqrt(spread / count) / mean, np.nan),
            **{k: np.bincount(group[1:][both], v[both], size) / pairs for k, v in terms.items()},
        }
    return pd.DataFrame({**table.each_stimulus_and_neuron(), **columns})
