"""What is said of points of a plane, a panel each: classes, or a quantity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import (
    COLOURS,
    INK,
    WIDTH,
    named,
    new_figure,
    series_colours,
    styled,
)
from brainsnn.analysis.tables import require

#: Area of a point of the grid that would fill a panel of this many points along a side.
_POINT, _SIDE = 9.0, 61


@styled
def plot_plane_classes(
    table: pd.DataFrame, panels: Sequence[str], classes: Sequence[str], truth: str
) -> Figure:
    """Draw points in the colour of the class that was decided for them.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a point: ``x``, ``y``, `truth` and the columns `panels`, indices of `classes`.
    panels : sequence of str
        Columns to draw, each the title of its panel.
    classes : sequence of str
        Names, seven at most.
    truth : str
        Column of the true classes. Points that were decided for another wear a dark dot.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(table, ("x", "y", truth, *panels), "plane")
    colours = np.array(COLOURS)
    figure, axes_of = _panels(len(panels))
    for axes, name in zip(axes_of, panels, strict=True):
        decided = table[name].to_numpy(int)
        axes.scatter(table["x"], table["y"], c=colours[decided % 7], **_points(table))
        wrong = table[decided != table[truth]]
        axes.scatter(wrong["x"], wrong["y"], c=INK, s=2.5, lw=0)
        axes.set_title(name)
    for label, colour in series_colours([named(c) for c in classes]).items():
        axes_of[0].scatter([], [], c=colour, s=25, marker="s", lw=0, label=label)
    axes_of[0].scatter([], [], c=INK, s=2.5, lw=0, label="wrong")
    handles, labels = axes_of[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


@styled
def plot_plane_values(table: pd.DataFrame, panels: Sequence[str], label: str) -> Figure:
    """Draw points in the colour of a quantity, all panels on one scale; missing ones stay empty.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a point: ``x``, ``y`` and the columns `panels`.
    panels : sequence of str
        Columns to draw, each the title of its panel.
    label : str
        Of the quantity, with its unit.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(table, ("x", "y", *panels), "plane")
    values = table[list(panels)].to_numpy(float)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    figure, axes_of = _panels(len(panels))
    for axes, name in zip(axes_of, panels, strict=True):
        mine = table[np.isfinite(table[name].to_numpy(float))]
        drawn = axes.scatter(
            mine["x"],
            mine["y"],
            c=mine[name],
            cmap="viridis",
            vmin=low,
            vmax=high,
            **_points(table),
        )
        axes.set_title(name)
    bar = figure.colorbar(drawn, ax=axes_of, shrink=0.85, label=label)
    bar.outline.set_edgecolor(INK)
    return figure


def _panels(n: int) -> tuple[Figure, list[Axes]]:
    """Square panels side by side."""
    figure = new_figure(min(WIDTH, 2.6 * n + 0.6), 2.9)
    panels = list(figure.subplots(1, n, squeeze=False, sharex=True, sharey=True)[0])
    for axes in panels:
        axes.set(xlabel="x", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    panels[0].set_ylabel("y")
    return figure, panels


def _points(table: pd.DataFrame) -> dict[str, Any]:
    """Squares that just touch."""
    side = max(table["x"].nunique(), 2)
    return {"s": _POINT * (_SIDE / side) ** 2, "marker": "s", "lw": 0, "rasterized": True}
