"""Mean firing time of each output neuron for each class, as a heat-map (S4NN, Figure 9)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.heatmap import annotate
from brainsnn.analysis.figures.style import new_figure, styled
from brainsnn.analysis.tables import TableError


@styled
def plot_firing_matrix(matrix: pd.DataFrame) -> Figure:
    """Draw a class x output-neuron matrix of mean firing times; early is dark.

    Parameters
    ----------
    matrix : pandas.DataFrame
        What `brainsnn.analysis.latency.firing_time_matrix` returns.

    Returns
    -------
    matplotlib.figure.Figure
        The correct neuron of each class is on the diagonal.
    """
    if matrix.empty:
        raise TableError("The firing-time matrix is empty.")
    values = matrix.to_numpy(float)
    rows, columns = values.shape
    figure = new_figure(2.2 + 0.42 * columns, 1.1 + 0.34 * rows)
    axes = figure.add_subplot()
    image = axes.imshow(values, cmap="cividis", aspect="auto")
    axes.set_xticks(np.arange(columns), matrix.columns)
    axes.set_yticks(np.arange(rows), matrix.index)
    axes.set(xlabel="Output neuron", ylabel="Class of the image")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if columns <= 12:
        annotate(axes, image, values, "{:.0f}")
    bar = figure.colorbar(image, ax=axes, label="Mean firing time (step)", shrink=0.9, pad=0.02)
    bar.outline.set_visible(False)
    return figure
