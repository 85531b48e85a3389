"""When the neurons of each population fire, before and after learning."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import (
    WIDTH,
    grid,
    named,
    new_figure,
    series_colours,
    styled,
)
from brainsnn.analysis.tables import require


@styled
def plot_firing_histogram(histogram: pd.DataFrame) -> Figure:
    """Draw the distribution of firing times, a panel a population and a colour a stage.

    Parameters
    ----------
    histogram : pandas.DataFrame
        What `brainsnn.analysis.latency.firing_time_histogram` returns: population, start, stop,
        fraction and, to compare, stage.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(histogram, ("population", "start", "stop", "fraction"), "histogram")
    frame = histogram if "stage" in histogram.columns else histogram.assign(stage="spikes")
    populations = list(frame["population"].unique())
    colours = series_colours(list(frame["stage"].unique()))
    figure = new_figure(WIDTH, 2.6)
    panels = figure.subplots(1, len(populations), squeeze=False)[0]
    for axes, population in zip(panels, populations, strict=True):
        rows = frame[frame["population"] == population]
        for stage, part in rows.groupby("stage", sort=False):
            edges = [*part["start"], part["stop"].iloc[-1]]
            heights = 100 * part["fraction"]
            axes.stairs(heights, edges, fill=True, color=colours[stage], alpha=0.22)
            axes.stairs(heights, edges, color=colours[stage], lw=1.3, label=named(stage))
        axes.set(title=population, xlabel="Firing time (step)")
        axes.set_ylim(bottom=0)
        axes.margins(x=0)
        grid(axes)
    panels[0].set_ylabel("Spikes (%)")
    if len(colours) > 1:
        panels[-1].legend(loc="best")
    return figure
