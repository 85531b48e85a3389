"""``RESULTS.md`` from the measured rows in ``results/``.

Run ``python -m brainsnn.analysis.results`` to write the page, and with ``--check`` to fail when it
is stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from brainsnn.analysis.claim_table import claims_of_table, read_claims
from brainsnn.analysis.claims import Claim
from brainsnn.analysis.files import replace_file
from brainsnn.analysis.formatting import MISSING, format_number
from brainsnn.analysis.ledger import read_ledger
from brainsnn.analysis.notes import STATUS, read_notes
from brainsnn.analysis.paper import PAPER, SOURCES, claims_of_rows
from brainsnn.analysis.tables import TableError

_HEADINGS = {
    "accuracy": ("Accuracy (%)", 100.0, 2),
    "accuracy_ties_wrong": ("Ties wrong (%)", 100.0, 2),
    "accuracy_ties_right": ("Ties right (%)", 100.0, 2),
    "silent_fraction": ("Silent (%)", 100.0, 2),
    "decision_step": ("Decision step", 1.0, 1),
    "label_step": ("Label's step", 1.0, 1),
    "spikes_to_decision": ("Spikes to decision", 1.0, 1),
}

_INTRODUCTION = """\
# Results

Every number here was measured by a command that stands below it, on test data that were read after
training and every choice had ended, unless the protocol says otherwise under *Chosen by* and *Test
data*. Entries are the mean over seeds ± the standard deviation. This page is generated from
`results/` by `python -m brainsnn.analysis.results`.

*Accuracy*: the output that fires first decides, a tie goes to the larger potential, and one that
remains is wrong. *Ties wrong*: any tie for first is wrong. *Ties right*: a tie that includes the
label is right. *Silent*: trials in which no output fired. *Decision step*: mean step of the first
output spike. *Label's step*: mean step of the first spike of the label's own output. *Spikes to
decision*: mean number of spikes in the whole network, inputs included, up to the decision. Where
counts decide (`count-...`, and variants by `rate`), it is the output with most spikes, at the
trial's last step.

*Verdicts*: a number is met if ours is as good as the one that the paper prints. Where a paper says
only which of two is larger, the verdict says *direction only* and is met if the 95 % interval of
our difference over seeds lies on that side, corrected by Holm for all directions of the table;
otherwise it is open. What this project asks of itself stands under *Our aim* and has no verdict.
*By another recipe*: the network, code, rule or data are not the paper's, as the variant's row says.
"""


def render(
    rows: pd.DataFrame,
    claims: Mapping[str, pd.DataFrame] | None = None,
    notes: Mapping[str, pd.DataFrame] | None = None,
) -> str:
    """The page as Markdown.

    Parameters
    ----------
    rows : pandas.DataFrame
        Measured rows, as `brainsnn.analysis.ledger.read_ledger` returns them.
    claims : mapping of str to pandas.DataFrame, optional
        Claims of studies, as `brainsnn.analysis.claim_table.read_claims` returns them; those of
        other protocols follow from their rows.
    notes : mapping of str to pandas.DataFrame, optional
        As `brainsnn.analysis.notes.read_notes` returns them.

    Returns
    -------
    str
        The same rows give the same text.
    """
    parts, notes = [_INTRODUCTION], notes or {}
    for protocol, group in rows.groupby("protocol", sort=True):
        name = str(protocol)
        table = (claims or {}).get(name)
        found = claims_of_rows(name, group) if table is None else claims_of_table(table)
        parts.append(_protocol(name, group, found, notes))
    if rows.empty:
        parts.append("No run has been measured yet.\n")
    if len(notes.get("exhibits", ())):
        parts.append(_exhibits(notes["exhibits"]))
    return "\n".join(parts)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation over seeds of every measure, for each protocol and variant.

    Returns
    -------
    pandas.DataFrame
        Columns protocol, variant, seeds, seconds (mean), then ``<measure>`` and ``<measure>_sd``
        (NaN for one seed).
    """
    measures = [*_HEADINGS, "seconds"]
    groups = rows.groupby(["protocol", "variant"], sort=True)
    table = groups[measures].mean()
    deviations = groups[measures].std(ddof=1).add_suffix("_sd")
    return table.join(deviations).assign(seeds=groups.size()).reset_index()


def _protocol(
    protocol: str, rows: pd.DataFrame, claims: Sequence[Claim], notes: Mapping[str, pd.DataFrame]
) -> str:
    """Headline table, claims, runs and commands of one protocol."""
    differs = _differs(protocol, notes.get("variants"))
    shown = [name for name in _HEADINGS if rows[name].notna().any()]
    cited = f"Paper: {SOURCES[protocol]}.\n" if protocol in SOURCES else ""
    parts = [
        _headline(protocol, rows, shown, differs),
        cited,
        _choices(protocol, notes.get("selection")),
        _presets(rows, differs),
        _claims(claims, {name: differs.get(name, "") for name in rows["variant"]} | differs),
        _runs(rows, shown),
    ]
    return f"## {protocol}\n\n" + "\n".join(part for part in parts if part)


def _headline(
    protocol: str, rows: pd.DataFrame, shown: Sequence[str], differs: Mapping[str, str]
) -> str:
    """A row a variant that has a measure, and the paper's; empty if there is none."""
    measured = summary(rows).dropna(subset=list(shown), how="all") if shown else summary(rows)[:0]
    if measured.empty:
        return ""
    head = ["Variant", "Seeds", *(_HEADINGS[name][0] for name in shown)]
    lines = [_line(head), _rule(len(head), texts=1)]
    for row in _records(measured):
        told = f" ({differs[row['variant']]})" if differs.get(row["variant"]) else ""
        lines.append(_line([f"**{row['variant']}**{told}", *_summary_cells(row, shown)]))
    for variants in dict.fromkeys(printed.variants for printed in PAPER.get(protocol, ())):
        mine = [p for p in PAPER[protocol] if p.variants == variants]
        values = {printed.column: printed.value / printed.scale for printed in reversed(mine)}
        # An accuracy of the paper stands where its authors score it, and not a second time.
        values.pop("accuracy_ties_wrong", None)
        cells = [_scaled(values.get(name), name) for name in shown]
        lines.append(_line([", ".join(["paper", *variants]), MISSING, *cells]))
    return "\n".join([*lines, ""])


def _differs(protocol: str, table: pd.DataFrame | None) -> dict[str, str]:
    """What is not the paper's, by variant."""
    if table is None:
        return {}
    mine = table[table["protocol"] == protocol]
    return dict(zip(mine["variant"], mine["differs"], strict=True))


def _choices(protocol: str, table: pd.DataFrame | None) -> str:
    """By what weights and settings were chosen, and what is done with test data."""
    mine = [] if table is None else _records(table[table["protocol"] == protocol])
    return "".join(
        f"*Chosen by*: {row['selected']}\n\n*Test data*: {row['test']}\n" for row in mine
    )


def _presets(rows: pd.DataFrame, differs: Mapping[str, str]) -> str:
    """How presets of a study differ from the paper; variants say it in their own rows."""
    others = {name: told for name, told in differs.items() if name not in set(rows["variant"])}
    told = "\n".join(f"- {name}: {text}" for name, text in others.items() if text)
    return f"Not as in the paper:\n\n{told}\n" if told else ""


def _claims(claims: Sequence[Claim], differs: Mapping[str, str]) -> str:
    """The paper's claims beside ours; empty if there is none."""
    if not claims:
        return ""
    aims = any(claim.aim is not None for claim in claims)
    aim = ["Our aim"] if aims else []
    head = ["Claim", "Paper", *aim, "Ours", "95 % interval", "Seeds", "Verdict", "Note"]
    lines = [_line(head), _rule(len(head) - 2, texts=1) + " :-- | :-- |"]
    for claim in claims:
        ours = format_number(claim.ours, 2)
        spread = "" if claim.spread is None else f" ± {format_number(claim.spread, 2)}"
        unit = f" {claim.unit}" if claim.unit and claim.ours is not None else ""
        numbers = [format_number(claim.paper, 2), *([format_number(claim.aim, 2)] if aims else [])]
        numbers += [f"{ours}{spread}{unit}", _interval(claim), str(claim.seeds)]
        lines.append(_line([claim.text, *numbers, _verdict(claim, differs), claim.note]))
    return "\n".join(["### Claims", "", *lines, "", ""])


def _interval(claim: Claim) -> str:
    """The 95 % interval as text."""
    if claim.interval is None:
        return MISSING
    low, high = (format_number(value, 2) for value in claim.interval)
    return f"{low} to {high}"


def _verdict(claim: Claim, differs: Mapping[str, str]) -> str:
    """The verdict, and whether another recipe than the paper's earned it.

    Claims of a variant or preset begin with its name, those of a study's default with none.
    """
    name = claim.text.partition(": ")[0]
    other = differs.get(name if name in differs else "default", "")
    met = claim.verdict in ("met", "direction only: met")
    return f"{claim.verdict}, by another recipe" if met and other else claim.verdict


def _exhibits(table: pd.DataFrame) -> str:
    """For each figure and table of the papers, whether it is reproduced, and why not."""
    head = ["Paper", "Figure or table", "Shows", "Here", "Where", "Why"]
    lines = [_line(head), "|" + " :-- |" * len(head)]
    columns = ["paper", "exhibit", "shows", "status", "where", "why"]
    lines += [_line([row[name] for name in columns]) for row in _records(table)]
    counts = table["status"].value_counts()
    told = ", ".join(f"{counts.get(status, 0)} {word}" for status, word in STATUS.items())
    return "\n".join(["## The papers, figure by figure", "", f"{told}.", "", *lines, ""])


def _summary_cells(row: Mapping[str, Any], shown: Sequence[str]) -> list[str]:
    """Number of seeds, then mean ± sd of every measure."""
    cells = [f"{row['seeds']:.0f}"]
    for name in shown:
        mean, sd = _scaled(row[name], name), _scaled(row[f"{name}_sd"], name)
        cells.append(mean if sd == MISSING else f"{mean} ± {sd}")
    return cells


def _runs(rows: pd.DataFrame, shown: Sequence[str]) -> str:
    """A line a run, then its exact commands."""
    names = ["Variant", "Seed", *(_HEADINGS[name][0] for name in shown)]
    head = [*names, "Epochs", "Time (s)", "Date", "Commit", "Machine"]
    lines = ["### Runs", "", _line(head), _rule(len(head), texts=1)]
    for row in _records(rows):
        measured = [_scaled(row[name], name) for name in shown]
        effort = [str(row["epochs"]), format_number(row["seconds"], 0)]
        origin = [row["date"], f"`{str(row['commit'])[:10]}`", row["machine"]]
        lines.append(_line([row["variant"], str(row["seed"]), *measured, *effort, *origin]))
    commands = dict.fromkeys(str(command) for command in rows["command"])
    return "\n".join([*lines, "", "### Commands", "", "```sh", *commands, "```", ""])


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _scaled(value: float | None, name: str) -> str:
    """A measure in the unit of its heading."""
    _, scale, digits = _HEADINGS[name]
    return format_number(None if value is None else scale * value, digits)


def _line(cells: Iterable[object]) -> str:
    """A row of a Markdown table; a bar within a cell is escaped."""
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _rule(columns: int, texts: int) -> str:
    """The line under a heading: the first columns to the left, the others to the right."""
    return "|" + " :-- |" * texts + " --: |" * (columns - texts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check ``RESULTS.md``.

    Returns
    -------
    int
        0 if written or up to date, 1 if stale, 2 if a file of rows is damaged.
    """
    parser = argparse.ArgumentParser(
        prog="python -m brainsnn.analysis.results", description=__doc__
    )
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of CSV files")
    parser.add_argument("--out", type=Path, default=Path("RESULTS.md"), help="page to write")
    parser.add_argument("--check", action="store_true", help="only say whether the page is stale")
    options = parser.parse_args(arguments)
    try:
        rows, claims = read_ledger(options.results), read_claims(options.results)
        text = render(rows, claims, read_notes(options.results))
    except TableError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not options.check:
        replace_file(options.out, text)
        return 0
    if options.out.exists() and options.out.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{options.out} is stale: run python -m brainsnn.analysis.results.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
