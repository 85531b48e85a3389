"""Histogram of interspike intervals, a panel a neuron."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import BLUE, WIDTH, grid, named, new_figure, styled
from brainsnn.analysis.tables import require


@styled
def plot_intervals(table: pd.DataFrame, n_bins: int = 40) -> Figure:
    """Draw how often each length of interval occurs.

    Parameters
    ----------
    table : pandas.DataFrame
        What `brainsnn.analysis.spikes.intervals.interspike_intervals` returns.
    n_bins : int, default 40
        Number of bins, the same for all neurons.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(table, ("neuron", "interval"), "intervals")
    names = list(dict.fromkeys(table["neuron"]))
    longest = 1e3 * float(table["interval"].max())
    figure = new_figure(WIDTH, 0.6 + 1.5 * len(names))
    panels = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        mine = 1e3 * table.loc[table["neuron"] == name, "interval"]
        axes.hist(mine, bins=np.linspace(0, longest, n_bins + 1), color=BLUE)
        axes.set(title=named(name), ylabel="Intervals")
        grid(axes)
    panels[-1].set_xlabel("Interval (ms)")
    return figure
