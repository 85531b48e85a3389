"""Claims as cells of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from brainsnn.analysis.claims import Claim
from brainsnn.analysis.formatting import MISSING, format_number
from brainsnn.analysis.results.markdown import markdown_table

DIGITS = 2
"""Digits after the point."""


def claim_tables(claims: Sequence[Claim], differs: Mapping[str, str]) -> str:
    """What is judged, as one table, and what else was measured, as another; empty without claims.

    Parameters
    ----------
    claims : sequence of Claim
    differs : mapping of str to str
        What is not the paper's, by variant.
    """
    judged = [c for c in claims if c.verdict != "no comparison"]
    others = [c for c in claims if c.verdict == "no comparison"]
    parts = []
    if judged:
        head = ["Claim", "Verdict", "Paper", "Our aim", "Ours", "95 % interval", "Seeds", "Note"]
        rows = [[c.text, verdict(c, differs), *_cells(c)] for c in judged]
        parts += ["## Claims\n", markdown_table(head, rows, texts=2)]
    if others:
        head = ["Measured", "Paper", "Our aim", "Ours", "95 % interval", "Seeds", "Note"]
        rows = [[c.text, *_cells(c)] for c in others]
        parts += ["## Also measured\n", markdown_table(head, rows)]
    return "\n".join(parts)


def _cells(claim: Claim) -> list[str]:
    numbers = [number(claim.paper), number(claim.aim), ours(claim), interval(claim)]
    return [*numbers, str(claim.seeds), claim.note]


def number(value: float | None) -> str:
    """A number of a claim."""
    return format_number(value, DIGITS)


def ours(claim: Claim) -> str:
    """Our value with spread and unit."""
    if claim.ours is None:
        return MISSING
    spread = "" if claim.spread is None else f" ± {number(claim.spread)}"
    return f"{number(claim.ours)}{spread} {claim.unit}".rstrip()


def interval(claim: Claim) -> str:
    """The 95 % interval as text."""
    if claim.interval is None:
        return MISSING
    low, high = (number(value) for value in claim.interval)
    return f"{low} to {high}"


def verdict(claim: Claim, differs: Mapping[str, str]) -> str:
    """The verdict, and whether another recipe than the paper's earned it.

    Claims of a variant or preset begin with its name, those of a study's default with none.
    """
    name = claim.text.partition(": ")[0]
    other = differs.get(name if name in differs else "default", "")
    met = claim.verdict in ("met", "direction only: met")
    return f"{claim.verdict}, by another recipe" if met and other else claim.verdict
