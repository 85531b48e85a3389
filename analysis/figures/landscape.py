"""Surfaces over a plane of weights, a panel each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import INK, VERMILION, WIDTH, new_figure, styled
from brainsnn.analysis.landscape import grid_of


@styled
def plot_landscapes(
    table: pd.DataFrame, surfaces: Sequence[str], path: pd.DataFrame | None = None
) -> Figure:
    """Draw surfaces as colours with contours, each from its own minimum to its own maximum.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a point of the grid: `x`, `y` and the columns `surfaces`.
    surfaces : sequence of str
        What to draw, each the title of its panel.
    path : pandas.DataFrame, optional
        Columns `x`, `y`: a way through the plane, drawn from its dot on.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(WIDTH, 0.27 * WIDTH + 0.55)
    panels = figure.subplots(1, len(surfaces), squeeze=False, sharex=True, sharey=True)[0]
    for axes, name in zip(panels, surfaces, strict=True):
        x, y, values = grid_of(table, name)
        mesh = axes.pcolormesh(x, y, values, cmap="viridis", shading="nearest", rasterized=True)
        if np.ptp(values) > 0:
            lines = {"linewidths": 0.4, "alpha": 0.6, "negative_linestyles": "solid"}
            axes.contour(x, y, values, levels=8, colors="white", **lines)
        if path is not None:
            axes.plot(path["x"], path["y"], color=VERMILION, lw=1.2)
            axes.plot(path["x"].iloc[:1], path["y"].iloc[:1], "o", color=VERMILION, ms=3.5)
        axes.set(title=name, xlabel="Direction 1", xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        bar = figure.colorbar(mesh, ax=axes, orientation="horizontal", shrink=0.9, aspect=25)
        bar.ax.tick_params(labelsize=6.5)
        bar.outline.set_edgecolor(INK)
    panels[0].set_ylabel("Direction 2")
    return figure
