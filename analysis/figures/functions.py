"""Functions of a lag, a line each: the basis of a kernel (Bagheri et al. 2018, Figure 3)."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import WIDTH, grid, new_figure, series_colours, styled
from brainsnn.analysis.tables import require


@styled
def plot_functions(table: pd.DataFrame, x_label: str) -> Figure:
    """Draw the functions.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``function`` (its name), ``lag``, ``value``.
    x_label : str
        Label of the lags, with their unit.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(table, ("function", "lag", "value"), "functions")
    colours = series_colours([str(name) for name in table["function"].unique()])
    figure = new_figure(WIDTH / 2, 2.4)
    axes = figure.add_subplot()
    for name, part in table.groupby("function", sort=False):
        line = part.sort_values("lag")
        axes.plot(
            line["lag"], line["value"], color=colours[str(name)], marker="o", ms=3.2, label=name
        )
    axes.set(xlabel=x_label, ylabel="Value")
    grid(axes, "both")
    axes.legend(loc="best")
    return figure
