"""The report page of an experiment: its claims as tables, its figures with captions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from brainsnn.analysis.claim_table import claim_table, claims_of_table
from brainsnn.analysis.claims import judged_together
from brainsnn.analysis.figures import save
from brainsnn.analysis.report import Claim, Picture, Report, Section, Table
from brainsnn.config import Config, to_mapping
from brainsnn.experiment.carry_out import PARTS
from brainsnn.experiment.experiment import Experiment, ExperimentConfig
from brainsnn.protocols.common.claims import claim_of
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


def write_report_of_seeds(
    experiment: Experiment[Any], run: RunDirectory, config: ExperimentConfig
) -> pd.DataFrame:
    """Write the page of several seeds of one network, each of which has a page of its own.

    Its claims are means over theirs.
    """
    folders = sorted((run.path / PARTS).iterdir())
    found = [claims_of_table(RunDirectory.read(folder).table("claims")) for folder in folders]
    claims = [_mean_claim(same) for same in zip(*found, strict=True)]
    abstract = (
        f"{len(folders)} networks, with the seeds {config.all_seeds[0]} to {config.all_seeds[-1]}; "
        f"the page of each is in {PARTS}."
    )
    results = run.table("results")
    accuracies = tuple(n for n in map(str, results) if "accuracy" in n or "fraction" in n)
    digits = dict.fromkeys(accuracies, 2)
    table = Table(results, "A row a network.", percent=accuracies, digits=digits)
    return write_report(experiment, run, config, abstract, claims, [Section("Seeds", "", (table,))])


def _mean_claim(claims: Sequence[Claim]) -> Claim:
    """Return what networks of several seeds say of the same."""
    first, ours = claims[0], [claim.ours for claim in claims if claim.ours is not None]
    return claim_of(
        first.text,
        first.paper,
        pd.Series(ours, dtype=float),
        first.unit,
        first.note,
        digits=2,
        higher_is_better=first.asks != "at most",
    )


def picture(run: RunDirectory, figure: Figure, name: str, caption: str, alt: str) -> Picture:
    """Save a figure in the run directory and give it its caption."""
    save(figure, run.figures, name)
    return Picture(figure, caption, alt)
