"""Numbers written into the cells of a heat-map."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from numpy.typing import NDArray


def annotate(axes: Axes, image: AxesImage, values: NDArray[np.float64], pattern: str) -> None:
    """Write each value into its cell, light on dark cells and dark on light ones.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where the heat-map is.
    image : matplotlib.image.AxesImage
        The heat-map, for the colours behind the text.
    values : array of float, shape (rows, columns)
        What to write; zero and NaN are left empty.
    pattern : str
        Format of a value (``"{:.0f}"``).
    """
    red, green, blue, _ = np.moveaxis(image.to_rgba(values), -1, 0)
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.5
    for (row, column), value in np.ndenumerate(values):
        if np.isnan(value) or value == 0:
            continue
        colour = "black" if light[row, column] else "white"
        text = pattern.format(value)
        axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color=colour)
