"""Planes: a panel a column, a point a row; wrong decisions are marked, silence is empty."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.figures import plot_plane_classes, plot_plane_values, save
from brainsnn.analysis.tables import TableError

TABLE = pd.DataFrame({"x": [0.0, 0.5, 1.0], "y": [0.0, 1.0, 0.5], "label": [0, 1, 1]})


def test_decisions_have_a_panel_a_rule_and_mark_what_is_wrong(tmp_path):
    figure = plot_plane_classes(TABLE.assign(a=[0, 1, 1], b=[1, 1, 0]), "ab", "uv", "label")
    assert [axes.get_title("left") for axes in figure.axes] == ["a", "b"]
    wrong = [axes.collections[1].get_offsets().data.tolist() for axes in figure.axes]
    assert wrong == [[], [[0.0, 0.0], [1.0, 0.5]]]
    colours = figure.axes[1].collections[0].get_facecolors()
    assert (colours[0] == colours[1]).all()
    assert (colours[0] != colours[2]).any()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["u", "v", "wrong"]
    assert all(path.exists() for path in save(figure, tmp_path, "decisions"))
    with pytest.raises(TableError, match="label"):
        plot_plane_classes(TABLE[["x", "y"]].assign(a=0), "a", "uv", "label")


def test_values_share_a_scale_and_what_is_missing_is_left_out():
    figure = plot_plane_values(TABLE.assign(a=[1.0, 2.0, np.nan], b=[3.0, 5.0, 4.0]), "ab", "ms")
    first, second, bar = figure.axes
    assert first.collections[0].get_offsets().data.tolist() == [[0.0, 0.0], [0.5, 1.0]]
    assert [axes.collections[0].get_clim() for axes in (first, second)] == [(1.0, 5.0)] * 2
    assert bar.get_ylabel() == "ms"
    silent = plot_plane_values(TABLE.assign(a=np.nan), "a", "ms")
    assert silent.axes[0].collections[0].get_clim() == (0.0, 1.0)
