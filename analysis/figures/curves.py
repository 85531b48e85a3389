"""A measure against a quantity, a line a code, with its interval over seeds."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
def plot_curves(
    table: pd.DataFrame,
    x: str,
    measure: str,
    x_label: str,
    *,
    code: str = "rule",
    split: str | None = None,
    log: bool = False,
) -> Figure:
    """Draw mean and interval, a panel for each value of `split`; panels share their y axis.

    Parameters
    ----------
    table : pandas.DataFrame
        What `brainsnn.analysis.codes.curves.curve` returns.
    x, measure : str
        The quantity on the x axis; what `mean` is the mean of, a fraction, for the y label.
    x_label : str
        Label of the x axis, with its unit.
    code : str
        Column that tells the lines apart.
    split : str, optional
        Column that tells the panels apart.
    log : bool, default False
        Whether the x axis is logarithmic.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(table, (x, code, "mean", "low", "high"), "curves")
    names = [None] if split is None else list(table[split].unique())
    colours = series_colours(sorted(table[code].unique()))
    figure = new_figure(WIDTH if len(names) > 1 else WIDTH / 2, 2.7)
    panels = figure.subplots(1, len(names), squeeze=False, sharey=True)[0]
    for axes, name in zip(panels, names, strict=True):
        part = table if name is None else table[table[split] == name]
        for label, colour in colours.items():
            line = part[part[code] == label]
            _draw(axes, line.sort_values(x), x, label, colour)
        axes.set(xlabel=x_label, title=f"{split} {name}" if split else "")
        if log:
            logarithmic_x(axes)
        grid(axes, "both")
    panels[0].set_ylabel(f"{measure.replace('_', ' ').capitalize()} (%)")
    panels[-1].legend(loc="best")
    return figure


def _draw(axes: Axes, line: pd.DataFrame, x: str, label: str, colour: str) -> None:
    """One code: mean, and band of the interval."""
    axes.plot(line[x], 100 * line["mean"], color=colour, marker="o", ms=3.2, label=named(label))
    axes.fill_between(line[x], 100 * line["low"], 100 * line["high"], color=colour, alpha=0.2, lw=0)
