"""Quantities over time or against another, with their intervals, in their own units."""

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


def single(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """What `plot_lines` takes, of single values of a column: no interval."""
    return rows.assign(**dict.fromkeys(("mean", "low", "high"), rows[measure]))


@styled
def plot_lines(
    table: pd.DataFrame, x: str, x_label: str, y_label: str, *, code: str = "condition"
) -> Figure:
    """Draw mean and interval, a line for each value of `code`.

    Parameters
    ----------
    table : pandas.DataFrame
        What `brainsnn.analysis.codes.curves.curve` returns: `x`, `code`, ``mean``, ``low``,
        ``high``.
    x : str
        Column on the x axis.
    x_label, y_label : str
        Labels, with units.
    code : str
        Column that tells the lines apart.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(table, (x, code, "mean", "low", "high"), "lines")
    colours = series_colours([str(name) for name in table[code].unique()])
    figure = new_figure(WIDTH / 2, 2.5)
    axes = figure.add_subplot()
    for name, part in table.groupby(code, sort=False):
        line, colour = part.sort_values(x), colours[str(name)]
        axes.plot(line[x], line["mean"], color=colour, label=named(str(name)))
        axes.fill_between(line[x], line["low"], line["high"], color=colour, alpha=0.2, lw=0)
    axes.set(xlabel=x_label, ylabel=y_label)
    grid(axes, "both")
    axes.legend(loc="best")
    return figure
