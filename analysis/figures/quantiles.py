"""Quantiles of a quantity over time: how a distribution moves."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import BLUE, WIDTH, grid, new_figure, styled
from brainsnn.analysis.tables import TableError, require


@styled
def plot_quantiles(
    table: pd.DataFrame, x: str, measure: str, x_label: str, y_label: str, *, panel: str
) -> Figure:
    """Draw the median as a line and pairs of other quantiles as bands, a panel a condition.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns `x`, `measure`, `panel` and ``quantile`` (0 to 1), a row for each of them.
    x, measure : str
        What is on the axes.
    x_label, y_label : str
        Labels, with units.
    panel : str
        Column that tells panels apart.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column or the median is missing.
    """
    require(table, (x, measure, panel, "quantile"), "quantiles")
    names = list(table[panel].unique())
    figure = new_figure(WIDTH if len(names) > 1 else WIDTH / 2, 2.5)
    panels = figure.subplots(1, len(names), squeeze=False)[0]
    for axes, name in zip(panels, names, strict=True):
        lines = table[table[panel] == name].pivot_table(measure, x, "quantile")
        if 0.5 not in lines.columns:
            raise TableError(f"Quantiles need the median, 0.5; there are {list(lines.columns)}.")
        lower = [q for q in lines.columns if q < 0.5 and 1 - q in lines.columns]
        for q in lower:
            axes.fill_between(lines.index, lines[q], lines[1 - q], color=BLUE, alpha=0.2, lw=0)
        axes.plot(lines.index, lines[0.5], color=BLUE)
        axes.set(xlabel=x_label, title=str(name))
        grid(axes, "both")
    panels[0].set_ylabel(y_label)
    return figure
