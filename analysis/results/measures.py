"""Measures of runs: their names, units and means over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from brainsnn.analysis.formatting import MISSING, format_number

MEASURES = {
    "accuracy": ("Accuracy (%)", 100.0, 2),
    "accuracy_ties_wrong": ("Ties wrong (%)", 100.0, 2),
    "accuracy_ties_right": ("Ties right (%)", 100.0, 2),
    "silent_fraction": ("Silent (%)", 100.0, 2),
    "decision_step": ("Decision step", 1.0, 1),
    "label_step": ("Label's step", 1.0, 1),
    "spikes_to_decision": ("Spikes to decision", 1.0, 1),
}
"""Columns of measured rows: heading, factor to its unit, digits."""


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation over seeds of every measure, for each protocol and variant.

    Returns
    -------
    pandas.DataFrame
        Columns protocol, variant, seeds, seconds (mean), then ``<measure>`` and ``<measure>_sd``
        (NaN for one seed).
    """
    measures = [*MEASURES, "seconds"]
    groups = rows.groupby(["protocol", "variant"], sort=True)
    table = groups[measures].mean()
    deviations = groups[measures].std(ddof=1).add_suffix("_sd")
    return table.join(deviations).assign(seeds=groups.size()).reset_index()


def scaled(value: float | None, name: str) -> str:
    """A measure in the unit of its heading."""
    _, scale, digits = MEASURES[name]
    return format_number(None if value is None else scale * value, digits)


def summary_cells(row: Mapping[str, Any], shown: Sequence[str]) -> list[str]:
    """Number of seeds, then mean ± sd of every measure."""
    cells = [f"{row['seeds']:.0f}"]
    for name in shown:
        mean, sd = scaled(row[name], name), scaled(row[f"{name}_sd"], name)
        cells.append(mean if sd == MISSING else f"{mean} ± {sd}")
    return cells


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
