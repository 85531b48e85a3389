"""Accuracy against the jitter of the input spikes (S4NN, Figure 8)."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import BLUE, GREY, WIDTH, grid, new_figure, styled
from brainsnn.analysis.tables import require

_TICKS = 10
"""Up to this many amplitudes each gets a tick."""


@styled
def plot_jitter_curve(
    curve: pd.DataFrame, measure: str = "accuracy", allowed: float | None = None
) -> Figure:
    """Draw accuracy over jitter amplitude, with its interval.

    Parameters
    ----------
    curve : pandas.DataFrame
        What `brainsnn.analysis.robustness.jitter_curve` returns.
    measure : str
        Which accuracy column to draw.
    allowed : float, optional
        Loss of accuracy to mark, as a fraction (0.05 is five percentage points).

    Returns
    -------
    matplotlib.figure.Figure
    """
    low, high = f"{measure}_low", f"{measure}_high"
    require(curve, ("jitter", measure, low, high), "jitter")
    figure = new_figure(0.72 * WIDTH, 3.0)
    axes = figure.add_subplot()
    axes.fill_between(
        curve["jitter"], 100 * curve[low], 100 * curve[high], color=BLUE, alpha=0.2, lw=0
    )
    axes.plot(curve["jitter"], 100 * curve[measure], color=BLUE, marker="o", ms=3.5)
    if allowed is not None:
        level = 100 * (curve[measure].iloc[0] - allowed)
        axes.axhline(level, color=GREY, lw=1, ls="--")
        note = f"{100 * allowed:g} points below no jitter"
        axes.annotate(note, (0, level), xytext=(0, 3), textcoords="offset points", fontsize=7.5)
    name = measure.replace("_", " ").capitalize()
    axes.set(xlabel="Jitter amplitude (steps)", ylabel=f"{name} (%)")
    if len(curve) <= _TICKS:
        axes.set_xticks(curve["jitter"].to_list())
    axes.margins(x=0.02)
    grid(axes)
    return figure
