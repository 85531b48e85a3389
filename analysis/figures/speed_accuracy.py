"""Accuracy, decision step and spikes against the threshold (S4NN, Figure 10)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import (
    BLUE,
    GREEN,
    GREY,
    VERMILION,
    WIDTH,
    grid,
    new_figure,
    styled,
)
from brainsnn.analysis.tables import require


@styled
def plot_speed_accuracy(
    table: pd.DataFrame, measure: str = "accuracy", trained: float | None = None
) -> Figure:
    """Draw the trade-off: against the threshold, and accuracy against the decision step.

    Parameters
    ----------
    table : pandas.DataFrame
        What `brainsnn.analysis.tradeoff.speed_accuracy` returns.
    measure : str
        Which accuracy column to draw.
    trained : float, optional
        Threshold with which the network was trained, to mark.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(table, ("threshold", measure, "decision_step", "spikes_to_decision"), "speed-accuracy")
    figure = new_figure(WIDTH, 2.7)
    panels = figure.subplots(1, 3)
    name = f"{measure.replace('_', ' ').capitalize()} (%)"
    percent = table.assign(**{measure: 100 * table[measure]})
    _draw(panels[0], percent, "threshold", measure, BLUE)
    if f"{measure}_low" in table.columns:
        low, high = 100 * table[f"{measure}_low"], 100 * table[f"{measure}_high"]
        panels[0].fill_between(table["threshold"], low, high, color=BLUE, alpha=0.2, lw=0)
    panels[0].set(xlabel="Threshold", ylabel=name)
    _draw(panels[1], table, "threshold", "decision_step", VERMILION, "steps")
    _draw(panels[1], table, "threshold", "spikes_to_decision", GREEN, "spikes")
    panels[1].set(xlabel="Threshold", ylabel="Mean until the decision")
    panels[1].set_ylim(bottom=0)
    panels[1].legend(loc="best")
    _draw(panels[2], percent, "decision_step", measure, BLUE)
    panels[2].set(xlabel="Mean decision step", ylabel=name)
    for axes in panels:
        grid(axes, "both")
    if trained is not None:
        _mark(panels, table, trained, measure)
    return figure


def _draw(
    axes: Axes, table: pd.DataFrame, x: str, y: str, colour: str, label: str | None = None
) -> None:
    """One column against another, with markers."""
    axes.plot(table[x], table[y], color=colour, marker="o", ms=3.2, label=label)


def _mark(panels: list[Axes], table: pd.DataFrame, trained: float, measure: str) -> None:
    """Show which threshold the network was trained with."""
    for axes in panels[:2]:
        axes.axvline(trained, color=GREY, lw=1, ls=":", zorder=0)
    row = table.iloc[int((table["threshold"] - trained).abs().argmin())]
    panels[2].plot(row["decision_step"], 100 * row[measure], "o", ms=8, mfc="none", mec=VERMILION)
    panels[2].annotate(
        "as trained",
        (row["decision_step"], 100 * row[measure]),
        xytext=(0, -14),
        textcoords="offset points",
        ha="center",
        va="top",
        fontsize=7.5,
    )
