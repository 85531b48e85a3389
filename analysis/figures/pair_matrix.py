"""A measure of every two neurons, or trials, as a heat-map."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.heatmap import annotate
from brainsnn.analysis.figures.style import WIDTH, named, new_figure, styled
from brainsnn.analysis.tables import TableError

_WRITTEN = 12
"""Up to this many rows, values are written into the cells."""


@styled
def plot_pair_matrix(table: pd.DataFrame, title: str) -> Figure:
    """Draw a square matrix of values.

    Parameters
    ----------
    table : pandas.DataFrame
        What `brainsnn.analysis.spikes.pairs.matrix` returns.
    title : str
        What the values are.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If the table is not square.
    """
    values = table.to_numpy(np.float64)
    if values.ndim != 2 or not values.size or values.shape[0] != values.shape[1]:
        raise TableError(f"A matrix of pairs is square, got shape {values.shape}.")
    figure = new_figure(0.75 * WIDTH, 0.65 * WIDTH)
    axes = figure.subplots()
    image = axes.imshow(values, cmap="viridis", interpolation="nearest")
    if len(values) <= _WRITTEN:
        places = range(len(values))
        axes.set_xticks(places, [named(name) for name in table.columns])
        axes.set_yticks(places, [named(name) for name in table.index])
        annotate(axes, image, values, "{:.2f}")
    figure.colorbar(image, ax=axes, shrink=0.8)
    axes.set_title(title)
    return figure
