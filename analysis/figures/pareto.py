"""Accuracy against a cost, a point a network and the front of each code."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.codes.curves import pareto
from brainsnn.analysis.figures.style import (
    WIDTH,
    grid,
    logarithmic_x,
    named,
    new_figure,
    series_colours,
    styled,
)
from brainsnn.analysis.tables import require


@styled
def plot_pareto(
    results: pd.DataFrame, cost: str, measure: str, cost_label: str, *, code: str = "rule"
) -> Figure:
    """Draw every network, and a line through those that no other of its code beats in both.

    Parameters
    ----------
    results : pandas.DataFrame
        A row a network.
    cost, measure : str
        Columns of the cost and of the accuracy (a fraction).
    cost_label : str
        Label of the x axis, with its unit.
    code : str
        Column that tells the codes apart.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(results, (cost, measure, code), "results")
    figure = new_figure(0.7 * WIDTH, 3.0)
    axes = figure.subplots()
    for name, colour in series_colours(sorted(results[code].unique())).items():
        mine = results[results[code] == name]
        x, y = mine[cost], 100 * mine[measure]
        axes.plot(x, y, "o", ms=3.2, color=colour, alpha=0.6, label=named(name))
        front = pareto(mine, cost, measure)
        axes.step(front[cost], 100 * front[measure], where="post", color=colour)
    axes.set(xlabel=cost_label, ylabel=f"{measure.replace('_', ' ').capitalize()} (%)")
    logarithmic_x(axes)
    axes.legend(loc="best")
    grid(axes, "both")
    return figure
