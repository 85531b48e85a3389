"""One protocol's page: means, claims, runs, commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from brainsnn.analysis.claims import Claim
from brainsnn.analysis.formatting import format_number
from brainsnn.analysis.paper import SOURCES
from brainsnn.analysis.results.claim_cells import claim_tables
from brainsnn.analysis.results.markdown import markdown_table
from brainsnn.analysis.results.measures import MEASURES, records, scaled, summary, summary_cells


def protocol_page(
    protocol: str, rows: pd.DataFrame, claims: Sequence[Claim], notes: Mapping[str, pd.DataFrame]
) -> str:
    """The page of one protocol, as Markdown.

    Parameters
    ----------
    protocol : str
    rows : pandas.DataFrame
        Its measured rows.
    claims : sequence of Claim
    notes : mapping of str to pandas.DataFrame
        As `brainsnn.analysis.notes.read_notes` returns them.
    """
    differs = differences(protocol, notes.get("variants"))
    shown = [name for name in MEASURES if rows[name].notna().any()]
    cited = f"Paper: {SOURCES[protocol]}.\n" if protocol in SOURCES else ""
    parts = [
        f"# {protocol}\n",
        cited,
        "What the columns and verdicts mean stands in [RESULTS.md](../../RESULTS.md).\n",
        _choices(protocol, notes.get("selection")),
        _means(rows, shown, differs),
        _presets(rows, differs),
        claim_tables(claims, {name: differs.get(name, "") for name in rows["variant"]} | differs),
        _runs(rows, shown),
    ]
    return "\n".join(part for part in parts if part)


def differences(protocol: str, table: pd.DataFrame | None) -> dict[str, str]:
    """What is not the paper's, by variant."""
    if table is None:
        return {}
    mine = table[table["protocol"] == protocol]
    return dict(zip(mine["variant"], mine["differs"], strict=True))


def _means(rows: pd.DataFrame, shown: Sequence[str], differs: Mapping[str, str]) -> str:
    """A row a variant that has a measure; empty if there is none."""
    measured = summary(rows).dropna(subset=list(shown), how="all") if shown else summary(rows)[:0]
    if measured.empty:
        return ""
    head = ["Variant", "Seeds", *(MEASURES[name][0] for name in shown)]
    lines = []
    for row in records(measured):
        told = f" ({differs[row['variant']]})" if differs.get(row["variant"]) else ""
        lines.append([f"**{row['variant']}**{told}", *summary_cells(row, shown)])
    return markdown_table(head, lines)


def _choices(protocol: str, table: pd.DataFrame | None) -> str:
    """By what weights and settings were chosen, and what is done with test data."""
    mine = [] if table is None else records(table[table["protocol"] == protocol])
    return "".join(
        f"*Chosen by*: {row['selected']}\n\n*Test data*: {row['test']}\n" for row in mine
    )


def _presets(rows: pd.DataFrame, differs: Mapping[str, str]) -> str:
    """How presets of several conditions differ from the paper; variants say it in their rows."""
    others = {name: told for name, told in differs.items() if name not in set(rows["variant"])}
    told = "\n".join(f"- {name}: {text}" for name, text in others.items() if text)
    return f"Not as in the paper:\n\n{told}\n" if told else ""


def _runs(rows: pd.DataFrame, shown: Sequence[str]) -> str:
    """A line a run, then its exact commands."""
    names = ["Variant", "Seed", *(MEASURES[name][0] for name in shown)]
    head = [*names, "Epochs", "Time (s)", "Date", "Commit", "Machine"]
    lines = []
    for row in records(rows):
        measured = [scaled(row[name], name) for name in shown]
        effort = [str(row["epochs"]), format_number(row["seconds"], 0)]
        origin = [row["date"], f"`{str(row['commit'])[:10]}`", row["machine"]]
        lines.append([row["variant"], str(row["seed"]), *measured, *effort, *origin])
    commands = dict.fromkeys(str(command) for command in rows["command"])
    table = markdown_table(head, lines)
    return "\n".join(["## Runs", "", table, "## Commands", "", "```sh", *commands, "```", ""])
