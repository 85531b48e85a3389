"""What is taken for what: the confusion matrix as a heat-map of the mistakes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from brainsnn.analysis.figures.heatmap import annotate
from brainsnn.analysis.figures.style import INK, new_figure, styled
from brainsnn.analysis.tables import TableError


@styled
def plot_confusion(matrix: pd.DataFrame) -> Figure:
    """Draw a confusion matrix; colour stands for mistakes, so that they can be seen.

    Parameters
    ----------
    matrix : pandas.DataFrame
        What `brainsnn.analysis.accuracy.confusion_matrix` returns.

    Returns
    -------
    matplotlib.figure.Figure
        Correct decisions, on the diagonal, are bold and without colour; what never happened is
        left empty.
    """
    if matrix.empty:
        raise TableError("The confusion matrix is empty.")
    counts = matrix.to_numpy(float)
    rows, columns = counts.shape
    mistakes = np.where(counts > 0, counts, np.nan)
    np.fill_diagonal(mistakes, np.nan)
    figure = new_figure(2.2 + 0.42 * columns, 1.1 + 0.34 * rows)
    axes = figure.add_subplot()
    worst = max(1.0, float(np.nanmax(mistakes, initial=0)))
    image = axes.imshow(mistakes, cmap="Oranges", aspect="auto", vmin=0, vmax=worst)
    annotate(axes, image, mistakes, "{:.0f}")
    for index in range(min(rows, columns)):
        right = f"{counts[index, index]:.0f}"
        axes.text(
            index, index, right, ha="center", va="center", fontsize=7.5, weight="bold", color=INK
        )
    axes.set_xticks(np.arange(columns), matrix.columns)
    axes.set_yticks(np.arange(rows), matrix.index)
    axes.set(xlabel="Decision", ylabel="Class of the image")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axes, label="Mistakes (trials)", shrink=0.9, pad=0.02)
    bar.locator = MaxNLocator(6, integer=True)
    bar.outline.set_visible(False)
    return figure
