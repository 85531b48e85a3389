"""What was timed, beside what it was compared with, from ``results/benchmarks``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from brainsnn.analysis.formatting import format_number
from brainsnn.analysis.results.markdown import markdown_table
from brainsnn.analysis.results.measures import records
from brainsnn.analysis.tables import TableError, require

_KNOWN = ("date", "commit", "machine", "load", "what", "value", "unit", "compared_with", "ratio")

_INTRODUCTION = """\
# Speed

The newest measurement of each thing that was compared with another, made by the command over its
table, on the machine and at the load (processes waiting) given. *Ratio*: the value as a multiple of
that of what it is compared with.
"""


def read_benchmarks(folder: Path) -> dict[str, pd.DataFrame]:
    """Rows of each file that has some, by its name; the column after ``what`` names the subject.

    Raises
    ------
    TableError
        If a file cannot be read, or lacks a column.
    """
    found = {}
    for path in sorted((folder / "benchmarks").glob("*.csv")):
        try:
            table = pd.read_csv(path, keep_default_na=False, na_values=[""])
        except ValueError as error:
            raise TableError(f"{path} cannot be read as measurements: {error}") from error
        if "ratio" not in table:
            continue
        require(table, _KNOWN, str(path))
        subject = next(iter([c for c in table.columns if c not in _KNOWN]), "what")
        table = table.dropna(subset=["ratio"]).rename(columns={subject: "subject"})
        table["unit"] = table["unit"].astype(object).fillna("")
        if len(table):
            found[path.stem] = table
    return found


def speed_page(benchmarks: Mapping[str, pd.DataFrame]) -> str:
    """The page as Markdown: a table a benchmark.

    Parameters
    ----------
    benchmarks : mapping of str to pandas.DataFrame
        As `read_benchmarks` returns them.
    """
    parts = [_INTRODUCTION]
    head = ["What", "Of", "Value", "Compared with", "Ratio", "Load", "Date", "Machine"]
    for name, table in benchmarks.items():
        newest = table.groupby(["what", "subject", "compared_with"], sort=False, dropna=False).tail(
            1
        )
        rows = [
            [
                row["what"],
                "" if pd.isna(row["subject"]) else str(row["subject"]),
                f"{row['value']:.4g} {row['unit']}".rstrip(),
                row["compared_with"],
                f"{row['ratio']:.3g}" if row["ratio"] < 100 else format_number(row["ratio"], 0),
                format_number(row["load"], 1),
                str(row["date"])[:10],
                row["machine"],
            ]
            for row in records(newest)
        ]
        command = f"python benchmarks/{name.replace('-', '_')}.py"
        parts += [f"## {name}\n", f"`{command}`\n", markdown_table(head, rows, texts=2)]
    return "\n".join(parts)
