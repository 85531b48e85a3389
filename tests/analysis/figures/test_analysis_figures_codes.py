"""Figures of spikes and of codes: panels, labels with units, and files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.decoding import decode_against_window
from brainsnn.analysis.figures import (
    plot_decoding,
    plot_information,
    plot_latency_raster,
    plot_raster_psth,
    save,
)
from brainsnn.analysis.information import information_against_window
from brainsnn.analysis.spikes import from_frame
from brainsnn.analysis.spikes.rates import psth
from brainsnn.analysis.spikes.timing import latencies
from brainsnn.analysis.tables import TableError

WINDOWS = np.array([0.1, 0.3])


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    rows = [
        (trial, neuron, time, "ab"[trial % 2])
        for trial in range(12)
        for neuron in ("x", "y")
        for time in np.sort(rng.uniform(0, 1, 8 + 8 * (trial % 2)))
    ]
    return from_frame(pd.DataFrame(rows, columns=["trial", "neuron", "time", "stimulus"]), 0, 1)


def test_raster_with_psth(table, tmp_path):
    figure = plot_raster_psth(table, psth(table, 0.1), "x", {"a": 0.2, "b": 0.3})
    assert [axes.get_xlabel() for axes in figure.axes[-2:]] == ["Time (s)"] * 2
    assert figure.axes[2].get_ylabel() == "Rate (1/s)"
    assert all(path.stat().st_size for path in save(figure, tmp_path, "raster"))
    with pytest.raises(TableError, match="No neuron 'z'"):
        plot_raster_psth(table, psth(table, 0.1), "z")


def test_latency_raster(table):
    figure = plot_latency_raster(latencies(table, 0.2, 0.5), table, np.full(12, 0.2))
    assert len(figure.axes) == 2
    assert figure.axes[0].get_xlabel() == "Time since onset (ms)"


def test_information_and_decoding_curves(table):
    bits = information_against_window(table, 0.2, WINDOWS, "none")
    assert plot_information(bits).axes[0].get_ylabel() == "Information (bits)"
    rng = np.random.default_rng(0)
    found, _ = decode_against_window(table, 0.2, WINDOWS, rng, n_folds=3, shuffles=3)
    assert plot_decoding(found).axes[0].get_ylabel() == "Decoded (%)"
    with pytest.raises(TableError, match="chance_low"):
        plot_decoding(found.drop(columns="chance_low"))
