"""Decision step and spikes to decision for each class, as bars (S4NN, Table 4)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import (
    BLUE,
    GREEN,
    INK,
    VERMILION,
    WIDTH,
    grid,
    headroom,
    new_figure,
    styled,
)
from brainsnn.analysis.tables import require

_PANELS = {
    "decision_step": ("Mean decision step", BLUE),
    "spikes_to_decision": ("Mean spikes to decision", GREEN),
}


@styled
def plot_decisions_by_class(
    table: pd.DataFrame, reference: Mapping[str, float] | None = None
) -> Figure:
    """Draw the decision step and the spikes to decision of each class.

    Parameters
    ----------
    table : pandas.DataFrame
        What `brainsnn.analysis.latency.decisions_by_class` returns; the row ``"all"`` becomes a
        line.
    reference : mapping of str to float, optional
        The paper's mean over all classes, by column (``{"decision_step": 89.7}``), as a second
        line.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require(table, ("class", *_PANELS), "decisions")
    figure = new_figure(WIDTH, 2.8)
    panels = figure.subplots(1, 2)
    for axes, (column, (title, colour)) in zip(panels, _PANELS.items(), strict=True):
        _draw_panel(axes, table, column, colour)
        if reference and column in reference:
            label = f"paper: {reference[column]:g}"
            axes.axhline(reference[column], color=VERMILION, lw=1.1, ls="--", label=label)
        axes.set(xlabel="Class of the image", ylabel=title)
        headroom(axes, 0.28)
        grid(axes)
        axes.legend(loc="upper left", ncols=2)
    return figure


def _draw_panel(axes: Axes, table: pd.DataFrame, column: str, colour: str) -> None:
    """Bars with their values at the foot, and the mean over all trials."""
    classes = table[table["class"] != "all"]
    bars = axes.bar(classes["class"], classes[column], color=colour, width=0.72)
    for bar in bars:
        place = (bar.get_x() + bar.get_width() / 2, 0)
        axes.annotate(
            f"{bar.get_height():.0f}",
            place,
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            color="white",
            fontsize=7.5,
        )
    axes.tick_params(axis="x", length=0)
    whole = table.loc[table["class"] == "all", column]
    if len(whole):
        mean = float(whole.iloc[0])
        axes.axhline(mean, color=INK, lw=1.1, label=f"mean: {mean:.1f}")
