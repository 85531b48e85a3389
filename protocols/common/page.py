"""The report page of an experiment: its claims as tables, its figures with captions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.claim_table import claim_table
from brainsnn.analysis.claims import judged_together
from brainsnn.analysis.figures import save
from brainsnn.analysis.report import Claim, Picture, Report, Section
from brainsnn.config import Config, to_mapping
from brainsnn.experiment.experiment import Experiment
from brainsnn.records import RunDirectory


def write_report(
    experiment: Experiment[Any],
    run: RunDirectory,
    config: Config,
    abstract: str,
    claims: Sequence[Claim],
    sections: Sequence[Section],
) -> pd.DataFrame:
    """Write the page and the table ``claims``; return what of it is shown at the end of a run.

    Verdicts on directions are corrected for how many there are.

    Parameters
    ----------
    experiment : Experiment
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
    provenance, together = run.provenance(), judged_together(claims)
    Report(
        title=experiment.title,
        abstract=abstract,
        claims=together,
        sections=tuple(sections),
        configuration=to_mapping(config),
        provenance=provenance,
        command=" ".join(map(str, provenance["command"])),
        source=experiment.citation,
    ).write(run.report)
    table = claim_table(together)
    run.write_table("claims", table)
    return table[["claim", "paper", "ours", "unit", "verdict"]]


def picture(run: RunDirectory, figure: Figure, name: str, caption: str, alt: str) -> Picture:
    """Save a figure in the run directory and give it its caption."""
    save(figure, run.figures, name)
    return Picture(figure, caption, alt)
