"""Add finished runs to the measured results: ``python -m brainsnn.protocols.record RUN...``.

Each run directory becomes one row of ``results/<protocol>.csv``, one of several conditions or seeds
a row each; ``python -m brainsnn.analysis.results`` builds ``RESULTS.md`` from them. Claims of
conditions go along, and are judged together with those that are there. Where the rows go into a
repository, a run of a program that is not in its history is refused: nobody could repeat it.
"""

from __future__ import annotations

import shlex
import subprocess
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import typer

from brainsnn.analysis.claim_table import CLAIMS, write_claims
from brainsnn.analysis.latency import label_steps
from brainsnn.analysis.ledger import COLUMNS, NUMBERS, append_row
from brainsnn.analysis.paper import OTHER_DATA
from brainsnn.analysis.summary import summarise
from brainsnn.analysis.tables import require
from brainsnn.errors import RunDirectoryError
from brainsnn.experiment.carry_out import PARTS
from brainsnn.records import RunDirectory

#: Columns of the ledger that an experiment's own table holds.
_STUDY = ("seed", *NUMBERS)


def rows(run: RunDirectory) -> list[dict[str, object]]:
    """Return what the ledger keeps of a finished run: a row, or one a condition, decoder and seed.

    Raises
    ------
    RunDirectoryError
        If the run has not ended.
    """
    if (run.path / PARTS).is_dir() and not _of_conditions(run):
        parts = [RunDirectory.read(path) for path in sorted((run.path / PARTS).iterdir())]
        return [row for part in parts for row in rows(part)]
    record = run.provenance()
    if not record.get("ended"):
        raise RunDirectoryError(f"{run.path}: this run has not ended; resume it first.")
    config = _settings(run)
    begin, end = (datetime.fromisoformat(record[key]) for key in ("started", "ended"))
    common = {
        "protocol": config["protocol"],
        "command": _command(record["command"]),
        "commit": record.get("commit") or "",
        "date": f"{end:%Y-%m-%d}",
        "machine": f"{record['machine']['cpu']}, {record['machine']['cores']} cores",
    }
    if _of_conditions(run):
        preset = _of_preset(run)
        found = _of_study(run.table("results"))
        return [{**common, **row, "variant": f"{preset}{row['variant']}"} for row in found]
    row = {
        "variant": _variant(run),
        "seed": config["seed"],
        "seconds": round((end - begin).total_seconds()),
        "epochs": _epochs(run),
        "label_step": float(label_steps(run.trials()).mean()),
        **{k: v for k, v in summarise(run.trials()).items() if k in COLUMNS},
    }
    return [{**common, **row}]


def _of_conditions(run: RunDirectory) -> bool:
    """Whether the results of a run have named conditions."""
    return run.has_table("results") and "condition" in run.table("results").columns


def _of_study(results: pd.DataFrame) -> list[dict[str, object]]:
    """Return the ledger's part of an experiment's table, a row a condition, decoder and seed.

    Where nothing is trained in epochs, there are none.
    """
    if "decoder" in results.columns:
        results = results.assign(variant=results["condition"] + ", by " + results["decoder"])
    else:
        results = results.assign(variant=results["condition"])
    results = results.assign(epochs=results["epochs"].fillna(0) if "epochs" in results else 0)
    kept = results.reindex(columns=[*(name for name in COLUMNS if name in _STUDY), "variant"])
    return [{str(k): v for k, v in row.items()} for row in kept.to_dict("records")]


def _epochs(run: RunDirectory) -> int:
    """Return the epochs of a run, those with short trials before among them."""
    return len(run.metrics()) + (len(run.table("short")) if run.has_table("short") else 0)


def claims_of(run: RunDirectory) -> pd.DataFrame | None:
    """Return an experiment's claims; those of runs of one network follow from their rows."""
    if not _of_conditions(run):
        return None
    preset, claims = _of_preset(run), run.table("claims")
    return claims.assign(claim=preset + claims["claim"])


def check_history(run: RunDirectory, results: Path) -> None:
    """Refuse a run whose program is not in the history of the repository that `results` is in.

    Raises
    ------
    RunDirectoryError
        Unless `results` is in no repository.
    """
    folder = next(path for path in (results, *results.resolve().parents) if path.is_dir())
    if not _git(folder, "rev-parse", "HEAD"):
        return
    commit = run.provenance().get("commit") or ""
    if not commit or not _git(folder, "merge-base", "--is-ancestor", commit, "HEAD"):
        raise RunDirectoryError(
            f"{run.path}: its program, commit {commit or 'unknown'}, is not in the history of the "
            f"repository that {results} is in, so that nobody could repeat the run; run it again "
            "from a commit that is."
        )


def _git(folder: Path, *words: str) -> bool:
    """Whether git succeeds."""
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _command(words: Sequence[str]) -> str:
    """Return the command line as one would type it, without where it wrote to."""
    kept = ["brainsnn", *words[1:]]
    if "--out" in kept:
        k = kept.index("--out")
        del kept[k : k + 2]
    return shlex.join(word for word in kept if word not in ("--quiet", "--json"))


def _variant(run: RunDirectory) -> str:
    """Return the preset, or ``default``; with the data set, if it is another than MNIST."""
    words = list(run.provenance()["command"])
    preset = words[words.index("--preset") + 1] if "--preset" in words else "default"
    data = _settings(run).get("data")
    name = data.get("name", "mnist") if isinstance(data, dict) else "mnist"
    return preset if name == "mnist" else f"{preset}{OTHER_DATA}{name}"


def _of_preset(run: RunDirectory) -> str:
    """Return what an experiment's conditions and claims begin with under a preset."""
    variant = _variant(run)
    return "" if variant == "default" else f"{variant}: "


def _settings(run: RunDirectory) -> dict[str, Any]:
    return tomllib.loads((run.path / "config.toml").read_text(encoding="utf-8"))


def main(paths: list[Path], results: Path = Path("results")) -> None:
    """Append rows for each run directory, and its claims."""
    for path in paths:
        run = RunDirectory.read(path)
        check_history(run, results)
        found, claims = rows(run), claims_of(run)
        if claims is not None:
            require(claims, CLAIMS, f"claims of {path}")  # before anything is written
        for values in found:
            append_row(results / f"{values['protocol']}.csv", values)
        if claims is not None:
            write_claims(results, str(found[0]["protocol"]), claims)


if __name__ == "__main__":
    typer.run(main)
