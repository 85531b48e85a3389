"""Responses of one neuron: raster with PSTH, and raster sorted by first spike."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import (
    INK,
    VERMILION,
    WIDTH,
    grid,
    new_figure,
    series_colours,
    styled,
)
from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.tables import TableError, require


@styled
def plot_raster_psth(
    table: SpikeTable, rates: pd.DataFrame, neuron: str, onset: dict[str, float] | None = None
) -> Figure:
    """Draw a neuron's trials as a raster above its rate, a column a stimulus.

    Parameters
    ----------
    table : SpikeTable
    rates : pandas.DataFrame
        What `brainsnn.analysis.spikes.rates.psth` (or `smooth`) returns.
    neuron : str
    onset : dict, optional
        When each stimulus begins, in seconds; marked.

    Raises
    ------
    TableError
        If there is no such neuron.
    """
    require(rates, ("stimulus", "neuron", "time", "rate"), "PSTH")
    place = _place(table, neuron)
    figure = new_figure(WIDTH, 3.4)
    panels = figure.subplots(2, len(table.stimuli), sharex=True, sharey="row", squeeze=False)
    colours = series_colours(table.stimuli)
    for column, stimulus in enumerate(table.stimuli):
        above, below = panels[:, column]
        for line, trial in enumerate(np.flatnonzero(table.stimulus == column)):
            mine = table.time[(table.trial == trial) & (table.neuron == place)]
            ticks = np.full(mine.size, line + 0.5)
            above.plot(mine, ticks, "|", ms=4, mew=0.5, color=INK, rasterized=True)
        part = rates[(rates["stimulus"] == stimulus) & (rates["neuron"] == neuron)]
        below.plot(part["time"], part["rate"], color=colours[stimulus], lw=1)
        if onset:
            for axes in (above, below):
                axes.axvline(onset[stimulus], color=VERMILION, lw=0.8, ls=":")
        above.set(title=stimulus)
        below.set(xlabel="Time (s)", xlim=(table.start, table.stop))
        grid(below)
    panels[0, 0].set_ylabel("Trial")
    panels[1, 0].set_ylabel("Rate (1/s)")
    return figure


@styled
def plot_latency_raster(latency: pd.DataFrame, table: SpikeTable, onset: np.ndarray) -> Figure:
    """Draw the spikes after the onset, trials sorted by their first, a panel a neuron.

    Parameters
    ----------
    latency : pandas.DataFrame
        What `brainsnn.analysis.spikes.timing.latencies` returns; its largest latency is the span
        drawn.
    table : SpikeTable
    onset : array of float, shape (n_trials,)
        When the stimulus begins in each trial, in seconds.
    """
    require(latency, ("trial", "stimulus", "neuron", "latency", "censored"), "latency")
    span = float(latency["latency"].max())
    figure = new_figure(WIDTH, 3.0)
    panels = figure.subplots(1, len(table.neurons), sharey=True, squeeze=False)[0]
    colours = series_colours(table.stimuli)
    for place, (axes, neuron) in enumerate(zip(panels, table.neurons, strict=True)):
        mine = latency[latency["neuron"] == neuron].sort_values(["stimulus", "latency"])
        for line, (trial, stimulus) in enumerate(zip(mine["trial"], mine["stimulus"], strict=True)):
            train = table.time[(table.trial == trial) & (table.neuron == place)] - onset[trial]
            shown = train[(train >= 0) & (train < span)]
            ticks = np.full(shown.size, line + 0.5)
            axes.plot(1e3 * shown, ticks, "|", ms=3, mew=0.6, color=colours[stimulus])
        seen = mine.reset_index(drop=True)
        seen = seen[~seen["censored"]]
        axes.plot(1e3 * seen["latency"], seen.index + 0.5, ".", color=INK, ms=2.5)
        axes.set(xlabel="Time since onset (ms)", title=f"neuron {neuron}", xlim=(0, 1e3 * span))
    panels[0].set_ylabel("Trial, sorted by first spike")
    return figure


def _place(table: SpikeTable, neuron: str) -> int:
    if neuron not in table.neurons:
        raise TableError(f"No neuron {neuron!r}; there are {', '.join(table.neurons)}.")
    return table.neurons.index(neuron)
