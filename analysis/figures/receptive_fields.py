"""Learned weights as images, one tile a neuron."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from brainsnn.analysis.figures.style import WIDTH, new_figure, styled
from brainsnn.analysis.tables import TableError


@styled
def plot_receptive_fields(
    fields: NDArray[np.float64],
    columns: int = 12,
    titles: Sequence[str] | None = None,
    quantile: float = 0.99,
) -> Figure:
    """Draw weights as tiles with one diverging scale, centred at zero.

    Parameters
    ----------
    fields : array of float, shape (n, height, width)
        What `brainsnn.analysis.weights.receptive_fields` returns.
    columns : int, default 12
        Tiles in a row.
    titles : sequence of str, optional
        A name for each tile; wanted for a few large tiles.
    quantile : float, default 0.99
        Quantile of the absolute weights at which the colour saturates, so that a few large weights
        do not wash out the rest.

    Returns
    -------
    matplotlib.figure.Figure
        Excitatory weights in red, inhibitory ones in blue, zero in white.
    """
    if fields.ndim != 3 or fields.size == 0:
        raise TableError(f"Fields must have the shape (n, height, width), not {fields.shape}.")
    if titles is not None and len(titles) != len(fields):
        raise TableError(f"{len(titles)} titles were given for {len(fields)} fields.")
    columns = min(columns, len(fields))
    limit = float(np.quantile(np.abs(fields), quantile)) or 1.0
    gap = max(1, round(0.06 * max(fields.shape[1:])))
    lead = gap if titles is None else max(gap, round(0.16 * fields.shape[1]))
    image, rows = _mosaic(fields, columns, lead, gap)
    tall = (WIDTH - 1.0) * image.shape[0] / image.shape[1]
    figure = new_figure(WIDTH, tall + (0.3 if titles else 0.1))
    axes = figure.add_subplot()
    shown = axes.imshow(image, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
    axes.set_axis_off()
    axes.set_anchor("W")
    if titles is not None:
        _name(axes, titles, columns, (fields.shape[1] + lead, fields.shape[2] + gap))
    bar = figure.colorbar(
        shown, ax=axes, label="Weight", extend="both", shrink=0.8 if rows > 2 else 1.0, pad=0.015
    )
    bar.outline.set_visible(False)
    return figure


def _mosaic(
    fields: NDArray[np.float64], columns: int, lead: int, gap: int
) -> tuple[NDArray[np.float64], int]:
    """One image of all tiles, NaN between rows (lead) and columns (gap), and its number of rows."""
    n, height, width = fields.shape
    rows = -(-n // columns)
    shape = (rows * (height + lead) - lead, columns * (width + gap) - gap)
    image = np.full(shape, np.nan)
    for index, tile in enumerate(fields):
        row, column = divmod(index, columns)
        top, left = row * (height + lead), column * (width + gap)
        image[top : top + height, left : left + width] = tile
    return image, rows


def _name(axes: Axes, titles: Sequence[str], columns: int, pitch: tuple[int, int]) -> None:
    """Write a name above the top left corner of each tile."""
    for index, title in enumerate(titles):
        row, column = divmod(index, columns)
        corner = (column * pitch[1] - 0.5, row * pitch[0] - 1.0)
        axes.text(*corner, title, fontsize=7.5, va="bottom")
