"""Latency of every spike since the begin of what repeats, in the order of the spikes."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import BLUE, VERMILION, WIDTH, grid, new_figure, styled
from brainsnn.analysis.tables import require


@styled
def plot_discharges(spikes: pd.DataFrame) -> Figure:
    """Draw a dot a spike.

    Parameters
    ----------
    spikes : pandas.DataFrame
        Columns ``number`` and ``latency`` in ms, NaN outside of patterns: such are drawn at 0.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(spikes, ("number", "latency"), "discharges")
    figure = new_figure(WIDTH, 2.6)
    axes = figure.add_subplot()
    outside = spikes["latency"].isna()
    for mine, colour, name in ((~outside, BLUE, "in a pattern"), (outside, VERMILION, "outside")):
        part = spikes[mine]
        heights = part["latency"].fillna(0.0)
        axes.plot(part["number"], heights, ".", ms=2.5, color=colour, label=name)
    axes.set(xlabel="Spike", ylabel="Latency (ms)")
    grid(axes)
    axes.legend(loc="best")
    return figure
