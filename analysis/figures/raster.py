"""Spikes of single trials: populations one above the other, the decision marked."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import (
    BLUE,
    GREEN,
    INK,
    VERMILION,
    WIDTH,
    new_figure,
    styled,
)
from brainsnn.analysis.tables import TableError, class_names, require

_VECTOR_SPIKES = 6000
"""Above this number of spikes a panel is drawn as pixels, to keep files small."""

_FEW = 24
"""Populations up to this size get a tick for each neuron, and larger marks."""


@styled
def plot_raster(
    spikes: pd.DataFrame,
    sizes: Mapping[str, int],
    n_steps: int,
    trials: pd.DataFrame,
    classes: Sequence[str] | None = None,
) -> Figure:
    """Draw the spikes of some trials side by side.

    Parameters
    ----------
    spikes : pandas.DataFrame
        Spikes table: trial, population, neuron, step.
    sizes : mapping of str to int
        Size of each population, inputs first; drawn from top to bottom.
    n_steps : int
        Length of a trial.
    trials : pandas.DataFrame
        Rows of the trials table to draw, a column of panels each: trial, label, decision,
        decision_step; or trial and title, where nothing is decided.
    classes : sequence of str, optional
        Names of the classes in the order of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        The decision step is a vertical line, in green if the decision is right.
    """
    require(spikes, ("trial", "population", "neuron", "step"), "spikes")
    decided = "title" not in trials
    named = ("label", "decision", "decision_step") if decided else ("title",)
    require(trials, ("trial", *named), "trials")
    if not sizes:
        raise TableError("A raster needs at least one population.")
    heights = [0.75 if size <= _FEW else 1.0 + 0.15 * np.log10(size) for size in sizes.values()]
    figure = new_figure(WIDTH, 0.9 + 1.05 * sum(heights))
    panels = figure.subplots(
        len(sizes),
        len(trials),
        sharex=True,
        sharey="row",
        squeeze=False,
        gridspec_kw={"height_ratios": heights},
    )
    for column, trial in enumerate(trials.to_dict("records")):
        mine = spikes[spikes["trial"] == trial["trial"]]
        title = _title(trial, n_steps, classes) if decided else trial["title"]
        panels[0, column].set_title(title, fontsize=8, color=INK)
        for row, (population, size) in enumerate(sizes.items()):
            axes = panels[row, column]
            _draw_panel(axes, mine[mine["population"] == population], size)
            if decided:
                right = trial["decision"] == trial["label"]
                axes.axvline(trial["decision_step"], color=GREEN if right else VERMILION, lw=1.1)
            if column == 0:
                axes.set_ylabel(f"{population}\nneuron")
        panels[-1, column].set(xlabel="Step", xlim=(-0.02 * n_steps, 1.02 * n_steps))
    figure.align_ylabels(panels[:, 0])
    return figure


def _draw_panel(axes: Axes, spikes: pd.DataFrame, size: int) -> None:
    """The spikes of one population in one trial."""
    few = size <= _FEW
    axes.scatter(
        spikes["step"],
        spikes["neuron"],
        s=16 if few else 3.5,
        linewidths=0,
        color=BLUE,
        zorder=3,
        rasterized=len(spikes) > _VECTOR_SPIKES,
    )
    axes.set_ylim(size - 0.5, -0.5)
    if few:
        axes.set_yticks(range(0, size, 1 if size <= 4 else 3))
        axes.set_yticks(range(size), minor=True)


def _title(trial: Mapping[Hashable, int], n_steps: int, classes: Sequence[str] | None) -> str:
    """What was shown and what was decided, above a column of panels."""
    label, decision = int(trial["label"]), int(trial["decision"])
    names = class_names(max(label, decision) + 1, classes)
    decided = names[decision] if decision >= 0 else "none"
    when = "silent" if trial["decision_step"] >= n_steps else f"step {trial['decision_step']}"
    return f"class {names[label]}\ndecided {decided}, {when}"
