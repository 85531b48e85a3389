import numpy as np
import pytest

from brainsnn.analysis.tables import TableError
from brainsnn.analysis.weights import (
    edge_fields,
    receptive_fields,
    weight_histogram,
    weight_summary,
)


def test_stages_share_bins(weights):
    later = {name: 2 * array for name, array in weights.items()}
    table = weight_histogram({"before": weights, "after": later}, bins=4, coverage=1)
    mine = table[table["connection"] == "input_hidden"]
    before, after = (mine[mine["stage"] == stage] for stage in ("before", "after"))
    assert before["start"].tolist() == after["start"].tolist() == [0, 11.5, 23, 34.5]
    assert before["count"].tolist() == [12, 11, 1, 0]
    assert after["count"].tolist() == [6, 6, 6, 6]


def test_density_integrates_to_one(weights):
    table = weight_histogram({"now": weights}, coverage=1)
    area = (table["density"] * (table["stop"] - table["start"])).groupby(table["connection"]).sum()
    assert area.tolist() == pytest.approx([1, 1])


def test_coverage_leaves_the_tails_out():
    values = np.append(np.linspace(0, 1, 999), 1000.0).reshape(1000, 1)
    table = weight_histogram({"now": {"a_b": values}}, coverage=0.99)
    assert table["stop"].max() < 1
    assert table["count"].sum() == pytest.approx(990, abs=2)


def test_equal_weights_have_a_histogram():
    table = weight_histogram({"now": {"a_b": np.ones((3, 2))}}, bins=4)
    assert table["count"].sum() == 6


def test_summary(weights):
    table = weight_summary(weights).set_index("connection")
    assert table.loc["input_hidden", ["pre", "post", "mean", "maximum"]].tolist() == [
        6,
        4,
        11.5,
        23,
    ]
    assert table.loc["hidden_output", "negative"] == 0.5


def test_fields_are_images_in_row_order(weights):
    fields = receptive_fields(weights["input_hidden"], (2, 3))
    assert fields.shape == (4, 2, 3)
    assert fields[1].tolist() == [[1, 5, 9], [13, 17, 21]]
    assert receptive_fields(weights["input_hidden"], (2, 3), [3])[0, 0, 0] == 3


def test_edges_are_drawn_where_and_as_they_lie():
    weights = np.zeros((8, 3))
    weights[1, 0] = 1.0  # upright, right of two cells
    weights[4, 1] = -2.0  # level, left
    image = edge_fields(weights, (4, 1, 2), side=9)
    assert image.shape == (3, 9, 18)
    assert (image[0, 1:8, 13] == 1).all()
    assert image[0, :, :9].max() == image[2].max() == 0
    assert (image[1, 4, 1:8] == -2).all()
    assert image[0, 4, 10] < 0.05


def test_edges_that_do_not_fit():
    with pytest.raises(TableError, match="do not fit"):
        edge_fields(np.zeros((8, 1)), (4, 2, 2))


@pytest.mark.parametrize(("shape", "neurons"), [((2, 2), None), ((2, 3), [4])])
def test_fields_that_do_not_fit(weights, shape, neurons):
    with pytest.raises(TableError):
        receptive_fields(weights["input_hidden"], shape, neurons)


def test_bad_weights_are_refused(weights):
    with pytest.raises(TableError, match="not all finite"):
        weight_summary({"a_b": np.array([[np.nan]])})
    with pytest.raises(TableError, match="No connection 'input_hidden'"):
        weight_histogram({"before": weights, "after": {"hidden_output": np.ones((1, 1))}})
    with pytest.raises(TableError, match="a stage"):
        weight_histogram({})
