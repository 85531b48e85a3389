"""Notes beside results: checked as they are read, and whole for this project's own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from brainsnn.analysis.ledger import read_ledger
from brainsnn.analysis.notes import NOTES, read_notes
from brainsnn.analysis.paper import PAPER, SOURCES
from brainsnn.analysis.tables import TableError

RESULTS = Path(__file__).parents[2] / "results"
ROW = {"paper": "P", "exhibit": "Figure 1", "shows": "a curve", "where": "mine", "why": "w"}


def write(folder, **columns):
    (folder / "notes").mkdir(exist_ok=True)
    table = pd.DataFrame([ROW | {"status": "differs"} | columns])
    table.to_csv(folder / "notes" / "exhibits.csv", index=False)
    return folder


def test_notes_that_are_not_there_are_empty(tmp_path):
    found = read_notes(tmp_path)
    assert {name: tuple(table.columns) for name, table in found.items()} == NOTES
    assert all(table.empty for table in found.values())


def test_a_figure_says_what_becomes_of_it(tmp_path):
    assert len(read_notes(write(tmp_path))["exhibits"]) == 1
    assert len(read_notes(write(tmp_path, status="reproduced", why=""))["exhibits"]) == 1
    assert len(read_notes(write(tmp_path, status="absent", where=""))["exhibits"]) == 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"status": "nearly"}, "'nearly'; it may be reproduced, differs, absent"),
        ({"status": "absent"}, "exactly if it is not absent"),
        ({"where": ""}, "exactly if it is not absent"),
        ({"why": ""}, "does not say why"),
    ],
)
def test_a_figure_without_an_answer_is_refused(tmp_path, columns, message):
    with pytest.raises(TableError, match=message):
        read_notes(write(tmp_path, **columns))


def test_the_same_figure_twice_and_missing_columns_are_refused(tmp_path):
    path = write(tmp_path) / "notes" / "exhibits.csv"
    table = pd.read_csv(path)
    pd.concat([table, table]).to_csv(path, index=False)
    with pytest.raises(TableError, match="P, Figure 1 stands there twice"):
        read_notes(tmp_path)
    table.drop(columns="why").to_csv(path, index=False)
    with pytest.raises(TableError, match="why"):
        read_notes(tmp_path)


def test_every_protocol_says_how_it_chose_and_how_it_differs():
    """Of this project's own results: no headline of another recipe without a word."""
    rows, notes = read_ledger(RESULTS), read_notes(RESULTS)
    assert set(notes["selection"]["protocol"]) >= set(rows["protocol"])
    told = set(zip(notes["variants"]["protocol"], notes["variants"]["variant"], strict=True))
    for protocol in PAPER:
        for variant in rows.loc[rows["protocol"] == protocol, "variant"].unique():
            assert (protocol, variant) in told, "results/notes/variants.csv says how it differs"


def test_every_paper_has_its_figures_and_every_protocol_is_among_them():
    exhibits = read_notes(RESULTS)["exhibits"]
    assert exhibits["paper"].nunique() >= 15
    assert set(SOURCES) - {"count-latency", "delayed-match"} <= set(exhibits["where"])
    s4nn = exhibits[exhibits["paper"].str.startswith("S4NN")]["exhibit"].tolist()
    assert {f"Figure {k}" for k in range(3, 11)} | {"Table 2", "Table 3", "Table 4"} <= set(s4nn)
