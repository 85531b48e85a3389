"""When the winning output neuron fires, for each class it stands for."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import WIDTH, grid, new_figure, series_colours, styled
from brainsnn.analysis.tables import require

_OVERLAID = 3
"""Up to this many winners share a panel; more get a small panel each."""


@styled
def plot_winner_histogram(histogram: pd.DataFrame) -> Figure:
    """Draw the distribution of the winner's firing time.

    Parameters
    ----------
    histogram : pandas.DataFrame
        What `brainsnn.analysis.latency.winner_histogram` returns: winner, start, stop, count.

    Returns
    -------
    matplotlib.figure.Figure
        One panel for up to three winners, else small panels with common axes.
    """
    require(histogram, ("winner", "start", "stop", "count"), "histogram")
    winners = list(histogram["winner"].unique())
    colours = series_colours(winners)
    groups = {str(name): part for name, part in histogram.groupby("winner", sort=False)}
    if len(winners) <= _OVERLAID:
        figure = new_figure(WIDTH, 2.6)
        axes = figure.add_subplot()
        for name, part in groups.items():
            _draw(axes, part, colours[name], name)
        axes.set(xlabel="Firing time of the winner (step)", ylabel="Trials", xmargin=0)
        grid(axes)
        axes.legend(title="winner", loc="best", alignment="left")
        return figure
    columns = 5
    rows = -(-len(winners) // columns)
    figure = new_figure(WIDTH, 0.6 + 1.15 * rows)
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, (name, part) in zip(panels, groups.items(), strict=False):
        _draw(axes, part, colours[winners[0]], name)
        axes.set_title(f"{name} (n = {part['count'].sum():,})", fontsize=8, pad=3)
        axes.margins(x=0)
        grid(axes)
    for axes in panels[len(winners) :]:
        axes.set_visible(False)
    figure.supxlabel("Firing time of the winner (step)", fontsize=8.5)
    figure.supylabel("Trials", fontsize=8.5)
    return figure


def _draw(axes: Axes, part: pd.DataFrame, colour: str, label: str) -> None:
    """One distribution as a filled outline."""
    edges = [*part["start"], part["stop"].iloc[-1]]
    axes.stairs(part["count"], edges, fill=True, color=colour, alpha=0.25)
    axes.stairs(part["count"], edges, color=colour, lw=1.2, label=label)
