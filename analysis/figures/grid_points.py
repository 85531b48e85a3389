"""A measure over the points of a grid: a line, a heat-map, or a list of the best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from brainsnn.analysis.figures.heatmap import annotate
from brainsnn.analysis.figures.style import (
    BLUE,
    WIDTH,
    grid,
    logarithmic_x,
    named,
    new_figure,
    styled,
)
from brainsnn.analysis.tables import require

#: Points of a list, the best first.
_LISTED = 30

#: Values that span more than this factor are drawn on a logarithmic axis.
_WIDE = 8.0


@styled
def plot_grid_points(points: pd.DataFrame, settings: Sequence[str], measure: str) -> Figure:
    """Draw what a sweep found.

    Parameters
    ----------
    points : pandas.DataFrame
        What `brainsnn.analysis.grid_points.grid_points` returns, one row a point.
    settings : sequence of str
        The columns that were varied: one gives a line with intervals over seeds, two a heat-map,
        more a list of the best points.
    measure : str
        What ``mean`` is the mean of, a fraction.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(points, (*settings, "mean", "low", "high"), "points")
    label = f"{measure.replace('_', ' ').capitalize()} (%)"
    if len(settings) == 2:
        return _heat_map(points, settings[0], settings[1], label)
    rows = min(len(points), _LISTED)
    figure = new_figure(WIDTH / 2 if len(settings) == 1 else WIDTH, max(2.7, 0.22 * rows + 1))
    axes = figure.subplots()
    if len(settings) == 1:
        _line(axes, points, settings[0])
        axes.set(xlabel=settings[0], ylabel=label)
    else:
        _list(axes, points.nlargest(rows, "mean"), settings)
        axes.set(xlabel=label)
    grid(axes, "both")
    return figure


def _errors(points: pd.DataFrame) -> NDArray[np.float64]:
    """Lengths of the error bars, in per cent; none for one seed."""
    mean = points["mean"]
    below, above = mean - points["low"].fillna(mean), points["high"].fillna(mean) - mean
    return 100 * np.vstack([below, above])


def _line(axes: Axes, points: pd.DataFrame, x: str) -> None:
    """The measure against one setting: a line of numbers, or places of names."""
    numeric = is_numeric_dtype(points[x]) and points[x].dtype != bool
    rows = points.sort_values(x) if numeric else points
    places = rows[x] if numeric else np.arange(len(rows))
    shape = "o-" if numeric else "o"
    axes.errorbar(
        places, 100 * rows["mean"], _errors(rows), fmt=shape, color=BLUE, ms=3.6, capsize=2.5
    )
    if not numeric:
        axes.set_xticks(places, [named(name) for name in rows[x]])
        axes.set_xlim(-0.5, len(rows) - 0.5)
    elif rows[x].min() > 0 and rows[x].max() / rows[x].min() > _WIDE:
        logarithmic_x(axes)
        axes.set_xticks(rows[x], [f"{value:g}" for value in rows[x]])


def _list(axes: Axes, points: pd.DataFrame, settings: Sequence[str]) -> None:
    """The best points, one below the other."""
    places = np.arange(len(points))[::-1]
    axes.errorbar(100 * points["mean"], places, xerr=_errors(points), color=BLUE, fmt="o", ms=3.6)
    leaves = [name.rpartition(".")[2] for name in settings]
    names = [
        ", ".join(f"{leaf} {value}" for leaf, value in zip(leaves, row, strict=True))
        for row in points[list(settings)].itertuples(index=False)
    ]
    axes.set_yticks(places, [named(name) for name in names])


def _heat_map(points: pd.DataFrame, y: str, x: str, label: str) -> Figure:
    """The measure against two settings."""
    table = points.pivot_table(index=y, columns=x, values="mean", sort=False)
    if all(is_numeric_dtype(axis) for axis in (table.index, table.columns)):
        table = table.sort_index(ascending=False).sort_index(axis=1)
    values = 100 * table.to_numpy(np.float64)
    figure = new_figure(0.75 * WIDTH, min(6.0, 0.35 * len(table) + 1.6))
    axes = figure.subplots()
    image = axes.imshow(values, cmap="viridis", interpolation="nearest", aspect="auto")
    axes.set_xticks(range(table.shape[1]), [named(name) for name in table.columns])
    axes.set_yticks(range(table.shape[0]), [named(name) for name in table.index])
    axes.set(xlabel=x, ylabel=y)
    if values.size <= 120:
        annotate(axes, image, values, "{:.1f}")
    figure.colorbar(image, ax=axes, label=label)
    return figure
