from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from measured_rows import ROW

from brainsnn.analysis.ledger import COLUMNS, append_row, read_ledger, read_rows
from brainsnn.analysis.tables import TableError


def test_rows_come_back_as_they_went(tmp_path):
    path = tmp_path / "results" / "s4nn-mnist.csv"
    append_row(path, ROW)
    append_row(path, dict(reversed(ROW.items())) | {"seed": 1})
    rows = read_rows(path)
    assert list(rows.columns) == list(COLUMNS)
    assert rows.iloc[0].to_dict() == ROW
    assert rows["seed"].tolist() == [0, 1]
    assert [item.name for item in path.parent.iterdir()] == ["s4nn-mnist.csv"]


def test_text_that_looks_like_a_number_stays_text(tmp_path):
    append_row(tmp_path / "a.csv", ROW | {"commit": "0001234", "variant": "NA", "machine": ""})
    row = read_rows(tmp_path / "a.csv").iloc[0]
    assert (row["commit"], row["variant"], row["machine"]) == ("0001234", "NA", "")


def test_many_writers_lose_no_row(tmp_path):
    path = tmp_path / "a.csv"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda seed: append_row(path, ROW | {"seed": seed}), range(40)))
    assert sorted(read_rows(path)["seed"]) == list(range(40))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({k: v for k, v in ROW.items() if k != "seed"}, "missing: seed; unknown: none"),
        (ROW | {"score": 1}, "missing: none; unknown: score"),
        (ROW | {"epochs": float("nan")}, "epochs is a whole number, not nan"),
        (ROW | {"seed": 1.5}, "seed is a whole number, not 1.5"),
    ],
)
def test_incomplete_rows_are_refused(row, message, tmp_path):
    with pytest.raises(TableError, match=message):
        append_row(tmp_path / "a.csv", row)
    assert not (tmp_path / "a.csv").exists()


def test_a_ledger_is_sorted(tmp_path):
    append_row(tmp_path / "b.csv", ROW | {"protocol": "b", "seed": 2})
    append_row(tmp_path / "b.csv", ROW | {"protocol": "b", "seed": 1})
    append_row(tmp_path / "a.csv", ROW | {"protocol": "z"})
    rows = read_ledger(tmp_path)
    assert rows[["protocol", "seed"]].to_numpy().tolist() == [["b", 1], ["b", 2], ["z", 0]]


def test_rows_of_before_a_column_was_added_have_no_value_there(tmp_path):
    path = tmp_path / "a.csv"
    append_row(path, ROW)
    table = pd.read_csv(path, dtype=str)
    table.drop(columns="label_step").to_csv(path, index=False, lineterminator="\n")
    assert read_rows(path)["label_step"].isna().all()
    append_row(path, ROW | {"seed": 1})
    rows = read_rows(path)
    assert rows["label_step"].isna().tolist() == [True, False]
    assert rows["command"].tolist() == [ROW["command"]] * 2
    assert path.read_text(encoding="utf-8").count("label_step") == 1


def test_an_empty_ledger_has_its_columns(tmp_path):
    assert list(read_ledger(tmp_path).columns) == list(COLUMNS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("protocol,seed\na,0\n", "lacks the column"),
        (",".join(COLUMNS) + "\na,b,one" + ",1" * 13 + "\n", "cannot be read"),
        ("", "cannot be read"),
        (
            ",".join(COLUMNS) + "\n" + ",".join("1" if c == "seed" else "" for c in COLUMNS) + "\n",
            "the column epochs must hold a whole number",
        ),
    ],
)
def test_damaged_files_are_named(text, message, tmp_path):
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=f"bad.csv.*{message}"):
        read_ledger(tmp_path)
