"""Write the pages of results, or check that they are up to date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from brainsnn.analysis.claim_table import read_claims
from brainsnn.analysis.files import replace_file
from brainsnn.analysis.ledger import read_ledger
from brainsnn.analysis.notes import read_notes
from brainsnn.analysis.results.pages import render
from brainsnn.analysis.results.speed_page import read_benchmarks
from brainsnn.analysis.results.summary_page import PAGES
from brainsnn.analysis.tables import TableError


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check ``RESULTS.md`` and the pages that it leads to.

    Returns
    -------
    int
        0 if written or up to date, 1 if stale, 2 if a file of rows is damaged.
    """
    parser = argparse.ArgumentParser(
        prog="python -m brainsnn.analysis.results", description=__doc__
    )
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of CSV files")
    parser.add_argument("--out", type=Path, default=Path(), help="folder to write to")
    parser.add_argument("--check", action="store_true", help="only say whether a page is stale")
    options = parser.parse_args(arguments)
    try:
        rows, claims = read_ledger(options.results), read_claims(options.results)
        notes, benchmarks = read_notes(options.results), read_benchmarks(options.results)
        pages = render(rows, claims, notes, benchmarks)
    except TableError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return _check(options.out, pages) if options.check else _write(options.out, pages)


def _write(folder: Path, pages: Mapping[str, str]) -> int:
    """Write all pages, and remove those of protocols that have no rows any more."""
    (folder / PAGES).mkdir(parents=True, exist_ok=True)
    for path, text in pages.items():
        replace_file(folder / path, text)
    for left in _left_over(folder, pages):
        left.unlink()
    return 0


def _check(folder: Path, pages: Mapping[str, str]) -> int:
    """Whether the pages there are these, and no others."""
    differ = [
        folder / path
        for path, text in pages.items()
        if not (folder / path).exists() or (folder / path).read_text(encoding="utf-8") != text
    ]
    stale = [*differ, *_left_over(folder, pages)]
    for path in stale:
        sys.stderr.write(f"{path} is stale: run python -m brainsnn.analysis.results.\n")
    return int(bool(stale))


def _left_over(folder: Path, pages: Mapping[str, str]) -> list[Path]:
    there = sorted((folder / PAGES).glob("*.md"))
    return [path for path in there if f"{PAGES}/{path.name}" not in pages]


if __name__ == "__main__":
    sys.exit(main())
