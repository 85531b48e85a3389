"""Protocols, runs, outcomes and data sets as text for the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from brainsnn.config import write_toml
from brainsnn.datasets import DATASETS
from brainsnn.datasets.drawn.base import Drawn
from brainsnn.experiment.experiment import open_note
from brainsnn.experiment.installed import load_protocol
from brainsnn.experiment.outcome import Outcome
from brainsnn.records import RunDirectory
from brainsnn.records.tables import DECISIONS, require
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.training.evaluation import summary

_FRACTION = re.compile(r"(^|_)(accuracy|fraction)(_|$)")
"""Names of numbers that are shown in per cent."""


def protocol(name: str) -> str:
    """Title, source, settings with their defaults, and presets of a protocol."""
    chosen = load_protocol(name)
    note = open_note(chosen, chosen.config())
    presets = [f"  {key}: {' '.join(values)}" for key, values in chosen.presets.items()]
    return "\n".join(
        [
            f"{chosen.name}: {chosen.title}",
            chosen.summary,
            f"Source: {chosen.citation}",
            "",
            "Settings (change one with --set key=value):",
            *(f"  {line}" if line else "" for line in write_toml(chosen.config()).splitlines()),
            *([f"  {note}"] if note else []),
            "",
            "Presets (--preset name):",
            *(presets or ["  none"]),
        ]
    )


def run(path: Path) -> str:
    """What a run directory holds: command, epochs, results."""
    directory = RunDirectory.read(path)
    record = directory.provenance()
    lines = [f"{path}", f"  command  {' '.join(map(str, record['command']))}"]
    lines += [f"  started  {record.get('started')}", f"  ended    {record.get('ended') or 'no'}"]
    if (path / "metrics.parquet").exists():
        metrics = directory.metrics()
        lines += ["", _table(metrics.tail(10).filter(regex="^(epoch|loss|.*accuracy|seconds)"))]
    n_results = len(directory.table("results")) if directory.has_table("results") else 0
    if n_results > 1:
        lines += ["", f"  {n_results} results in results.parquet"]
    elif (path / "trials.parquet").exists():
        trials = require(directory.trials(), path / "trials.parquet", DECISIONS)
        lines += ["", totals(summary(trials))]
    return "\n".join(lines)


def outcome(result: Outcome) -> str:
    """Result table of a run: the accuracy columns, then the claims."""
    lines = [totals(result.summary)]
    if len(result.claims):
        lines += ["", _table(result.claims)]
    if result.profile is not None:
        spent = result.profile.assign(microseconds=result.profile["seconds"] * 1e6)
        lines += ["", "A trial, by object:", _table(spent[["object", "microseconds", "share"]])]
    return "\n".join(lines)


def totals(numbers: dict[str, float]) -> str:
    """One line a number; accuracies and other fractions in per cent."""
    width = max(map(len, numbers))
    return "\n".join(
        f"{name:<{width}}  {100 * value:8.2f} %"
        if _FRACTION.search(name)
        else f"{name:<{width}}  {value:8.4g}"
        for name, value in numbers.items()
    )


def datasets() -> str:
    """Every data set: where it was found, and what it is."""
    lines = []
    for name in DATASETS:
        chosen: Any = DATASETS[name]()
        lines += [f"{name}: {place(name) or 'not found'}", *_indent(chosen.describe()), ""]
    return "\n".join(lines).rstrip()


def dataset(name: str) -> str:
    """Load and check a data set; say what is in each split."""
    chosen: Any = DATASETS[name]()
    splits = chosen.load(np.random.default_rng(0))
    lines = [f"{name}: {place(name)}", *_indent(chosen.describe())]
    for part in ("train", "validation", "test"):
        samples = getattr(splits, part)
        lines.append(f"  {part:<10} {len(samples):>6} samples ({_wanted(samples)})")
    return "\n".join(lines)


def place(name: str) -> str | None:
    """Where a data set comes from: its folder, or that it is drawn; None if it is nowhere."""
    chosen: Any = DATASETS[name]()
    if isinstance(chosen, Drawn):
        return "drawn from a seed"
    folder = chosen.find()
    return None if folder is None else str(folder)


def _wanted(samples: Any) -> str:
    """How many samples there are of each class, or what else is wanted of them."""
    if isinstance(samples, LabelledTrials) and samples.targets.kind != "classes":
        return f"targets: {samples.targets.kind}"
    names = getattr(samples, "classes", map(str, range(int(samples.labels.max()) + 1)))
    counts = enumerate(names)
    return ", ".join(f"{c} {(samples.labels == k).sum()}" for k, c in counts)


def _indent(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def _table(frame: pd.DataFrame) -> str:
    return str(frame.to_string(index=False, na_rep="-", float_format=lambda x: f"{x:.4g}"))
