"""First spikes: latency with censoring, jitter, order.

A trial without a spike in the window is not without information: its latency is known to be longer
than the window. Medians are Kaplan and Meier's, which count such trials for what they are.

References
----------
E. L. Kaplan and P. Meier, J. Am. Stat. Assoc. 53, 457 (1958).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from analysis.spikes.table import SpikeTable


def latencies(table: SpikeTable, onset: NDArray[np.float64] | float, window: float) -> pd.DataFrame:
    """First-spike latency of every trial and neuron.

    Parameters
    ----------
    table : SpikeTable
    onset : float or array of float, shape (n_trials,)
        When the stimulus begins, in seconds on the trial's axis.
    window : float
        How long to wait, in seconds.

    Returns
    -------
    pandas.DataFrame
        Columns ``trial``, ``stimulus``, ``neuron``, ``latency`` (s; the window where there was no
        spike) and ``censored`` (no spike in the window).
    """
    begin = np.broadcast_to(np.asarray(onset, np.float64), (len(table.trials),))
    n, since = len(table.neurons), table.time - begin[table.trial]
    inside = (since >= 0) & (since < window)
    first = np.full((len(table.trials), n), np.inf)
    np.minimum.at(first, (table.trial[inside], table.neuron[inside]), since[inside])
    censored = ~np.isfinite(first)
    stimulus = table.trials["stimulus"].to_numpy()
    return pd.DataFrame(
        {
            "trial": np.repeat(np.arange(len(table.trials)), n),
            "stimulus": np.repeat(stimulus, n),
            "neuron": np.tile(np.array(table.neurons, object), len(table.trials)),
            "latency": np.where(censored, window, first).ravel(),
            "censored": censored.ravel(),
        }
    )


def kaplan_meier_median(latency: NDArray[np.float64], censored: NDArray[np.bool_]) -> float:
    """Median of latencies of which some are only known to be longer; NaN if it is beyond reach."""
    times = np.unique(latency[~censored])
    survival = 1.0
    for t in times:
        at_risk = np.count_nonzero(latency >= t)
        survival *= 1 - np.count_nonzero((latency == t) & ~censored) / at_risk
        if survival <= 0.5:
            return float(t)
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
    rows = []
    for (stimulus, neuron), part in table.groupby(["stimulus", "neuron"]):
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
