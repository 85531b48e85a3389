"""Figures of intervals, correlograms and pairs: panels, labels with units, refusals."""

from __future__ import annotations

import pandas as pd
import pytest

from brainsnn.analysis.figures import plot_correlograms, plot_intervals, plot_pair_matrix, save
from brainsnn.analysis.spikes import SpikeTable, from_frame
from brainsnn.analysis.spikes.correlograms import correlograms
from brainsnn.analysis.spikes.intervals import interspike_intervals
from brainsnn.analysis.spikes.pairs import ISIDistance, matrix, pairwise
from brainsnn.analysis.tables import TableError


@pytest.fixture
def table() -> SpikeTable:
    rows = [
        (trial, neuron, 0.02 + 0.1 * k + 0.003 * trial * (neuron == "y"), "s")
        for trial in range(3)
        for neuron in ("x", "y")
        for k in range(9)
    ]
    return from_frame(pd.DataFrame(rows, columns=["trial", "neuron", "time", "stimulus"]), 0, 1)


def test_correlograms_show_what_is_expected(table: SpikeTable, tmp_path: object) -> None:
    figure = plot_correlograms(correlograms(table, 0.01, 0.05, "shuffle"))
    assert len(figure.axes) == 4
    assert figure.axes[2].get_xlabel() == "Lag (ms)"
    assert len(figure.axes[1].lines) == 1
    assert len(figure.axes[1].patches) == 11
    assert all(path.stat().st_size for path in save(figure, tmp_path, "correlograms"))
    two = pd.concat([correlograms(table, 0.01, 0.05).assign(stimulus=s) for s in "ab"])
    with pytest.raises(TableError, match="one stimulus"):
        plot_correlograms(two)


def test_intervals_have_a_panel_a_neuron(table: SpikeTable) -> None:
    figure = plot_intervals(interspike_intervals(table), n_bins=5)
    assert [axes.get_title("left") for axes in figure.axes] == ["x", "y"]
    assert sum(bar.get_height() for bar in figure.axes[0].patches) == 24
    with pytest.raises(TableError):
        plot_intervals(interspike_intervals(table.take([0])).iloc[:0])


def test_pairs_are_written_into_their_cells(table: SpikeTable) -> None:
    square = matrix(pairwise(table, ISIDistance(), "trials"), itself=0.0)
    figure = plot_pair_matrix(square, "ISI-distance")
    assert figure.axes[0].get_title("left") == "ISI-distance"
    with pytest.raises(TableError, match="square"):
        plot_pair_matrix(square.iloc[:2], "ISI-distance")
