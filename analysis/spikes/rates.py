"""Rates and variability: counts, histograms, Fano factor, intervals.

References
----------
G. R. Holt, W. R. Softky, C. Koch and R. J. Douglas, Comparison of discharge variability in vitro
and in vivo in cat visual cortex neurons, J. Neurophysiol. 75, 1806 (1996), for CV2.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.tables import TableError


def psth(table: SpikeTable, bin_size: float) -> pd.DataFrame:
    """Peristimulus time histogram: rate of every neuron in every bin, by stimulus.

    Parameters
    ----------
    table : SpikeTable
    bin_size : float
        Width of a bin in seconds; the last bin may reach beyond the trial and is left out then.

    Returns
    -------
    pandas.DataFrame
        Columns ``stimulus``, ``neuron``, ``time`` (start of the bin, s), ``rate`` (1/s),
        ``sem`` (standard error over trials, 1/s).
    """
    n_bins = _bins(table, bin_size)
    n, n_trials = len(table.neurons), len(table.trials)
    place = np.floor((table.time - table.start) / bin_size + 1e-9).astype(np.int64)
    inside = place < n_bins
    flat = (table.trial[inside] * n + table.neuron[inside]) * n_bins + place[inside]
    counts = np.bincount(flat, minlength=n_trials * n * n_bins).reshape(n_trials, n, n_bins)
    parts = []
    for k, stimulus in enumerate(table.stimuli):
        mine = counts[table.stimulus == k] / bin_size
        sem = mine.std(axis=0, ddof=1) / np.sqrt(len(mine)) if len(mine) > 1 else mine[0] * np.nan
        time = table.start + np.arange(n_bins) * bin_size
        for i, name in enumerate(table.neurons):
            columns = {"time": time, "rate": mine[:, i].mean(axis=0), "sem": sem[i]}
            parts.append(pd.DataFrame({"stimulus": stimulus, "neuron": name, **columns}))
    return pd.concat(parts, ignore_index=True)


def _bins(table: SpikeTable, bin_size: float) -> int:
    length = table.stop - table.start
    if not 0 < bin_size <= length:
        raise TableError(f"A bin must be in (0, {length:g}] s, got {bin_size:g}.")
    return int(np.floor(length / bin_size + 1e-9))


def smooth(rates: pd.DataFrame, width: float) -> pd.DataFrame:
    """Rates of `psth` convolved with a normal kernel.

    Parameters
    ----------
    rates : pandas.DataFrame
        What `psth` returns, with narrow bins.
    width : float
        Standard deviation of the kernel in seconds. At the ends of the trial the kernel is cut and
        scaled to keep its area.

    Returns
    -------
    pandas.DataFrame
        As `psth`, without ``sem``.
    """
    if not 0 < width < np.inf:
        raise TableError(f"The kernel must have a positive width, got {width:g} s.")
    if rates.groupby(["stimulus", "neuron"], sort=False).size().min() < 2:
        raise TableError("Smoothing needs two bins or more; take narrower ones.")
    parts = []
    for _, part in rates.groupby(["stimulus", "neuron"], sort=False):
        bin_size = float(part["time"].iloc[1] - part["time"].iloc[0])
        reach = int(np.ceil(4 * width / bin_size))
        kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * bin_size / width) ** 2)
        area = np.convolve(np.ones(len(part)), kernel)[reach:-reach]
        values = np.convolve(part["rate"].to_numpy(), kernel)[reach:-reach] / area
        parts.append(part.drop(columns="sem").assign(rate=values))
    return pd.concat(parts, ignore_index=True)


def intervals(table: SpikeTable) -> pd.DataFrame:
    """Variability of interspike intervals, a row a stimulus and neuron.

    Returns
    -------
    pandas.DataFrame
        Columns ``stimulus``, ``neuron``, ``intervals`` (number), ``mean`` (s), ``cv`` (standard
        deviation over mean) and ``cv2`` (mean of ``2 |a - b| / (a + b)`` over successive intervals
        of a trial); NaN where there are too few.
    """
    n = len(table.neurons)
    train = table.trial * n + table.neuron
    gap = np.diff(table.time)
    same = np.diff(train) == 0
    group = (table.stimulus[table.trial] * n + table.neuron)[1:]
    size = len(table.stimuli) * n
    count = np.bincount(group[same], minlength=size)
    total = np.bincount(group[same], gap[same], size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        square = np.bincount(group[same], (gap[same] - mean[group[same]]) ** 2, size)
        cv = np.sqrt(square / (count - 1)) / mean
        both = same[1:] & same[:-1]
        ratio = 2 * np.abs(gap[1:] - gap[:-1]) / (gap[1:] + gap[:-1])
        pairs = np.bincount(group[1:][both], minlength=size)
        cv2 = np.bincount(group[1:][both], ratio[both], size) / pairs
    columns = {"intervals": count, "mean": mean, "cv": np.where(count > 1, cv, np.nan), "cv2": cv2}
    return pd.DataFrame({**_rows(table), **columns})


def _rows(table: SpikeTable) -> dict[str, NDArray[np.object_]]:
    """Columns that name every stimulus and neuron."""
    stimuli, neurons = np.array(table.stimuli, object), np.array(table.neurons, object)
    return {
        "stimulus": np.repeat(stimuli, neurons.size),
        "neuron": np.tile(neurons, stimuli.size),
    }


def tuning(table: SpikeTable, begin: float | None = None, end: float | None = None) -> pd.DataFrame:
    """Counts by stimulus and neuron: the tuning curve and its variability.

    Parameters
    ----------
    table : SpikeTable
    begin, end : float, optional
        Window in seconds; the whole trial by default.

    Returns
    -------
    pandas.DataFrame
        Columns ``stimulus``, ``neuron``, ``trials``, ``count`` (mean), ``variance``, ``rate``
        (1/s), ``fano`` (variance over mean, NaN where no spike or one trial).
    """
    counts = table.counts(begin, end)
    low, high = table.window(begin, end)
    code = table.stimulus
    sizes = np.bincount(code, minlength=len(table.stimuli))
    parts = [counts[code == k] for k in range(sizes.size)]
    blank = np.full(len(table.neurons), np.nan)
    mean = np.array([part.mean(axis=0) for part in parts])
    variance = np.array([part.var(axis=0, ddof=1) if len(part) > 1 else blank for part in parts])
    with np.errstate(invalid="ignore", divide="ignore"):
        fano = variance / mean
    columns = {
        "trials": np.repeat(sizes, len(table.neurons)),
        "count": mean.ravel(),
        "variance": variance.ravel(),
        "rate": mean.ravel() / (high - low),
        "fano": fano.ravel(),
    }
    return pd.DataFrame({**_rows(table), **columns})


def summary(table: SpikeTable) -> pd.DataFrame:
    """Everything on rates, a row a stimulus and neuron: `tuning` beside `intervals`."""
    variability = intervals(table).drop(columns=["stimulus", "neuron"])
    return pd.concat([tuning(table), variability.rename(columns={"mean": "mean_interval"})], axis=1)
