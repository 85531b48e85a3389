"""The table of what engines cannot do, for a page of the documentation.

``python -m brainsnn.engine.limits_table docs/engines.md`` brings it up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from brainsnn.engine.capabilities import LIMITS

BEGIN, END = "<!-- limits: begin -->\n", "<!-- limits: end -->"


def table() -> str:
    """Markdown table of all limits: a row a case, a column an engine that has any."""
    engines = sorted({name for limit in LIMITS for name in limit.reasons})
    rows = [[limit.case, *(limit.reasons.get(e, "yes") for e in engines)] for limit in LIMITS]
    head = ["case", *(f"`{name}`" for name in engines)]
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines) + "\n"


def insert_table(page: str) -> str:
    """Text of a page with the table between its two marks brought up to date.

    Raises
    ------
    ValueError
        If the page lacks the marks.
    """
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(insert_table(target.read_text(encoding="utf-8")), encoding="utf-8")
