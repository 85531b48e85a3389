"""Rows of a benchmark: printed as a table, kept in a CSV file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from brainsnn.records.provenance import commit, describe_machine, now


@dataclass
class Results:
    """Rows of the benchmark, printed as a table and added to a CSV file.

    Parameters
    ----------
    detail : str
        Column that says what a row was measured on.
    """

    detail: str = "weights"
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, what: str, detail: str, value: float, unit: str, reference: Any = None) -> None:
        """Add a measurement; `reference` is (name, value) of what it is compared with."""
        name, base = reference or ("", np.nan)
        row = {"what": what, self.detail: detail, "value": value, "unit": unit}
        self.rows.append({**row, "compared_with": name, "ratio": value / base})

    def print(self) -> None:
        """Print the table."""
        table = Table("what", self.detail, "value", "unit", "ratio", "to", box=None)
        for row in self.rows:
            ratio = f"{row['ratio']:.2f}" if row["ratio"] == row["ratio"] else ""
            value = f"{row['value']:,.{1 if row['value'] >= 10 else 3}f}"
            table.add_row(
                row["what"], row[self.detail], value, row["unit"], ratio, row["compared_with"]
            )
        Console(width=110).print(table)

    def append(self, path: Path) -> None:
        """Add the rows to a CSV file, with when and where they were measured."""
        origin = {
            "date": now(),
            "commit": commit() or "",
            "machine": describe_machine()["cpu"],
            "load": round(os.getloadavg()[0], 2),
        }
        frame = pd.DataFrame([{**origin, **row} for row in self.rows])
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_csv(path, mode="a", header=not path.exists(), index=False, float_format="%.6g")
