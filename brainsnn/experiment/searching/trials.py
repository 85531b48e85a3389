"""Trials of a search: proposed, carried out as runs that resume, judged on validation alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError, RunDirectoryError
from brainsnn.experiment.carry_out import Messages, carry_out_runs
from brainsnn.experiment.cluster import Workers
from brainsnn.experiment.experiment import Experiment
from brainsnn.experiment.installed import load_protocol
from brainsnn.experiment.searching.proposals import import_optuna, proposed
from brainsnn.experiment.searching.pruning import MedianPruner, Pruned
from brainsnn.experiment.searching.settings import MEASURE, PRUNED, SearchConfig
from brainsnn.experiment.sweep import RUNS, open_directory, rows_of
from brainsnn.interrupts import Interrupted
from brainsnn.records import RunDirectory
from brainsnn.training import Callback

_FIXED = ("search", "settings", "ranges", "grid", "seed", "seeds", "prune")


def search(
    config: SearchConfig,
    path: Path,
    command: Sequence[str],
    workers: Workers,
    callbacks: Sequence[Callback] = (),
) -> pd.DataFrame:
    """Try points one after the other, and write a table of all their runs.

    Parameters
    ----------
    config : SearchConfig
    path : Path
        The search's directory: new, or that of the same search, whose number of trials may differ.
    command : sequence of str
        For the provenance.
    workers : Workers
        Who carries out the seeds of a point; results do not depend on it.
    callbacks : sequence of Callback
        Hear of its progress.

    Returns
    -------
    pandas.DataFrame
        ``runs.parquet``, as of a sweep, with the column ``trial`` first. ``study.parquet`` has a
        row a trial: its number, its settings as text, `MEASURE` (NaN while it is open), `PRUNED`.

    Raises
    ------
    ConfigError, DataError
        If optuna is not there, a setting is refused, or the protocol keeps no validation trials.
    RunDirectoryError
        If the directory holds something else.
    Interrupted
        On Ctrl-C; the same command goes on.
    """
    import_optuna()
    experiment = load_protocol(config.search)
    _check(experiment, config)
    with open_directory(config, Path(path), command, _FIXED) as run:
        said = Messages(run, callbacks)
        try:
            parts = [
                table
                for number in range(config.trials)
                for table in _tried(experiment, config, number, run, said, workers)
            ]
        except Interrupted:
            raise Interrupted(run.path) from None
        table = pd.concat(parts, ignore_index=True)
        run.write_table("runs", table)
        run.finish()
    return table


def _check(experiment: Experiment[Any], config: SearchConfig) -> None:
    """Refuse ends of ranges, and values, that the protocol refuses, and a setting given twice.

    Raises
    ------
    ConfigError
    """
    if not config.varied:
        raise ConfigError("A search needs a setting to vary: --range KEY=LOW,HIGH or --grid.")
    if twice := set(config.ranges) & set(config.grid):
        raise ConfigError(f"{min(twice)!r} has a range and a list of values; give one of them.")
    values = {key: [r.text(r.low), r.text(r.high)] for key, r in config.ranges.items()}
    values |= {key: list(texts) for key, texts in config.grid.items()}
    first = [f"{key}={texts[0]}" for key, texts in values.items()]
    for key, texts in values.items():
        for text in texts:
            told = [*config.settings, *first, f"{key}={text}"]
            experiment.check(apply_overrides(experiment.config(), told))


def _tried(
    experiment: Experiment[Any],
    config: SearchConfig,
    number: int,
    run: RunDirectory,
    said: Messages,
    workers: Workers,
) -> list[pd.DataFrame]:
    """Carry out what is missing of a trial; the rows of its runs, none if it was given up."""
    study = _study(run, config)
    if number == len(study):
        study.append({"trial": number, **proposed(config, study), MEASURE: math.nan, PRUNED: 0})
        run.write_table("study", pd.DataFrame(study))
    mine = study[number]
    if mine[PRUNED]:
        return []
    point = {key: str(mine[key]) for key in config.varied}
    told = [f"{key}={value}" for key, value in point.items()]
    base = apply_overrides(experiment.config(), [*config.settings, *told])
    runs = {
        run.path / RUNS / _name(number, seed): base.model_copy(update={"seed": seed, "seeds": 1})
        for seed in range(config.seed, config.seed + config.seeds)
    }
    rows = []
    try:
        _carry_out(experiment, config, runs, run, said, workers)
        rows = [rows_of(point, path, one.seed) for path, one in runs.items()]
        found = mine | {MEASURE: _judged(experiment, rows)}
    except Pruned as stop:
        found = mine | {MEASURE: stop.best, PRUNED: stop.epochs}
    if found != mine:
        run.write_table("study", pd.DataFrame([*study[:number], found, *study[number + 1 :]]))
        how = f"given up after {found[PRUNED]} epochs, " if found[PRUNED] else ""
        said.on_message(
            f"trial {number}: {how}{found[MEASURE]:.2%} on validation, {', '.join(told)}"
        )
    for table in rows:
        table.insert(0, "trial", number)
    return rows


def _name(number: int, seed: int) -> str:
    """Of a run's directory."""
    return f"trial{number}-seed{seed}"


def _carry_out(
    experiment: Experiment[Any],
    config: SearchConfig,
    runs: Mapping[Path, Any],
    run: RunDirectory,
    said: Messages,
    workers: Workers,
) -> None:
    """Carry out the runs of a trial; the first in this process, where it may be given up.

    Raises
    ------
    Pruned
        If it is.
    """
    command = run.provenance()["command"]
    if config.prune:
        complete = [row["trial"] for row in _study(run, config) if _is_complete(row)]
        folders = (run.path / RUNS / _name(number, config.seed) for number in complete)
        others = [curve for folder in folders if (curve := _reached(folder)) is not None]
        first = dict(list(runs.items())[:1])
        pruner = MedianPruner(MEASURE, others)
        carry_out_runs(experiment, first, command, [said, pruner], Workers())
    carry_out_runs(experiment, runs, command, [said], workers)


def _is_complete(row: Mapping[str, Any]) -> bool:
    return not math.isnan(row[MEASURE]) and not row[PRUNED]


def _reached(folder: Path) -> NDArray[np.float64] | None:
    """The best value until each epoch of a run; None if it kept none."""
    run = RunDirectory.read(folder)
    if not run.has_table("metrics") or MEASURE not in (table := run.metrics()):
        return None
    found: NDArray[np.float64] = table[MEASURE].cummax().to_numpy(np.float64)
    return found


def _study(run: RunDirectory, config: SearchConfig) -> list[dict[str, Any]]:
    """The trials so far, a row each.

    Raises
    ------
    RunDirectoryError
        If the table is not that of this search.
    """
    if not run.has_table("study"):
        return []
    found = run.table("study")
    named = list(found) == ["trial", *config.varied, MEASURE, PRUNED]
    if not named or found["trial"].tolist() != list(range(len(found))):
        raise RunDirectoryError(f"{run.path / 'study.parquet'}: is no table of this search.")
    return [{str(key): value for key, value in row.items()} for row in found.to_dict("records")]


def _judged(experiment: Experiment[Any], parts: Sequence[pd.DataFrame]) -> float:
    """Mean of seeds, and of conditions where there are several.

    Raises
    ------
    ConfigError
        If there is nothing to judge by but test trials.
    """
    rows = pd.concat(parts)
    if MEASURE not in rows or not np.isfinite(rows[MEASURE]).all():
        raise ConfigError(
            f"{experiment.name} keeps no validation trials, and test trials are nothing to choose "
            "by: its settings cannot be searched for."
        )
    return float(rows.groupby("seed")[MEASURE].mean().mean())
