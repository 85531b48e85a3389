import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from brainsnn.analysis.figures.heatmap import annotate
from brainsnn.analysis.figures.style import (
    COLOURS,
    logarithmic_x,
    new_figure,
    save,
    series_colours,
    styled,
)


@pytest.fixture
def figure():
    figure = styled(new_figure)(3.0, 2.0)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1])
    axes.set_xlabel("Step")
    return figure


def test_saved_files_are_an_image_and_a_drawing(figure, tmp_path):
    png, svg = save(figure, tmp_path / "new" / "folder", "curve", dpi=100)
    with Image.open(png) as image:
        assert (image.format, image.size) == ("PNG", (300, 200))
    root = ET.parse(svg).getroot()
    assert root.tag.endswith("svg")
    assert "Step" in svg.read_text(encoding="utf-8")


def test_the_same_figure_gives_the_same_bytes(figure, tmp_path):
    first = [path.read_bytes() for path in save(figure, tmp_path, "a")]
    assert first == [path.read_bytes() for path in save(figure, tmp_path, "b")]


def test_settings_of_matplotlib_are_as_before(figure, tmp_path):
    before = dict(mpl.rcParams)
    save(figure, tmp_path, "a")
    assert dict(mpl.rcParams) == before


def test_colours_recur():
    colours = series_colours([str(k) for k in range(8)])
    assert colours["0"] == colours["7"] == COLOURS[0]
    assert len(set(colours.values())) == 7


def test_text_stands_out_from_its_cell():
    axes = new_figure(2, 2).add_subplot()
    values = np.array([[1.0, 9.0], [0.0, np.nan]])
    image = axes.imshow(values, cmap="gray", vmin=0, vmax=9)
    annotate(axes, image, values, "{:.1f}")
    assert [(t.get_text(), t.get_color()) for t in axes.texts] == [
        ("1.0", "white"),
        ("9.0", "black"),
    ]


def test_logarithmic_axes_have_plain_numbers():
    figure = new_figure(4.0, 2.0)
    axes = figure.subplots()
    axes.plot([15, 1200], [0, 1])
    logarithmic_x(axes)
    figure.draw_without_rendering()
    low, high = axes.get_xlim()
    ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    labels = [label.get_text() for tick, label in ticks if low <= tick <= high]
    assert labels == ["20", "50", "100", "200", "500", "1,000"]
