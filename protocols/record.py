"""Add finished runs to the ledger of measured results: ``python -m protocols.record RUN...``.

Each run directory becomes one row of ``results/<protocol>.csv``, from which
``python -m analysis.results`` builds ``RESULTS.md``.
"""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import typer

from analysis.ledger import COLUMNS, append_row
from analysis.summary import summarise
from brainsnn.errors import RunDirectoryError
from brainsnn.records import RunDirectory


def row(run: RunDirectory) -> dict[str, object]:
    """Return what the ledger keeps of a finished run.

    Raises
    ------
    RunDirectoryError
        If the run has not ended.
    """
    record, metrics = run.provenance(), run.metrics()
    if not record.get("ended"):
        raise RunDirectoryError(f"{run.path}: this run has not ended; resume it first.")
    config = tomllib.loads((run.path / "config.toml").read_text(encoding="utf-8"))
    begin, end = (datetime.fromisoformat(record[key]) for key in ("started", "ended"))
    return {
        "protocol": config["protocol"],
        "variant": _variant(record["command"]),
        "seed": config["seed"],
        "command": _command(record["command"]),
        "commit": record.get("commit") or "",
        "date": f"{end:%Y-%m-%d}",
        "machine": f"{record['machine']['cpu']}, {record['machine']['cores']} cores",
        "seconds": round((end - begin).total_seconds()),
        "epochs": len(metrics),
        **{k: v for k, v in summarise(run.trials()).items() if k in COLUMNS},
    }


def _command(words: Sequence[str]) -> str:
    """Return the command line as one would type it, without where it wrote to."""
    kept = ["brainsnn", *words[1:]]
    if "--out" in kept:
        k = kept.index("--out")
        del kept[k : k + 2]
    return shlex.join(word for word in kept if word not in ("--quiet", "--json"))


def _variant(words: Sequence[str]) -> str:
    """Return the preset, or ``default``."""
    words = list(words)
    return words[words.index("--preset") + 1] if "--preset" in words else "default"


def main(paths: list[Path], results: Path = Path("results")) -> None:
    """Append a row for each run directory."""
    for path in paths:
        run = RunDirectory.read(path)
        values = row(run)
        append_row(results / f"{values['protocol']}.csv", values)


if __name__ == "__main__":
    typer.run(main)
