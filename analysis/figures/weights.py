"""Distribution of the weights of each connection, before and after learning."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import (
    GREY,
    WIDTH,
    decades,
    grid,
    named,
    new_figure,
    series_colours,
    styled,
)
from brainsnn.analysis.tables import require


@styled
def plot_weight_histogram(histogram: pd.DataFrame, log: bool = False) -> Figure:
    """Draw the density of weights, a panel a connection and a colour a stage.

    Parameters
    ----------
    histogram : pandas.DataFrame
        What `brainsnn.analysis.weights.weight_histogram` returns.
    log : bool, default False
        Whether the density has a logarithmic axis, which shows the tails.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(histogram, ("connection", "stage", "start", "stop", "density"), "histogram")
    connections = list(histogram["connection"].unique())
    colours = series_colours(list(histogram["stage"].unique()))
    figure = new_figure(WIDTH, 2.6)
    panels = figure.subplots(1, len(connections), squeeze=False)[0]
    for axes, connection in zip(panels, connections, strict=True):
        rows = histogram[histogram["connection"] == connection]
        for stage, part in rows.groupby("stage", sort=False):
            edges = [*part["start"], part["stop"].iloc[-1]]
            axes.stairs(part["density"], edges, fill=True, color=colours[stage], alpha=0.22)
            axes.stairs(part["density"], edges, color=colours[stage], lw=1.3, label=named(stage))
        if rows["start"].min() < 0 < rows["stop"].max():
            axes.axvline(0, color=GREY, lw=0.8, ls=":", zorder=0)
        axes.set(title=connection.replace("_", " → "), xlabel="Weight", xmargin=0.02)
        if log:
            axes.set_yscale("log")
            decades(axes.yaxis)
        if not log:
            axes.set_ylim(bottom=0)
        grid(axes)
    panels[0].set_ylabel("Density")
    if len(colours) > 1:
        panels[-1].legend(loc="best")
    return figure
