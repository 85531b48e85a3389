"""First spikes: latency with censoring, jitter, order.

A trial without a spike in the window is not without information: its latency is known to be longer
than the window. Medians are Kaplan and Meier's, which count such trials for what they are.

References
----------
E. L. Kaplan and P. Meier, J. Am. Stat. Assoc. 53, 457 (1958).
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import lengths, single
from brainsnn.analysis.tables import TableError, flags, require


def latencies(table: SpikeTable, onset: Any, window: float) -> pd.DataFrame:
    """First-spike latency of every trial and neuron.

    Parameters
    ----------
    table : SpikeTable
    onset : float, array of float, shape (n_trials,), Series or str
        When the stimulus begins, in seconds on the trial's axis; see
        `brainsnn.analysis.spikes.times.onset_times`.
    window : float
        How long to wait, in seconds. Where the trial ends before, it is waited until then.

    Returns
    -------
    pandas.DataFrame
        Columns ``trial`` (row of the table's `trials`), ``stimulus``, ``neuron``, ``latency`` (s;
        where there was no spike, how long it was waited for) and ``censored`` (no spike in that
        time).

    Raises
    ------
    TableError
        If an onset is missing or outside the trial, or the window is no positive length.
    """
    begin, wait = table.onsets(onset), float(lengths(single(window, "window"))[0])
    since, inside, reach = table.since(begin, wait, cut=True)
    n = len(table.neurons)
    first = np.full((len(table.trials), n), np.inf)
    np.minimum.at(first, (table.trial[inside], table.neuron[inside]), since[inside])
    censored = ~np.isfinite(first)
    stimulus = table.trials["stimulus"].to_numpy()
    return pd.DataFrame(
        {
            "trial": np.repeat(np.arange(len(table.trials)), n),
            "stimulus": np.repeat(stimulus, n),
            "neuron": np.tile(np.array(table.neurons, object), len(table.trials)),
            "latency": np.where(censored, reach[:, None], first).ravel(),
            "censored": censored.ravel(),
        }
    )


def kaplan_meier_median(latency: NDArray[np.float64], censored: NDArray[np.bool_]) -> float:
    r"""Median of latencies of which some are only known to be longer; NaN if it is beyond reach.

    The first time t at which Kaplan and Meier's estimate

    .. math:: S(t) = \prod_{t_i \le t} \left(1 - \frac{d_i}{n_i}\right)

    is at most 1/2, with :math:`d_i` spikes at :math:`t_i` and :math:`n_i` trials in which there was
    none before (those that are censored at :math:`t_i` included). It is compared with 1/2 in whole
    numbers, for a rounding error would move the median of an even number of trials.

    Parameters
    ----------
    latency : array of float, shape (n_trials,)
    censored : array of bool, shape (n_trials,)

    Raises
    ------
    TableError
        If a latency is NaN, or there is not one flag for each.
    """
    latency, censored = np.asarray(latency, np.float64), np.asarray(censored)
    if latency.shape != censored.shape or latency.ndim != 1 or np.isnan(latency).any():
        raise TableError("Kaplan and Meier's median needs a latency and a flag for each trial.")
    if censored.dtype != bool and not np.isin(censored, (0, 1)).all():
        raise TableError("Kaplan and Meier's median: `censored` must be true or false.")
    times, spikes = np.unique(latency[~censored.astype(bool)], return_counts=True)
    at_risk = latency.size - np.searchsorted(np.sort(latency), times)
    survival = np.cumprod(1 - spikes / at_risk)
    for k in np.flatnonzero(survival <= 0.5 + 1e-6):
        left, of = (prod(values[: k + 1].tolist()) for values in (at_risk - spikes, at_risk))
        if survival[k] < 0.5 - 1e-6 or 2 * left <= of:
            return float(times[k])
    return float("nan")


def latency_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Latency of every stimulus and neuron.

    Parameters
    ----------
    table : pandas.DataFrame
        What `latencies` returns.

    Returns
    -------
    pandas.DataFrame
        Columns ``stimulus``, ``neuron``, ``trials``, ``censored`` (fraction), ``median`` (s, Kaplan
        and Meier), ``mean`` and ``jitter`` (mean and standard deviation, s, of the trials with a
        spike; NaN where there are too few).
    """
    require(table, ("stimulus", "neuron", "latency", "censored"), "latencies")
    table = table.assign(censored=flags(table, "censored", "latencies"))
    if table[["stimulus", "neuron", "latency"]].isna().any(axis=None):
        raise TableError("The latencies table: a stimulus, neuron or latency is missing.")
    table["neuron"] = pd.Categorical(table["neuron"], table["neuron"].unique())
    rows = []
    for (stimulus, neuron), part in table.groupby(["stimulus", "neuron"], observed=True):
        latency, censored = part["latency"].to_numpy(float), part["censored"].to_numpy(bool)
        seen = latency[~censored]
        rows.append(
            {
                "stimulus": stimulus,
                "neuron": neuron,
                "trials": latency.size,
                "censored": float(censored.mean()),
                "median": kaplan_meier_median(latency, censored),
                "mean": float(seen.mean()) if seen.size else float("nan"),
                "jitter": float(seen.std(ddof=1)) if seen.size > 1 else float("nan"),
            }
        )
    return pd.DataFrame(rows)


def rank_order(table: pd.DataFrame) -> pd.DataFrame:
    """Order in which the neurons of each trial fire first.

    Parameters
    ----------
    table : pandas.DataFrame
        What `latencies` returns.

    Returns
    -------
    pandas.DataFrame
        Columns ``trial``, ``stimulus``, ``neuron``, ``rank`` (1 for the first; ties and censored
        neurons share the mean of their ranks).
    """
    wide = table.pivot_table(index="trial", columns="neuron", values="latency", sort=False)
    ranks = pd.DataFrame(rankdata(wide.to_numpy(), axis=1), wide.index, wide.columns)
    long = ranks.reset_index().melt("trial", var_name="neuron", value_name="rank")
    return table[["trial", "stimulus", "neuron"]].merge(long, on=["trial", "neuron"])
