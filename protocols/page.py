"""The report page of a protocol or study: its claims as tables, its figures with captions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures import save
from analysis.report import Claim, Picture, Report, Section
from brainsnn.config import Config, to_mapping
from brainsnn.protocol import Protocol
from brainsnn.records import RunDirectory
from brainsnn.study import Study


def write_report(
    work: Protocol[Any] | Study[Any],
    run: RunDirectory,
    config: Config,
    abstract: str,
    claims: Sequence[Claim],
    sections: Sequence[Section],
) -> pd.DataFrame:
    """Write the page; return the claims as a table.

    Parameters
    ----------
    work : Protocol or Study
        Gives title and citation.
    run : RunDirectory
        Where to, and how it came about.
    config : Config
        Its settings.
    abstract : str
        One paragraph: what was run, with what result.
    claims, sections
        What follows it.
    """
    provenance = run.provenance()
    Report(
        title=work.title,
        abstract=abstract,
        claims=tuple(claims),
        sections=tuple(sections),
        configuration=to_mapping(config),
        provenance=provenance,
        command=" ".join(map(str, provenance["command"])),
        source=work.citation,
    ).write(run.report)
    return claims_table(claims)


def claims_table(claims: Sequence[Claim]) -> pd.DataFrame:
    """Return claims as a table: claim, paper, ours, unit, verdict."""
    return pd.DataFrame(
        [
            {
                "claim": claim.text,
                "paper": claim.paper,
                "ours": claim.ours,
                "unit": claim.unit,
                "verdict": claim.verdict,
            }
            for claim in claims
        ]
    )


def claims_with_notes(claims: Sequence[Claim]) -> pd.DataFrame:
    """Return claims as a table to keep, with spread and note."""
    spread = pd.Series([claim.spread for claim in claims], dtype=float)
    kept = claims_table(claims).assign(spread=spread, note=[claim.note for claim in claims])
    return kept.astype({"paper": float, "ours": float})


def picture(run: RunDirectory, figure: Figure, name: str, caption: str, alt: str) -> Picture:
    """Save a figure in the run directory and give it its caption."""
    save(figure, run.figures, name)
    return Picture(figure, caption, alt)
