"""``RESULTS.md``: one table, a line a protocol, that leads to each one's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from brainsnn.analysis.claims import Claim
from brainsnn.analysis.formatting import MISSING
from brainsnn.analysis.results.claim_cells import interval, number, ours, verdict
from brainsnn.analysis.results.markdown import markdown_table
from brainsnn.analysis.results.measures import records

PAGES = "docs/results"
"""Folder of the pages, seen from ``RESULTS.md``."""

_INTRODUCTION = f"""\
# Results

Every number was measured by a command, on test data that were read after training and every choice
had ended, unless a protocol's page says otherwise. A page a protocol has all claims, runs and
commands; [the papers, figure by figure]({PAGES}/papers.md) says what of each is reproduced, and
[speed]({PAGES}/speed.md) how fast it is. All of it is made from `results/` by
`python -m brainsnn.analysis.results`.
"""

_WORDS = """\
## What the words mean

*Ours*: mean over seeds ± standard deviation, and the 95 % interval of the mean; a
share's ends at 0 and 100 %. *Judged*: how many of the protocol's claims that can be judged are met.

*Verdicts*: a number is met if ours is as good as the one that the paper prints. Where a paper says
only which of two is larger, the verdict says *direction only* and is met if the 95 % interval of
our difference over seeds lies on that side, corrected by Holm for all directions of the table;
otherwise it is open. What this project asks of itself stands under *Our aim* and has no verdict.
*By another recipe*: the network, code, rule or data are not the paper's, as the variant's row says.

*Accuracy*: the output that fires first decides, a tie goes to the larger potential, and one that
remains is wrong. *Ties wrong*: any tie for first is wrong. *Ties right*: a tie that includes the
label is right. *Silent*: trials in which no output fired. *Decision step*: mean step of the first
output spike. *Label's step*: mean step of the first spike of the label's own output. *Spikes to
decision*: mean number of spikes in the whole network, inputs included, up to the decision. Where
counts decide (`count-...`, and variants by `rate`), it is the output with most spikes, at the
trial's last step.
"""


@dataclass(frozen=True)
class Result:
    """What is known of one protocol.

    Parameters
    ----------
    protocol : str
    rows : pandas.DataFrame
        Its measured rows.
    claims : sequence of Claim
    differs : mapping of str to str
        What is not the paper's, by variant.
    system, headline : str, default ""
        Its name for people, and the text of the claim that stands for it; without one, the first
        that is judged.
    """

    protocol: str
    rows: pd.DataFrame
    claims: Sequence[Claim]
    differs: Mapping[str, str]
    system: str = ""
    headline: str = ""

    @property
    def claim(self) -> Claim | None:
        """The claim that stands for the protocol; None if it has none."""
        named = [c for c in self.claims if c.text == self.headline]
        judged = [c for c in self.claims if c.verdict != "no comparison"]
        return next(iter([*named, *judged, *self.claims]), None)

    @property
    def judged(self) -> str:
        """How many claims are met, of those that are judged."""
        verdicts = [c.verdict for c in self.claims if c.verdict != "no comparison"]
        met = sum(v in ("met", "direction only: met") for v in verdicts)
        return f"{met} of {len(verdicts)}" if verdicts else MISSING


def summary_page(results: Sequence[Result]) -> str:
    """The summary as Markdown.

    Parameters
    ----------
    results : sequence of Result
        One a protocol.
    """
    if not results:
        return f"{_INTRODUCTION}\nNo run has been measured yet.\n"
    head = ["Protocol", "System", "What is claimed", "Verdict", "Paper", "Ours", "95 % interval"]
    table = markdown_table([*head, "Judged", "Command"], map(_row, results), texts=4)
    return "\n".join([_INTRODUCTION, table, _WORDS])


def exhibits_page(table: pd.DataFrame, status: Mapping[str, str]) -> str:
    """For each figure and table of the papers, whether it is reproduced, and why not."""
    head = ["Paper", "Figure or table", "Shows", "Here", "Where", "Why"]
    columns = ["paper", "exhibit", "shows", "status", "where", "why"]
    rows = [[row[name] for name in columns] for row in records(table)]
    counts = table["status"].value_counts()
    told = ", ".join(f"{counts.get(name, 0)} {word}" for name, word in status.items())
    title = "# The papers, figure by figure"
    return "\n".join([title, "", f"{told}.", "", markdown_table(head, rows, texts=len(head))])


def _row(result: Result) -> list[str]:
    claim = result.claim
    said = [MISSING] * 5
    if claim is not None:
        recipe = {name: result.differs.get(name, "") for name in result.rows["variant"]}
        whose = recipe | dict(result.differs)
        said = [claim.text, verdict(claim, whose), number(claim.paper), ours(claim)]
        said.append(interval(claim))
    command = f"`{result.rows['command'].iloc[0]}`"
    page = f"[{result.protocol}]({PAGES}/{result.protocol}.md)"
    return [page, result.system, *said, result.judged, command]
