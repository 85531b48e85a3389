"""Membrane potential at several moments of a simulation, with what is presented shaded."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import BLUE, GREY, WIDTH, new_figure, styled
from brainsnn.analysis.tables import require


@styled
def plot_potentials(table: pd.DataFrame, *, panel: str) -> Figure:
    """Draw the potential, a panel a moment.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns `panel`, ``ms``, ``potential`` over the threshold, and ``presented``, whether a
        pattern is shown then.
    panel : str
        Column that tells panels apart.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(table, (panel, "ms", "potential", "presented"), "potentials")
    names = list(table[panel].unique())
    figure = new_figure(WIDTH, 1.4 * len(names) + 0.4)
    panels = figure.subplots(len(names), 1, squeeze=False, sharey=True)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        part = table[table[panel] == name]
        ms = part["ms"].to_numpy() - part["ms"].min()
        axes.plot(ms, part["potential"], color=BLUE, lw=0.8)
        axes.axhline(1.0, color=GREY, lw=0.8, ls="--")
        edges = np.diff(part["presented"].astype(int), prepend=0, append=0)
        for begin, end in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True):
            axes.axvspan(begin, end, color=GREY, alpha=0.25, lw=0)
        axes.set(title=f"{panel} {name}", xmargin=0.0)
    panels[-1].set_xlabel("Time (ms)")
    panels[len(names) // 2].set_ylabel("Potential / threshold")
    return figure
