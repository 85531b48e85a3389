"""Runs of a sweep, a line a point, and what is drawn of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.figures import plot_grid_points
from brainsnn.analysis.grid_points import grid_points, measure_of
from brainsnn.analysis.tables import TableError

RUNS = pd.DataFrame(
    {
        "rate": [0.1, 0.1, 1.0, 1.0],
        "seed": [0, 1, 0, 1],
        "validation_accuracy": [0.59, 0.61, 0.8, 0.8],
        "accuracy": [0.4, 0.6, 0.7, 0.9],
    }
)


def test_a_point_is_the_mean_over_its_seeds() -> None:
    points = grid_points(RUNS, ["rate"])
    assert points["rate"].tolist() == [0.1, 1.0]
    assert points["seeds"].tolist() == [2, 2]
    np.testing.assert_allclose(points["mean"], [0.6, 0.8])
    np.testing.assert_allclose(points["test"], [0.5, 0.8])
    np.testing.assert_allclose(points["sd"], [0.01 * 2**0.5, 0], atol=1e-15)
    half = 12.706204736174694 * 0.01  # Student's t with one degree of freedom.
    np.testing.assert_allclose(
        points.loc[0, ["low", "high"]].astype(float), [0.6 - half, 0.6 + half]
    )


def test_points_are_compared_by_validation_where_all_runs_have_it() -> None:
    assert measure_of(RUNS) == "validation_accuracy"
    assert measure_of(RUNS.drop(columns="validation_accuracy")) == "accuracy"
    assert measure_of(RUNS.assign(validation_accuracy=[0.5, np.nan, 0.8, 0.8])) == "accuracy"
    with pytest.raises(TableError, match="accuracy"):
        measure_of(RUNS[["rate", "seed"]])


def test_decoders_and_conditions_are_points_of_their_own() -> None:
    both = pd.concat([RUNS.assign(decoder=name) for name in ("rate", "first")])
    assert grid_points(both.rename(columns={"rate": "step"}), ["step"])["decoder"].nunique() == 2
    assert "decoder" not in grid_points(RUNS.assign(decoder="first"), ["rate"])


@pytest.mark.parametrize("value", [[0.001, 1.0], [1, 2], ["rank", "latency"], [True, False]])
def test_one_setting_is_a_line_over_its_values(value: list[object]) -> None:
    runs = RUNS.assign(rate=np.repeat(np.array(value, object), 2)).infer_objects()
    figure = plot_grid_points(grid_points(runs, ["rate"]), ["rate"], "validation_accuracy")
    (axes,) = figure.axes
    np.testing.assert_allclose(np.asarray(axes.containers[0][0].get_ydata(), float), [60, 80])
    assert axes.get_xlabel() == "rate"
    assert axes.get_ylabel() == "Validation accuracy (%)"
    assert (axes.get_xscale() == "log") == (value[0] == 0.001)


def test_two_settings_are_a_heat_map_and_three_a_list_of_the_best() -> None:
    runs = pd.concat([RUNS.assign(hidden=n, code=code) for n in (10, 20) for code in "ab"])
    two = ["hidden", "rate"]
    figure = plot_grid_points(grid_points(runs, two), two, "accuracy")
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), [[60, 80], [60, 80]])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["20", "10"]
    three = [*two, "code"]
    listed = plot_grid_points(grid_points(runs, three), three, "accuracy").axes[0]
    assert listed.get_yticklabels()[0].get_text().startswith("hidden 10, rate 1")
