"""Rates and variability over trials: counts, histograms, Fano factor."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brainsnn.analysis.spikes.counts import table_counts
from brainsnn.analysis.spikes.intervals import intervals
from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import single
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
    bin_size = single(bin_size, "bin")
    counts = table_counts(table, bin_size)
    n_bins = counts.shape[2]
    parts = []
    for k, stimulus in enumerate(table.stimuli):
        mine = counts[table.stimulus == k] / bin_size
        sem = mine.std(axis=0, ddof=1) / np.sqrt(len(mine)) if len(mine) > 1 else mine[0] * np.nan
        time = table.start + np.arange(n_bins) * bin_size
        for i, name in enumerate(table.neurons):
            columns = {"time": time, "rate": mine[:, i].mean(axis=0), "sem": sem[i]}
            parts.append(pd.DataFrame({"stimulus": stimulus, "neuron": name, **columns}))
    return pd.concat(parts, ignore_index=True)


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
    width = single(width, "kernel")
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
    return pd.DataFrame({**table.each_stimulus_and_neuron(), **columns})


def summary(table: SpikeTable) -> pd.DataFrame:
    """Everything on rates, a row a stimulus and neuron: `tuning` beside `intervals`."""
    variability = intervals(table).drop(columns=["stimulus", "neuron"])
    return pd.concat([tuning(table), variability.rename(columns={"mean": "mean_interval"})], axis=1)
