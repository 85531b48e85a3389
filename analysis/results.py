"""``RESULTS.md`` from the measured rows in ``results/``.

Run ``python -m analysis.results`` to write the page, and with ``--check`` to fail when it is stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.files import replace_file
from analysis.formatting import MISSING, format_number
from analysis.ledger import read_claims, read_ledger
from analysis.paper import PAPER, SOURCES
from analysis.tables import TableError

_HEADINGS = {
    "accuracy": ("Accuracy (%)", 100.0, 2),
    "accuracy_ties_wrong": ("Ties wrong (%)", 100.0, 2),
    "accuracy_ties_right": ("Ties right (%)", 100.0, 2),
    "silent_fraction": ("Silent (%)", 100.0, 2),
    "decision_step": ("Decision step", 1.0, 1),
    "spikes_to_decision": ("Spikes to decision", 1.0, 1),
}

_INTRODUCTION = """\
# Results

Every number here was measured by a command that stands below it, on the test set, which is read
once at the end of a run; selection uses the validation split alone. Entries are the mean over seeds
± the standard deviation. This page is generated from `results/*.csv` by
`python -m analysis.results`.

*Accuracy*: the output that fires first decides, a tie goes to the larger potential, and one that
remains is wrong. *Ties wrong*: any tie for first is wrong. *Ties right*: a tie that includes the
label is right. *Silent*: trials in which no output fired. *Decision step*: mean step of the first
output spike. *Spikes to decision*: mean number of spikes in the whole network, inputs included, up
to then. Where counts decide (`count-...`, and variants by `rate`), it is the output with most
spikes, at the trial's last step.
"""


def render(rows: pd.DataFrame, claims: Mapping[str, pd.DataFrame] | None = None) -> str:
    """The page as Markdown.

    Parameters
    ----------
    rows : pandas.DataFrame
        Measured rows, as `analysis.ledger.read_ledger` returns them.
    claims : mapping of str to pandas.DataFrame, optional
        Claims of protocols, as `analysis.ledger.read_claims` returns them.

    Returns
    -------
    str
        The same rows give the same text.
    """
    parts = [_INTRODUCTION]
    for protocol, group in rows.groupby("protocol", sort=True):
        parts.append(_protocol(str(protocol), group, (claims or {}).get(str(protocol))))
    if rows.empty:
        parts.append("No run has been measured yet.\n")
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


def _protocol(protocol: str, rows: pd.DataFrame, claims: pd.DataFrame | None) -> str:
    """Headline table, claims, runs and commands of one protocol."""
    head = ["Variant", "Seeds", *(heading for heading, _, _ in _HEADINGS.values())]
    lines = [_line(head), _rule(len(head), texts=1)]
    lines += [_line([f"**{v['variant']}**", *_summary_cells(v)]) for v in _records(summary(rows))]
    for key, paper in PAPER.items():
        name, _, variant = key.partition("/")
        if name == protocol:
            cells = [_scaled(paper.get(name), name) for name in _HEADINGS]
            label = f"paper, {variant}" if variant else "paper"
            lines.append(_line([label, MISSING, *cells]))
    cited = f"\nPaper: {SOURCES[protocol]}.\n" if protocol in SOURCES else ""
    judged = "" if claims is None else _claims(claims)
    return f"## {protocol}\n\n" + "\n".join(lines) + f"\n{cited}\n" + judged + _runs(rows)


def _claims(claims: pd.DataFrame) -> str:
    """The paper's claims beside ours."""
    lines = [
        _line(["Claim", "Paper", "Ours", "Verdict", "Note"]),
        "| :-- | --: | --: | :-- | :-- |",
    ]
    for row in _records(claims):
        paper, ours, spread = (format_number(row[key], 2) for key in ("paper", "ours", "spread"))
        value = ours if spread == MISSING else f"{ours} ± {spread}"
        unit = "" if pd.isna(row["unit"]) else f" {row['unit']}"
        note = "" if pd.isna(row["note"]) else row["note"]
        lines.append(_line([row["claim"], paper, f"{value}{unit}", row["verdict"], note]))
    return "\n".join(["### Claims", "", *lines, "", ""])


def _summary_cells(row: dict[str, float]) -> list[str]:
    """Number of seeds, then mean ± sd of every measure."""
    cells = [f"{row['seeds']:.0f}"]
    for name in _HEADINGS:
        mean, sd = _scaled(row[name], name), _scaled(row[f"{name}_sd"], name)
        cells.append(mean if sd == MISSING else f"{mean} ± {sd}")
    return cells


def _runs(rows: pd.DataFrame) -> str:
    """A line a run, then its exact commands."""
    names = ["Variant", "Seed", *(heading for heading, _, _ in _HEADINGS.values())]
    head = [*names, "Epochs", "Time (s)", "Date", "Commit", "Machine"]
    lines = ["### Runs", "", _line(head), _rule(len(head), texts=1)]
    for row in _records(rows):
        measured = [_scaled(row[name], name) for name in _HEADINGS]
        effort = [str(row["epochs"]), format_number(row["seconds"], 0)]
        origin = [row["date"], f"`{str(row['commit'])[:10]}`", row["machine"]]
        lines.append(_line([row["variant"], str(row["seed"]), *measured, *effort, *origin]))
    commands = dict.fromkeys(str(command) for command in rows["command"])
    return "\n".join([*lines, "", "### Commands", "", "```sh", *commands, "```", ""])


def _records(frame: pd.DataFrame) -> list[dict[str, float]]:
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
    parser = argparse.ArgumentParser(prog="python -m analysis.results", description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of CSV files")
    parser.add_argument("--out", type=Path, default=Path("RESULTS.md"), help="page to write")
    parser.add_argument("--check", action="store_true", help="only say whether the page is stale")
    options = parser.parse_args(arguments)
    try:
        text = render(read_ledger(options.results), read_claims(options.results))
    except TableError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not options.check:
        replace_file(options.out, text)
        return 0
    if options.out.exists() and options.out.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{options.out} is stale: run python -m analysis.results.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
