"""Auto- and cross-correlograms of a few neurons, every two of them in a panel."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import BLUE, VERMILION, WIDTH, named, new_figure, styled
from brainsnn.analysis.tables import TableError, require

_MOST = 8
"""More neurons than this make panels that cannot be read."""


@styled
def plot_correlograms(table: pd.DataFrame) -> Figure:
    """Draw counts against lag, and what is expected of them if it is known.

    Parameters
    ----------
    table : pandas.DataFrame
        What `brainsnn.analysis.spikes.correlograms.correlograms` returns, of one stimulus.

    Returns
    -------
    matplotlib.figure.Figure
        Rows and columns are the first and the second neuron; lags are in milliseconds.

    Raises
    ------
    TableError
        If there are several stimuli or too many neurons; select some.
    """
    require(table, ("stimulus", "first", "second", "lag", "count"), "correlograms")
    names = list(dict.fromkeys(table["first"]))
    if len(table["stimulus"].unique()) > 1 or len(names) > _MOST:
        raise TableError(f"Select one stimulus and at most {_MOST} neurons to draw.")
    figure = new_figure(WIDTH, 0.7 + 1.3 * len(names))
    panels = figure.subplots(len(names), len(names), sharex=True, squeeze=False)
    for (first, second), part in table.groupby(["first", "second"], sort=False):
        axes = panels[names.index(first), names.index(second)]
        lag = 1e3 * part["lag"].to_numpy()
        width = np.diff(lag).min() if lag.size > 1 else 1.0
        axes.bar(lag, part["count"], width=width, color=BLUE)
        if "expected" in part.columns:
            axes.plot(lag, part["expected"], color=VERMILION, lw=1.1)
    for name, above, left in zip(names, panels[0], panels[:, 0], strict=True):
        above.set_title(named(name))
        left.set_ylabel(f"{named(name)}\npairs")
    for axes in panels[-1]:
        axes.set_xlabel("Lag (ms)")
    return figure
