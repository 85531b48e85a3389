import numpy as np
import pandas as pd
import pytest
from measured_rows import ROW

from brainsnn.analysis.claim_table import claim_table, read_claims, write_claims
from brainsnn.analysis.claims import Claim
from brainsnn.analysis.ledger import append_row, read_ledger
from brainsnn.analysis.notes import read_notes
from brainsnn.analysis.results import render, summary
from brainsnn.analysis.results.__main__ import main
from brainsnn.analysis.results.speed_page import read_benchmarks, speed_page
from brainsnn.analysis.tables import TableError

S4NN = "docs/results/s4nn-mnist.md"
ANTLR = "docs/results/antlr-mnist.md"


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
    return ["--results", str(folder), "--out", str(tmp_path)]


def test_summary_is_over_seeds(folder):
    table = summary(read_ledger(folder)).set_index("variant")
    assert table.loc["default", "seeds"] == 2
    assert table.loc["default", "accuracy_ties_wrong"] == pytest.approx(0.972)
    assert table.loc["default", "accuracy_ties_wrong_sd"] == pytest.approx(0.004 / 2**0.5)
    assert np.isnan(table.loc["paper", "accuracy_sd"])


def test_a_protocols_page_has_a_line_a_variant(folder):
    text = render(read_ledger(folder))[S4NN]
    assert "| **default** | 2 | 97.50 ± 0.00 | 97.20 ± 0.28 | 98.00 ± 0.00 |" in text
    assert "| **paper** | 1 | 97.50 | 97.00 | 98.00 | 0.10 | 91.2 | 90.0 | 200.0 |" in text


def test_the_summary_has_a_line_a_protocol_with_its_headline(folder):
    line = "| [s4nn-mnist](docs/results/s4nn-mnist.md) |"
    text = render(read_ledger(folder))["RESULTS.md"]
    row = next(found for found in text.splitlines() if found.startswith(line))
    assert "| default: Test accuracy, ties right | met | 97.40 | 98.00 ± 0.00 % |" in row
    assert "| `brainsnn run s4nn-mnist --seed 0` |" in row
    (folder / "notes").mkdir()
    named = {
        "protocol": "s4nn-mnist",
        "system": "S4NN",
        "headline": "paper: Test accuracy, ties right",
    }
    pd.DataFrame([named]).to_csv(folder / "notes" / "systems.csv", index=False)
    text = render(read_ledger(folder), notes=read_notes(folder))["RESULTS.md"]
    assert "| S4NN | paper: Test accuracy, ties right | met | 97.40 | 98.00 % |" in text


def test_no_column_of_a_table_is_empty_and_no_cell_a_dash(folder):
    for text in render(read_ledger(folder)).values():
        assert "| \N{EN DASH} |" not in text


def test_the_page_holds_every_command(folder):
    text = render(read_ledger(folder))[S4NN]
    for seed in (0, 1):
        assert f"\nbrainsnn run s4nn-mnist --seed {seed}\n" in text
    assert f"\n{ROW['command']}\n" in text


def test_tables_have_as_many_cells_as_headings(folder):
    for line in "\n\n".join(render(read_ledger(folder)).values()).split("\n\n"):
        widths = {row.count("|") for row in line.splitlines() if row.startswith("|")}
        assert len(widths) <= 1


def test_a_protocol_without_a_paper_has_no_such_row(folder):
    rows = read_ledger(folder).assign(protocol="own")
    assert "Paper:" not in render(rows)["docs/results/own.md"]


def test_no_rows_yet(tmp_path):
    assert "No run has been measured yet." in render(read_ledger(tmp_path))["RESULTS.md"]


def test_written_pages_are_up_to_date(arguments, folder, tmp_path, capsys):
    assert main([*arguments, "--check"]) == 1
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    append_row(folder / "s4nn-mnist.csv", ROW | {"seed": 2})
    before = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert main([*arguments, "--check"]) == 1
    assert "stale: run python -m brainsnn.analysis.results" in capsys.readouterr().err
    assert (tmp_path / "RESULTS.md").read_text(encoding="utf-8") == before


def test_the_page_of_a_protocol_without_rows_is_stale_and_goes(arguments, tmp_path):
    assert main(arguments) == 0
    left = tmp_path / "docs" / "results" / "gone.md"
    left.write_text("# gone")
    assert main([*arguments, "--check"]) == 1
    assert main(arguments) == 0
    assert not left.exists()


def test_a_damaged_file_is_reported(arguments, folder, capsys):
    pd.DataFrame({"a": [1]}).to_csv(folder / "bad.csv", index=False)
    assert main(arguments) == 2
    assert "bad.csv" in capsys.readouterr().err


def test_claims_stand_with_their_verdicts(tmp_path):
    append_row(tmp_path / "antlr-mnist.csv", ROW | {"protocol": "antlr-mnist"})
    number = Claim.judged("ratio", 5.0, 6.25, "times", spread=0.5, seeds=3, note="a bound")
    direction = Claim.direction("more", [0.1, 0.9, 0.3], "points")
    aim = Claim.judged("accuracy", None, 98.5, "%", aim=98.0)
    write_claims(tmp_path, "antlr-mnist", claim_table([number, direction, aim]))
    text = render(read_ledger(tmp_path), read_claims(tmp_path))[ANTLR]
    assert "| ratio | met | 5.00 | 6.25 ± 0.50 times | 5.01 to 7.49 | 3 | a bound |" in text
    assert "| accuracy | 98.00 | 98.50 % | 1 |" in text
    assert "| more | direction only: open |  |" in text


def test_a_protocol_of_one_network_has_claims_from_its_rows(folder):
    text = render(read_ledger(folder))[S4NN]
    assert "| default: Test accuracy, ties right | met | 97.40 | 98.00 ± 0.00 % |" in text
    assert "label's output | not met | 89.70 | 90.00 ± 0.00 steps |" in text.lower()
    assert text.count("| Table 4: of the correct output, not of the winner |") == 2


def test_what_was_not_measured_is_not_compared(folder):
    rows = read_ledger(folder).assign(label_step=np.nan)
    text = render(rows)[S4NN]
    assert "| Label's step |" not in text
    assert (
        "| default: Step of the label's output | 89.70 |" in text.partition("## Also measured")[2]
    )


def test_another_recipe_says_so_in_its_row_and_in_its_verdicts(folder):
    (folder / "notes").mkdir()
    told = {"protocol": "s4nn-mnist", "variant": "default", "differs": "another rule"}
    pd.DataFrame([told]).to_csv(folder / "notes" / "variants.csv", index=False)
    text = render(read_ledger(folder), notes=read_notes(folder))[S4NN]
    assert "| **default** (another rule) | 2 |" in text
    mine = [line for line in text.splitlines() if line.startswith("| default: ")]
    assert sum("| met, by another recipe |" in line for line in mine) == 2
    assert not any("| met |" in line for line in mine)
    assert "| paper: Test accuracy, ties right | met | 97.40 | 98.00 % |" in text
    assert any(line.startswith("| paper: ") and "| met |" in line for line in text.splitlines())


def test_presets_of_a_study_say_how_they_differ(tmp_path):
    row = ROW | {"protocol": "antlr-mnist", "variant": "frugal: antlr"}
    append_row(tmp_path / "antlr-mnist.csv", row)
    claim = Claim.direction("frugal: more", [1.0, 1.1, 0.9])
    write_claims(tmp_path, "antlr-mnist", claim_table([claim]))
    (tmp_path / "notes").mkdir()
    told = {"protocol": "antlr-mnist", "variant": "frugal", "differs": "a penalty"}
    pd.DataFrame([told]).to_csv(tmp_path / "notes" / "variants.csv", index=False)
    text = render(read_ledger(tmp_path), read_claims(tmp_path), read_notes(tmp_path))[ANTLR]
    assert "Not as in the paper:\n\n- frugal: a penalty\n" in text
    assert "direction only: met, by another recipe" in text


def test_there_is_no_table_of_dashes(tmp_path):
    nothing = dict.fromkeys(
        (
            "accuracy",
            "accuracy_ties_wrong",
            "accuracy_ties_right",
            "silent_fraction",
            "decision_step",
            "spikes_to_decision",
            "label_step",
        ),
        np.nan,
    )
    append_row(tmp_path / "a.csv", ROW | {"protocol": "a"} | nothing)
    text = render(read_ledger(tmp_path))["docs/results/a.md"]
    assert "**default**" not in text
    assert "| Variant | Seed | Epochs | Time (s) |" in text
    append_row(tmp_path / "a.csv", ROW | {"protocol": "a", "variant": "half"})
    text = render(read_ledger(tmp_path))["docs/results/a.md"]
    assert "**half**" in text
    assert "**default**" not in text


def test_figures_of_the_papers_have_a_page(folder):
    (folder / "notes").mkdir()
    row = {"paper": "P", "exhibit": "Figure 1", "shows": "s", "status": "absent"}
    table = pd.DataFrame([row | {"where": "", "why": "no data"}])
    table.to_csv(folder / "notes" / "exhibits.csv", index=False)
    text = render(read_ledger(folder), notes=read_notes(folder))["docs/results/papers.md"]
    assert "0 reproduced, 0 differ, 1 absent." in text
    assert "| P | Figure 1 | s | absent | no data |" in text


def test_how_weights_were_chosen_is_told(folder):
    (folder / "notes").mkdir()
    row = {"protocol": "s4nn-mnist", "selected": "validation", "test": "once"}
    pd.DataFrame([row]).to_csv(folder / "notes" / "selection.csv", index=False)
    text = render(read_ledger(folder), notes=read_notes(folder))[S4NN]
    assert "*Chosen by*: validation\n\n*Test data*: once\n" in text


def test_a_run_names_its_commit_in_ten_letters(tmp_path):
    append_row(tmp_path / "s4nn-mnist.csv", ROW | {"commit": "0123456789abcdef" * 2, "seconds": 7})
    text = render(read_ledger(tmp_path))[S4NN]
    assert "| `0123456789` |" in text
    assert f"| {ROW['epochs']} | 7 | {ROW['date']} |" in text


def test_the_newest_measurement_of_each_comparison_is_told(tmp_path):
    (tmp_path / "benchmarks").mkdir()
    row = {"date": "2026-01-02", "commit": "a", "machine": "m", "load": 0.5, "what": "training"}
    row |= {"network": "a-b", "value": 3.0, "unit": "us", "compared_with": "by hand", "ratio": 1.5}
    rows = [row, row | {"value": 2.0, "ratio": 1.0}, row | {"what": "alone", "ratio": None}]
    rows.append(row | {"what": "steps", "value": 8.0, "unit": ""})
    pd.DataFrame(rows).to_csv(tmp_path / "benchmarks" / "a-b.csv", index=False)
    text = speed_page(read_benchmarks(tmp_path))
    assert "`python benchmarks/a_b.py`" in text
    assert "| training | a-b | 2 us | by hand | 1 | 0.5 | 2026-01-02 | m |" in text
    assert "| steps | a-b | 8 | by hand | 1.5 |" in text
    assert "3 us" not in text
    assert "alone" not in text


def test_measurements_without_their_columns_are_refused(tmp_path):
    (tmp_path / "benchmarks").mkdir()
    pd.DataFrame({"ratio": [1.0]}).to_csv(tmp_path / "benchmarks" / "a.csv", index=False)
    with pytest.raises(TableError, match=r"a\.csv"):
        read_benchmarks(tmp_path)
