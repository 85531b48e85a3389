"""Figures of a neuron that finds a pattern: dots and shades lie where their tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.figures import plot_discharges, plot_potentials
from brainsnn.analysis.tables import TableError


def test_spikes_outside_of_patterns_are_drawn_at_0():
    spikes = pd.DataFrame({"number": [0, 1, 2], "latency": [12.0, np.nan, 3.0]})
    (axes,) = plot_discharges(spikes).axes
    found = [[values.tolist() for values in map(np.asarray, a.get_data())] for a in axes.lines]
    assert found == [[[0, 2], [12, 3]], [[1], [0]]]
    with pytest.raises(TableError, match="latency"):
        plot_discharges(spikes[["number"]])


def test_what_is_presented_is_shaded():
    table = pd.DataFrame({"piece": [0] * 4 + [2] * 4, "ms": [0, 1, 2, 3, 10, 11, 12, 13]})
    table = table.assign(potential=0.5, presented=[False, True, True, False] + [True] + [False] * 3)
    first, second = plot_potentials(table, panel="piece").axes
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["piece 0", "piece 2"]
    assert np.asarray(second.lines[0].get_xdata()).tolist() == [0, 1, 2, 3]
    edges = [
        axes.patches[0].get_extents().transformed(axes.transData.inverted())
        for axes in (first, second)
    ]
    assert [(edge.x0, edge.x1) for edge in edges] == [pytest.approx((1, 3)), pytest.approx((0, 1))]
