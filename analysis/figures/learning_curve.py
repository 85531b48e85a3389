"""Accuracy over epochs, for both splits and any number of seeds."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from brainsnn.analysis.figures.style import (
    BLUE,
    GREY,
    INK,
    VERMILION,
    WIDTH,
    grid,
    new_figure,
    styled,
)
from brainsnn.analysis.tables import TableError, require

_COLOURS = {"train": GREY, "validation": BLUE}


@styled
def plot_learning_curve(
    curve: pd.DataFrame,
    measure: str = "accuracy",
    best_epoch: int | None = None,
    reference: tuple[str, float] | None = None,
) -> Figure:
    """Draw a measure over epochs: every seed as a thin line, their mean as a thick one.

    Parameters
    ----------
    curve : pandas.DataFrame
        What `brainsnn.analysis.learning.learning_curve` returns.
    measure : str
        Which measure to draw; accuracies and fractions are drawn in per cent.
    best_epoch : int, optional
        Epoch to mark as the selected one.
    reference : (str, float), optional
        Name and value of a horizontal line, as a fraction for accuracies.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If the table does not hold the measure.
    """
    require(curve, ("seed", "epoch", "split", "measure", "value"), "learning-curve")
    rows = curve[curve["measure"] == measure]
    if rows.empty:
        known = ", ".join(sorted(curve["measure"].unique()))
        raise TableError(f"No measure {measure!r} in the learning curve. Known: {known}.")
    percent = measure.startswith("accuracy") or measure.endswith("fraction")
    scale = 100.0 if percent else 1.0
    figure = new_figure(WIDTH, 3.1)
    axes = figure.add_subplot()
    for split, part in rows.groupby("split"):
        _draw_split(axes, str(split), part.assign(value=part["value"] * scale))
    if reference is not None:
        axes.axhline(scale * reference[1], color=VERMILION, lw=1, ls="--", label=reference[0])
    if best_epoch is not None:
        axes.axvline(best_epoch, color=INK, lw=0.8, ls=":", label="selected epoch")
    name = measure.replace("_", " ").capitalize()
    axes.set(xlabel="Epoch", ylabel=f"{name} (%)" if percent else name)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(x=0.02)
    grid(axes)
    axes.legend(loc="best")
    return figure


def _draw_split(axes: Axes, split: str, part: pd.DataFrame) -> None:
    """One thin line a seed and a thick one for their mean."""
    colour = _COLOURS.get(split, VERMILION)
    seeds = part["seed"].nunique()
    if seeds > 1:
        for _, run in part.groupby("seed"):
            axes.plot(run["epoch"], run["value"], color=colour, lw=0.7, alpha=0.4)
    mean = part.groupby("epoch")["value"].mean()
    label = f"{split} (mean of {seeds} seeds)" if seeds > 1 else split
    marker = "o" if len(mean) <= 30 else None
    axes.plot(mean.index, mean.to_numpy(), color=colour, marker=marker, ms=3.2, label=label)
