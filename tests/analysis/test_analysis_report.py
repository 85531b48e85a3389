"""The page is read back as a browser would: every element, attribute and link."""

import re
import sys
from html.parser import HTMLParser
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.embed import inline_svg
from brainsnn.analysis.figures import plot_receptive_fields
from brainsnn.analysis.figures.style import INK, new_figure, styled
from brainsnn.analysis.report import Claim, Picture, Report, Section, Table

VOID = {"meta", "link", "br", "img", "hr"}


class Page(HTMLParser):
    """Elements of a page, with a check that they are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.texts = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data.strip())

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self):
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


@styled
def line():
    figure = new_figure(3, 2)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], "o-")
    axes.set_xlabel("Epoch <1>")
    return figure


@pytest.fixture(scope="module")
def report():
    table = Table(
        pd.DataFrame({"class": ["0", "1"], "trials": [980, 1135], "accuracy": [0.98765, np.nan]}),
        "By class.",
        digits={"accuracy": 2},
        percent=("accuracy",),
    )
    pictures = (
        Picture(line(), "A line.", 'Rises from "0" to 1 & stops.'),
        Picture(line(), "The same line.", "Rises."),
        Picture(plot_receptive_fields(np.ones((2, 3, 3))), "Weights.", "Tiles."),
    )
    return Report(
        "S4NN <on> MNIST",
        "A network & its run.",
        (
            Claim.judged("Accuracy", 97.4, 97.61, "%", spread=0.08, digits=2, headline=True),
            Claim.judged("Steps", 89.7, 95.2, "steps", higher_is_better=False, note="Mean."),
            Claim.judged("Ties wrong", None, 96.9, "%", headline=True),
        ),
        (
            Section("Learning", "One.\n\nTwo.", pictures[:2]),
            Section("Weights", "", pictures[2:]),
            Section("Classes", items=(table,)),
        ),
        {"epochs": 5, "rule": {"gamma": 3}},
        {"commit": "abc", "versions": {"python": "3.11"}},
        "brainsnn run s4nn-mnist --set epochs=5",
        "The paper",
    )


@pytest.fixture(scope="module")
def page(report):
    return Page(report.html())


def test_the_page_needs_nothing_from_outside(report, page):
    text = report.html()
    assert not re.search(r"(https?:)?//[a-z]", text)
    assert not page.all("link") + page.all("script") + page.all("iframe")
    for _, attributes in page.elements:
        for name in ("src", "href", "xlink:href"):
            value = attributes.get(name, "#")
            assert value.startswith(("#", "data:image/png;base64,")), value
    assert set(re.findall(r"url\((.)", text)) <= {"#"}


def test_every_figure_is_inside_with_a_description(page):
    drawings = page.all("svg")
    assert [svg["aria-label"] for svg in drawings] == [
        'Rises from "0" to 1 & stops.',
        "Rises.",
        "Tiles.",
    ]
    assert {svg["role"] for svg in drawings} == {"img"}
    assert any(attributes["xlink:href"].startswith("data:") for attributes in page.all("image"))


def test_links_lead_to_one_place_each(page):
    assert len(page.ids) == len(set(page.ids))
    targets = [a.get("href") or a.get("xlink:href") for _, a in page.elements]
    assert {t[1:] for t in targets if t and t.startswith("#")} <= set(page.ids)


def test_claims_show_both_values_and_the_verdict(page):
    for text in ("97.40", "97.61 ± 0.08", "met", "89.7", "95.2", "not met", "no comparison"):
        assert text in page.texts
    assert "not in the paper" in page.texts
    assert "Mean." in page.texts


def test_headlines_are_the_marked_claims(page):
    values = [a for a in page.all("span") if a.get("class") == "value"]
    assert len(values) == 2


def test_tables_format_and_align_numbers(page):
    for text in ("98.77", "1,135", "\N{EN DASH}", "Accuracy (%)", "Trials"):
        assert text in page.texts
    assert {"scope": "col", "class": "number"} in page.all("th")


def test_settings_and_command_are_there(page):
    for text in ("rule.gamma", "versions.python", "brainsnn run s4nn-mnist --set epochs=5"):
        assert text in page.texts


def test_text_is_escaped(report, page):
    assert "S4NN <on> MNIST" in page.texts
    assert "<on>" not in report.html()


def test_figures_and_tables_are_numbered(page):
    assert [t for t in page.texts if re.fullmatch(r"(Figure|Table) \d\.", t)] == [
        "Figure 1.",
        "Figure 2.",
        "Figure 3.",
        "Table 1.",
    ]


def test_the_page_is_written_whole(report, tmp_path):
    path = report.write(tmp_path / "new" / "report.html")
    assert path.read_text(encoding="utf-8") == report.html()
    assert [item.name for item in path.parent.iterdir()] == ["report.html"]


def test_an_empty_report_is_a_page():
    page = Page(Report("Title", "Nothing.", (), (), {}, {}, "true").html())
    assert "claims" not in page.ids
    assert "Title" in page.texts


def test_ink_follows_the_page():
    text = inline_svg(line(), "f1", "A line.")
    assert INK not in text.lower()
    assert "var(--ink)" in text
    assert "Epoch &lt;1&gt;" in text


def test_a_figure_is_as_wide_as_drawn_in_points_and_a_half_more():
    text = inline_svg(new_figure(3, 2), "f1", "Nothing.")
    assert 'viewBox="0 0 216 144"' in text
    assert "max-width: 346px" in text


def test_its_templates_are_found_whatever_else_is_called_analysis(monkeypatch):
    monkeypatch.setitem(sys.modules, "analysis", ModuleType("analysis"))
    assert "Alone" in Page(Report("Alone", "", (), (), {}, {}, "true").html()).texts
