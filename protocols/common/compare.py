"""Runs side by side: ``brainsnn compare RUN RUN ...``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from brainsnn.analysis.codes.agreement import agreement
from brainsnn.analysis.codes.decisions import accuracy_against_time, decision_times
from brainsnn.analysis.codes.paired import paired_tests
from brainsnn.analysis.figures import plot_curves, plot_pareto, save
from brainsnn.analysis.report import Picture, Report, Section, Table
from brainsnn.analysis.summary import summarise
from brainsnn.analysis.tables import TableError
from brainsnn.errors import RunDirectoryError
from brainsnn.records import RunDirectory

_PERCENT = ("accuracy", "accuracy_ties_wrong", "accuracy_ties_right", "silent_fraction")
_NEEDED = ("trial", "label", "decision", "decision_step", "tie", "silent", "candidate")


def read_trials(paths: Sequence[Path]) -> pd.DataFrame:
    """Trials tables of runs, one below the other, with the columns `code` and `seed`.

    A run of many networks gives a code a condition and decoder; else a run is a code, and its name
    is that of its directory.

    Raises
    ------
    RunDirectoryError
        If there is one code only, a directory is no run or is given twice, or its trials table
        lacks columns or has values that cannot be.
    """
    parts = []
    for path, own in zip(paths, _names(paths), strict=True):
        run = RunDirectory.read(path)
        trials = run.trials()
        missing = [name for name in _NEEDED if name not in trials.columns]
        if missing:
            raise RunDirectoryError(f"{path}: its trials table lacks {', '.join(missing)}.")
        names = [name for name in ("condition", "decoder") if name in trials.columns]
        code = trials[names].astype(str).agg(", ".join, axis=1) if names else ""
        label = f"{own}: " if names else own
        seed = trials["seed"] if "seed" in trials.columns else run.provenance().get("seed", 0)
        parts.append(trials.assign(code=label + code, seed=seed))
    together = pd.concat(parts, ignore_index=True)
    if together["code"].nunique() < 2:
        raise RunDirectoryError(
            "There is one code only: give two runs or more, of different names."
        )
    return together


def _names(paths: Sequence[Path]) -> list[str]:
    """A name for each run: its directory's, with as many of those above as tell all apart.

    Raises
    ------
    RunDirectoryError
        If a directory is given twice.
    """
    resolved = [path.resolve() for path in paths]
    twice = {path for path in resolved if resolved.count(path) > 1}
    if twice:
        raise RunDirectoryError(f"{sorted(twice)[0]}: the same run directory is given twice.")
    depth = 1
    while len({path.parts[-depth:] for path in resolved}) < len(resolved):
        depth += 1
    names = ["/".join(path.parts[-depth:]) for path in resolved]
    return [name.encode("utf-8", "replace").decode() for name in names]


def compare(paths: Sequence[Path], out: Path) -> Path:
    """Write the comparison of runs as a page with figures.

    Parameters
    ----------
    paths : sequence of Path
        Run directories.
    out : Path
        Folder to write to.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    RunDirectoryError
        As `read_trials`, or if the tables hold what cannot be compared.
    """
    trials = read_trials(paths)
    names = ", ".join(str(path) for path in paths)
    try:
        rows = [
            {"code": code, "seed": seed, **summarise(part)}
            for (code, seed), part in trials.groupby(["code", "seed"])
        ]
        results = pd.DataFrame(rows)
        sections = (_accuracy(results, trials, out), _trial_by_trial(trials))
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise RunDirectoryError(f"{names}: The runs cannot be compared: {error}") from error
    return Report(
        title="Codes side by side",
        abstract=f"{results['code'].nunique()} codes from {len(paths)} runs: {names}.",
        claims=(),
        sections=sections,
        configuration={},
        provenance={},
        command=f"brainsnn compare {' '.join(str(path) for path in paths)}",
    ).write(out / "report.html")


def _accuracy(results: pd.DataFrame, trials: pd.DataFrame, out: Path) -> Section:
    """Accuracy, time and cost."""
    n_steps = int(trials["decision_step"].max())
    steps = accuracy_against_time(trials, n_steps)
    items: list[Picture | Table] = [
        Table(results, "Every code and seed.", percent=_PERCENT, digits=dict.fromkeys(_PERCENT, 2))
    ]
    figures = {"time": plot_curves(steps, "step", "accuracy", "Step", code="code")}
    for cost in ("spikes_to_decision", "synaptic_operations"):
        if cost in results.columns:
            label = cost.replace("_", " ").capitalize()
            figures[cost] = plot_pareto(results, cost, "accuracy", label, code="code")
    for name, figure in figures.items():
        save(figure, out / "figures", name)
        items.append(Picture(figure, f"Accuracy against {name.replace('_', ' ')}.", "See above."))
    items.append(Table(decision_times(trials), "Steps of decisions."))
    return Section("Accuracy, time and cost", "", tuple(items))


def _trial_by_trial(trials: pd.DataFrame) -> Section:
    """Agreement and paired tests, where the runs have trials in common."""
    keys = ("seed", "trial") if _common(trials, ("seed", "trial")) else ("trial",)
    try:
        same = agreement(trials, "code", keys)
        tests = paired_tests(trials, "code", keys)
    except TableError as error:
        return Section("Trial by trial", f"Not possible: {error}")
    digits = dict.fromkeys((*same.columns, *tests.columns), 4)
    return Section(
        "Trial by trial",
        "McNemar's test is made seed by seed and combined, Wilcoxon's over seeds; p values are "
        "corrected by Holm for the number of pairs. Trials of the same number are taken for the "
        "same: their labels are, but whether the runs were tested on the same data only their "
        "configurations say.",
        (Table(same, "Agreement.", digits=digits), Table(tests, "Paired tests.", digits=digits)),
    )


def _common(trials: pd.DataFrame, keys: Sequence[str]) -> bool:
    """Whether some trial is decided by every code."""
    counts = trials.groupby(list(keys))["code"].nunique()
    return bool((counts == trials["code"].nunique()).any())
