"""Networks side by side: accuracy against each of several costs, named by their rules."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import (
    WIDTH,
    logarithmic_x,
    named,
    new_figure,
    series_colours,
    styled,
)
from brainsnn.analysis.tables import require


@styled
def plot_atlas(results: pd.DataFrame, costs: Mapping[str, str]) -> Figure:
    """Draw a panel a cost; a point is a rule with a code, the mean of its seeds with their range.

    Parameters
    ----------
    results : pandas.DataFrame
        A row a seed: ``rule``, ``code``, ``accuracy`` (a fraction) and the costs.
    costs : mapping of str to str
        Columns, and their labels with units.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing.
    """
    require(results, ("rule", "code", "accuracy", *costs), "results")
    figure = new_figure(WIDTH, 3.2)
    panels = figure.subplots(1, len(costs), sharey=True, squeeze=False)[0]
    colours = series_colours(sorted(results["code"].unique()))
    for axes, (cost, label) in zip(panels, costs.items(), strict=True):
        for (rule, code), part in results.groupby(["rule", "code"], sort=False):
            _point(axes, part[cost], 100 * part["accuracy"], str(rule), colours[str(code)])
        axes.set_xlabel(label)
        if (results[cost] > 0).all():
            logarithmic_x(axes)
    panels[0].set_ylabel("Test accuracy (%)")
    marks = [
        panels[0].plot([], [], "o", color=c, label=named(code))[0] for code, c in colours.items()
    ]
    figure.legend(handles=marks, loc="outside upper center", ncols=len(marks))
    return figure


def _point(axes: Axes, cost: pd.Series, accuracy: pd.Series, rule: str, colour: str) -> None:
    """Draw mean and range in both directions, with the rule's name."""
    x, y = cost.mean(), accuracy.mean()
    axes.plot([cost.min(), cost.max()], [y, y], color=colour, lw=1)
    axes.plot([x, x], [accuracy.min(), accuracy.max()], color=colour, lw=1)
    axes.plot([x], [y], "o", color=colour, ms=4)
    axes.annotate(rule, (x, y), (4, 3), textcoords="offset points", fontsize=7, color=colour)
