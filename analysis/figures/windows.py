"""What a code tells against the length of the window that it is read in."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import (
    GREY,
    WIDTH,
    grid,
    named,
    new_figure,
    series_colours,
    styled,
)
from brainsnn.analysis.tables import require


@styled
def plot_information(table: pd.DataFrame) -> Figure:
    """Draw information against window length, a panel a neuron, a line a code.

    Parameters
    ----------
    table : pandas.DataFrame
        What `brainsnn.analysis.information.information_against_window` returns.
    """
    require(table, ("neuron", "code", "window", "information"), "information")
    neurons = sorted(table["neuron"].unique())
    figure = new_figure(WIDTH, 2.6)
    panels = figure.subplots(1, len(neurons), sharey=True, squeeze=False)[0]
    for axes, neuron in zip(panels, neurons, strict=True):
        for code, colour in series_colours(sorted(table["code"].unique())).items():
            mine = table[(table["neuron"] == neuron) & (table["code"] == code)]
            mine = mine.groupby("window")["information"].mean().reset_index()
            axes.plot(
                1e3 * mine["window"],
                mine["information"],
                "o-",
                ms=3,
                color=colour,
                label=named(code),
            )
        axes.axhline(0, color=GREY, lw=0.7)
        axes.set(xlabel="Window (ms)", title=f"neuron {neuron}")
        grid(axes, "both")
    panels[0].set_ylabel("Information (bits)")
    panels[-1].legend(loc="best")
    return figure


@styled
def plot_decoding(table: pd.DataFrame) -> Figure:
    """Draw cross-validated accuracy against window length, with chance and its interval.

    Parameters
    ----------
    table : pandas.DataFrame
        First table of `brainsnn.analysis.decoding.decode_against_window`.
    """
    needed = ("code", "window", "accuracy", "low", "high", "chance_low", "chance_high")
    require(table, needed, "decoding")
    figure = new_figure(0.7 * WIDTH, 3.0)
    axes = figure.subplots()
    means = table.groupby(["code", "window"])[list(needed[2:])].mean().reset_index()
    for code, colour in series_colours(sorted(means["code"].unique())).items():
        mine = means[means["code"] == code]
        x = 1e3 * mine["window"]
        axes.plot(x, 100 * mine["accuracy"], "o-", ms=3, color=colour, label=named(code))
        axes.fill_between(x, 100 * mine["low"], 100 * mine["high"], color=colour, alpha=0.15, lw=0)
    band = means.groupby("window")[["chance_low", "chance_high"]].mean().reset_index()
    low, high = 100 * band["chance_low"], 100 * band["chance_high"]
    axes.fill_between(1e3 * band["window"], low, high, color=GREY, alpha=0.3, lw=0, label="chance")
    axes.set(xlabel="Window (ms)", ylabel="Decoded (%)", ylim=(0, 100))
    axes.legend(loc="best")
    grid(axes, "both")
    return figure
