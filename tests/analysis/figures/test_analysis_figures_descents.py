"""Figures of losses over updates and of landscapes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.figures import plot_descents, plot_landscapes, save
from brainsnn.analysis.tables import TableError


def test_descents_have_a_panel_a_condition_and_a_line_a_method(tmp_path):
    rows = [
        {"network": network, "method": method, "update": k, "mean": 1 / (k + 1), "silence": 0.1}
        for network in ("small", "large", "larger")
        for method in ("timing", "antlr")
        for k in range(4)
    ]
    table = pd.DataFrame(rows).assign(low=0.05, high=2.0)
    figure = plot_descents(table, "method", "network", ("silent outputs", "silence"))
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title("left") for axes in shown] == ["small", "large", "larger"]
    names = [text.get_text() for text in shown[0].get_legend().get_texts()]
    assert names == ["timing", "antlr", "silent outputs"]
    np.testing.assert_allclose(shown[2].lines[1].get_xdata(), [1, 2, 3, 4])
    assert all(path.exists() for path in save(figure, tmp_path, "descents"))
    with pytest.raises(TableError, match="lacks the column"):
        plot_descents(table.drop(columns="low"), "method", "network")


def test_landscapes_have_a_panel_a_surface_and_the_way(tmp_path):
    x, y = (values.ravel() for values in np.meshgrid(np.linspace(0, 1, 4), np.linspace(-1, 0, 3)))
    table = pd.DataFrame({"x": x, "y": y, "true": x * y, "flat": 1.0})
    path = pd.DataFrame({"x": [0.0, 1.0], "y": [-1.0, 0.0]})
    figure = plot_landscapes(table, ("true", "flat"), path)
    panels = [axes for axes in figure.axes if axes.get_title("left")]
    assert [axes.get_title("left") for axes in panels] == ["true", "flat"]
    np.testing.assert_allclose(panels[1].lines[0].get_ydata(), [-1, 0])
    assert len(figure.axes) == 4  # each has its own scale
    assert all(path.exists() for path in save(figure, tmp_path, "landscapes"))
