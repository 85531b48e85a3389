import numpy as np
import pandas as pd
import pytest
from measured_rows import ROW

from analysis.ledger import append_row, read_claims, read_ledger, write_claims
from analysis.results import main, render, summary
from analysis.tables import TableError


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "results" / "s4nn-mnist.csv"
    append_row(path, ROW | {"command": "brainsnn run s4nn-mnist --seed 0"})
    second = {"seed": 1, "command": "brainsnn run s4nn-mnist --seed 1"}
    append_row(path, ROW | second | {"accuracy_ties_wrong": 0.974})
    append_row(path, ROW | {"variant": "paper", "decision_step": 91.25})
    return path.parent


@pytest.fixture
def arguments(folder, tmp_path):
    return ["--results", str(folder), "--out", str(tmp_path / "RESULTS.md")]


def test_summary_is_over_seeds(folder):
    table = summary(read_ledger(folder)).set_index("variant")
    assert table.loc["default", "seeds"] == 2
    assert table.loc["default", "accuracy_ties_wrong"] == pytest.approx(0.972)
    assert table.loc["default", "accuracy_ties_wrong_sd"] == pytest.approx(0.004 / 2**0.5)
    assert np.isnan(table.loc["paper", "accuracy_sd"])


def test_the_page_sets_ours_beside_the_papers(folder):
    text = render(read_ledger(folder))
    assert "| **default** | 2 | 97.50 ± 0.00 | 97.20 ± 0.28 | 98.00 ± 0.00 |" in text
    assert "| **paper** | 1 | 97.50 | 97.00 | 98.00 | 0.10 | 91.2 | 200.0 |" in text
    dash = "\N{EN DASH}"
    assert f"| paper | {dash} | {dash} | {dash} | 97.40 | {dash} | 89.7 | 218.0 |" in text


def test_the_page_holds_every_command(folder):
    text = render(read_ledger(folder))
    for seed in (0, 1):
        assert f"\nbrainsnn run s4nn-mnist --seed {seed}\n" in text
    assert f"\n{ROW['command']}\n" in text


def test_tables_have_as_many_cells_as_headings(folder):
    for line in render(read_ledger(folder)).split("\n\n"):
        widths = {row.count("|") for row in line.splitlines() if row.startswith("|")}
        assert len(widths) <= 1


def test_a_paper_may_have_a_row_for_each_variant(tmp_path):
    append_row(tmp_path / "c.csv", ROW | {"protocol": "count-mnist", "variant": "short"})
    text = render(read_ledger(tmp_path))
    dash = "\N{EN DASH}"
    assert f"| paper, short | {dash} | 98.40 |" in text
    assert f"| paper, default | {dash} | 98.64 |" in text


def test_a_protocol_without_a_paper_has_no_such_row(folder):
    rows = read_ledger(folder).assign(protocol="own")
    assert "Paper:" not in render(rows)


def test_no_rows_yet(tmp_path):
    assert "No run has been measured yet." in render(read_ledger(tmp_path))


def test_written_pages_are_up_to_date(arguments, folder, tmp_path, capsys):
    assert main([*arguments, "--check"]) == 1
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    append_row(folder / "s4nn-mnist.csv", ROW | {"seed": 2})
    before = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert main([*arguments, "--check"]) == 1
    assert "stale: run python -m analysis.results" in capsys.readouterr().err
    assert (tmp_path / "RESULTS.md").read_text(encoding="utf-8") == before


def test_a_damaged_file_is_reported(arguments, folder, capsys):
    pd.DataFrame({"a": [1]}).to_csv(folder / "bad.csv", index=False)
    assert main(arguments) == 2
    assert "bad.csv" in capsys.readouterr().err


def test_claims_stand_with_their_verdicts(folder):
    claim = {"claim": "ratio", "paper": 5.0, "ours": 6.25, "spread": 0.5, "unit": "times"}
    claims = pd.DataFrame([claim | {"verdict": "met", "note": "3 seeds"}])
    write_claims(folder, "s4nn-mnist", claims)
    again = pd.DataFrame([claim | {"claim": "other", "verdict": "met", "note": ""}])
    write_claims(folder, "s4nn-mnist", again)
    write_claims(folder, "s4nn-mnist", claims)
    text = render(read_ledger(folder), read_claims(folder))
    assert text.count("| ratio |") == text.count("| other |") == 1
    assert "| ratio | 5.00 | 6.25 ± 0.50 times | met | 3 seeds |" in text
    with pytest.raises(TableError, match="verdict"):
        write_claims(folder, "s4nn-mnist", claims.drop(columns="verdict"))
