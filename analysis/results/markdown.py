"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from brainsnn.analysis.formatting import MISSING


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[object]], texts: int = 1) -> str:
    """Rows as a table; a column that says nothing is left out, and a bar in a cell is escaped.

    Parameters
    ----------
    head : sequence of str
        Names of the columns.
    rows : iterable of sequences
        As long as `head` each; `MISSING` and None are empty cells.
    texts : int, default 1
        How many of the first columns stand to the left; those of numbers stand to the right, and
        what follows the last number to the left again.
    """
    cells = [["" if cell in (None, MISSING) else str(cell) for cell in row] for row in rows]
    kept = [n for n in range(len(head)) if n == 0 or any(row[n] for row in cells)]
    sides = [" --: " if _numeric(n, cells, texts) else " :-- " for n in kept]
    lines = [_line([head[n] for n in kept]), "|" + "|".join(sides) + "|"]
    lines += [_line([row[n] for n in kept]) for row in cells]
    return "\n".join([*lines, ""])


def _numeric(column: int, cells: Sequence[Sequence[str]], texts: int) -> bool:
    """Whether what stands in a column begins with a digit, a sign or nothing."""
    return column >= texts and all(row[column][:1] in "-+\N{MINUS SIGN}0123456789" for row in cells)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
