"""All pages of results, as text by path."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from brainsnn.analysis.claim_table import claims_of_table
from brainsnn.analysis.notes import STATUS
from brainsnn.analysis.paper import claims_of_rows
from brainsnn.analysis.results.measures import records
from brainsnn.analysis.results.protocol_page import differences, protocol_page
from brainsnn.analysis.results.speed_page import speed_page
from brainsnn.analysis.results.summary_page import PAGES, Result, exhibits_page, summary_page


def render(
    rows: pd.DataFrame,
    claims: Mapping[str, pd.DataFrame] | None = None,
    notes: Mapping[str, pd.DataFrame] | None = None,
    benchmarks: Mapping[str, pd.DataFrame] | None = None,
) -> dict[str, str]:
    """The pages as Markdown.

    Parameters
    ----------
    rows : pandas.DataFrame
        Measured rows, as `brainsnn.analysis.ledger.read_ledger` returns them.
    claims : mapping of str to pandas.DataFrame, optional
        Claims of experiments, as `brainsnn.analysis.claim_table.read_claims` returns them; those of
        other protocols follow from their rows.
    notes : mapping of str to pandas.DataFrame, optional
        As `brainsnn.analysis.notes.read_notes` returns them.
    benchmarks : mapping of str to pandas.DataFrame, optional
        As `brainsnn.analysis.results.speed_page.read_benchmarks` returns them.

    Returns
    -------
    dict of str to str
        Text by path, ``RESULTS.md`` first; the same rows give the same text.
    """
    notes = notes or {}
    results = _results(rows, claims or {}, notes)
    pages = {"RESULTS.md": summary_page(results)}
    for result in results:
        pages[f"{PAGES}/{result.protocol}.md"] = protocol_page(
            result.protocol, result.rows, result.claims, notes
        )
    exhibits = notes.get("exhibits")
    if exhibits is not None and len(exhibits):
        pages[f"{PAGES}/papers.md"] = exhibits_page(exhibits, STATUS)
    if benchmarks:
        pages[f"{PAGES}/speed.md"] = speed_page(benchmarks)
    return pages


def _results(
    rows: pd.DataFrame, claims: Mapping[str, pd.DataFrame], notes: Mapping[str, pd.DataFrame]
) -> list[Result]:
    """What is known of each protocol that has rows."""
    systems = notes.get("systems")
    named = {} if systems is None else {row["protocol"]: row for row in records(systems)}
    found = []
    for protocol, group in rows.groupby("protocol", sort=True):
        name = str(protocol)
        table = claims.get(name)
        mine = claims_of_rows(name, group) if table is None else claims_of_table(table)
        told = named.get(name, {"system": "", "headline": ""})
        differs = differences(name, notes.get("variants"))
        found.append(Result(name, group, mine, differs, told["system"], told["headline"]))
    return found
