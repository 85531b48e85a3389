"""A loss over updates, a line a method."""

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
def plot_descents(
    table: pd.DataFrame, code: str, split: str, reference: tuple[str, str] | None = None
) -> Figure:
    """Draw mean and interval of a loss over updates, on logarithmic axes, a panel a condition.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a condition, method and update: columns `code`, `split`, `update`, `mean`, `low`,
        `high` (as `brainsnn.analysis.codes.curves.curve` returns). Update 0 is drawn at 1, the next
        at 2.
    code, split : str
        Column that tells the lines apart, and the one that tells the panels apart.
    reference : (str, str), optional
        Name of a level, and the column that holds it, one value a panel.

    Returns
    -------
    matplotlib.figure.Figure
    """
    level = () if reference is None else (reference[1],)
    require(table, (code, split, "update", "mean", "low", "high", *level), "descents")
    names = list(table[split].unique())
    colours = series_colours(list(table[code].unique()))
    rows = -(-len(names) // 2)
    figure = new_figure(WIDTH, 2.5 * rows)
    panels = figure.subplots(rows, 2, squeeze=False, sharex=True).ravel()
    for axes, name in zip(panels, names, strict=False):
        part = table[table[split] == name]
        for label, colour in colours.items():
            line = part[part[code] == label].sort_values("update")
            axes.plot(line["update"] + 1, line["mean"], color=colour, label=named(label))
            low = line["low"].clip(lower=0.1 * part["mean"].min())
            axes.fill_between(line["update"] + 1, low, line["high"], color=colour, alpha=0.2, lw=0)
        if reference is not None:
            axes.axhline(part[reference[1]].iloc[0], color=GREY, lw=1, ls="--", label=reference[0])
        axes.set(title=name, xscale="log", yscale="log", xlabel="Update")
        decades(axes.xaxis)
        decades(axes.yaxis)
        grid(axes, "both")
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    panels[0].set_ylabel("Loss")
    panels[0].legend(loc="best")
    return figure
