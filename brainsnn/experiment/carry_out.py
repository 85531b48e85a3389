"""An experiment carried out: started, gone on with, gathered from its parts, concluded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from brainsnn.config import write_toml
from brainsnn.errors import ConfigError, RunDirectoryError
from brainsnn.experiment.cluster import Workers, at_once
from brainsnn.experiment.experiment import C, Condition, Experiment, Work, tell
from brainsnn.experiment.installed import load_protocol, protocols
from brainsnn.experiment.outcome import Outcome, concluded
from brainsnn.interrupts import Interrupted
from brainsnn.records import RunDirectory
from brainsnn.training import Callback

#: Folder of the run directories of an experiment's parts.
PARTS = "conditions"

#: Tables of a part that say nothing of the whole.
_OWN = ("spikes", "claims")


def start(
    experiment: Experiment[C],
    config: C,
    path: Path,
    command: Sequence[str],
    callbacks: Sequence[Callback] = (),
    scheduler: str | None = None,
) -> Outcome:
    """Carry out an experiment in a new run directory.

    Parameters
    ----------
    experiment : Experiment
    config : ExperimentConfig
    path : Path
        The run directory, which holds no run yet.
    command : sequence of str
        For the provenance.
    callbacks : sequence of Callback
        Hear of its progress.
    scheduler : str, optional
        Address of a Dask scheduler whose workers carry out conditions and seeds; without one,
        ``config.workers`` processes of this machine.

    Raises
    ------
    BrainsnnError
        If configuration, data, model or directory are refused; nothing has run then.
    Interrupted
        On Ctrl-C, with a checkpoint to resume from.
    """
    RunDirectory.check_free(path)
    experiment.check(config)
    config, found = experiment.settle(config, partial(_say, callbacks))
    work = _work(experiment, config)
    with RunDirectory.create(path, config, command, config.seed, found) as run:
        workers = Workers(config.workers, scheduler)
        return _carried_out(experiment, config, work, run, command, callbacks, workers)


def resume(
    experiment: Experiment[Any],
    path: Path,
    command: Sequence[str],
    callbacks: Sequence[Callback] = (),
    scheduler: str | None = None,
) -> Outcome:
    """Go on with a run that was interrupted, exactly as if it had not been; as `start` says.

    Raises
    ------
    RunDirectoryError
        If the directory is no run, is in use, or its checkpoint is damaged.
    """
    with RunDirectory.open(path, command) as run:
        config = run.config(experiment.config)
        experiment.check(config)
        work = _work(experiment, config)
        workers = Workers(config.workers, scheduler)
        return _carried_out(experiment, config, work, run, command, callbacks, workers)


def go_on(
    experiment: Experiment[C],
    config: C,
    path: Path,
    command: Sequence[str],
    callbacks: Sequence[Callback] = (),
) -> Outcome:
    """Resume the run in a directory, or start one there if it holds none; as `start` says."""
    if (path / "config.toml").exists():
        return resume(experiment, path, command, callbacks)
    return start(experiment, config, path, command, callbacks)


def condition_of(experiment: Experiment[C], config: C) -> Condition[C]:
    """Return the one condition of a configuration.

    Raises
    ------
    ConfigError
        If there are several.
    """
    if len(experiment.parts(config)) > 1:
        names = ", ".join(repr(c.name) for c in experiment.chosen(config) if c.name)
        told = f"Name its condition (condition=...), one of {names}." if names else ""
        raise ConfigError(f"{experiment.name} has many networks here, and this is of one. {told}")
    return experiment.chosen(config)[0]


def _say(callbacks: Sequence[Callback], line: str) -> None:
    for callback in callbacks:
        callback.on_message(line)


def _work(experiment: Experiment[C], config: C) -> Work | None:
    """Return the work of the only part; None where there are several."""
    if len(experiment.parts(config)) > 1:
        return None
    return experiment.prepare(condition_of(experiment, config))


def _carried_out(
    experiment: Experiment[C],
    config: C,
    work: Work | None,
    run: RunDirectory,
    command: Sequence[str],
    callbacks: Sequence[Callback],
    workers: Workers,
) -> Outcome:
    """Do the work of the only part, or of all, and conclude."""
    if work is not None:
        work(run, callbacks)
    else:
        carry_out_parts(experiment, experiment.parts(config), run, command, callbacks, workers)
    claims = pd.DataFrame() if config.condition else concluded(experiment, run)
    totals = experiment.totals(run)
    run.finish()
    return Outcome(run.path, totals, claims)


class Messages(Callback):
    """Hands on what the parts of a run say."""

    def __init__(self, run: RunDirectory, callbacks: Sequence[Callback]) -> None:
        self.run, self.callbacks = run, callbacks

    def on_message(self, line: str) -> None:
        """Keep it in the log of the whole, and say it."""
        tell(self.run, self.callbacks, line)


def carry_out_parts(
    experiment: Experiment[C],
    parts: Sequence[C],
    run: RunDirectory,
    command: Sequence[str],
    callbacks: Sequence[Callback],
    workers: Workers,
) -> None:
    """Carry out parts, each in a run directory of its own within one, and gather their tables.

    Parameters
    ----------
    experiment : Experiment
    parts : sequence of ExperimentConfig
    run : RunDirectory
        Open; parts that have ended in it are not done again.
    command : sequence of str
        For the provenance of each.
    callbacks : sequence of Callback
        Hear what parts say.
    workers : Workers
        Who carries them out.

    Raises
    ------
    RunDirectoryError
        If the directory holds something else.
    Interrupted
        If a part was interrupted; the directory can be resumed.
    """
    if run.has_table("results") and not (run.path / PARTS).is_dir():
        raise RunDirectoryError(
            f"{run.path}: was made by a version that kept all conditions in one directory, with "
            "which alone it can be gone on with. Run it again, elsewhere."
        )
    folders = {_folder(run, part): part for part in parts}
    for path, part in folders.items():
        _check_part(experiment, part, path)
    messages = Messages(run, callbacks)
    try:
        carry_out_runs(experiment, folders, command, [messages], workers)
    except Interrupted:
        raise Interrupted(run.path) from None
    run.write_tables(_gathered(experiment, folders))


def carry_out_runs(
    experiment: Experiment[C],
    runs: Mapping[Path, C],
    command: Sequence[str],
    callbacks: Sequence[Callback],
    workers: Workers,
) -> None:
    """Carry out those of several runs that have not ended, each in its directory.

    Raises
    ------
    ConfigError
        If they shall go to other processes and the experiment is not installed.
    RunDirectoryError
        If a directory holds something else.
    Interrupted
        If one was interrupted.
    """
    left = {path: config for path, config in runs.items() if not _ended(path)}
    if not workers.apart:
        for path, config in left.items():
            go_on(experiment, config, path, command, callbacks)
        return
    if experiment.name not in protocols():
        raise ConfigError(
            f"Other processes cannot carry out {experiment.name!r}: it is no installed protocol."
        )
    tasks = [
        (path.resolve(), (experiment.name, config, list(command))) for path, config in left.items()
    ]
    if tasks:
        at_once(_go_on_elsewhere, tasks, workers, partial(_say, callbacks))


def _go_on_elsewhere(path: Path, task: tuple[str, Any, Sequence[str]]) -> None:
    """Carry out a run in a process that knows the experiment's name alone."""
    name, config, command = task
    go_on(load_protocol(name), config, path, command)


def _folder(run: RunDirectory, part: Any) -> Path:
    """Where a part is: the name of its condition, and its seed if it has only one."""
    name = re.sub(r"[^\w.=+]+", "-", part.condition or "").strip("-.")
    seed = f"seed{part.seed}" if part.seeds == 1 else ""
    return run.path / PARTS / "-".join(filter(None, (name, seed)))


def _ended(path: Path) -> bool:
    """Whether a directory holds a run that has ended."""
    if not (path / "config.toml").exists():
        return False
    return bool(RunDirectory.read(path).provenance().get("ended"))


def _check_part(experiment: Experiment[C], part: C, path: Path) -> None:
    """Refuse a part's directory that holds something else.

    Raises
    ------
    RunDirectoryError
    """
    if not (path / "config.toml").exists():
        return
    if write_toml(RunDirectory.read(path).config(experiment.config)) != write_toml(part):
        raise RunDirectoryError(f"{path}: holds another part than this run's. Remove it.")


def _gathered(experiment: Experiment[C], parts: dict[Path, C]) -> dict[str, pd.DataFrame]:
    """Tables of all parts, one below the other, by name; each row says which part it is of."""
    found: dict[str, list[pd.DataFrame]] = {}
    for path, part in parts.items():
        run = RunDirectory.read(path)
        row = {**condition_of(experiment, part).row, "seed": part.seed}
        for name in sorted(file.stem for file in path.glob("*.parquet")):
            if name not in _OWN:
                table = run.table(name)
                lacking = {key: value for key, value in row.items() if key not in table.columns}
                found.setdefault(name, []).append(table.assign(**lacking))
    return {name: pd.concat(tables, ignore_index=True) for name, tables in found.items()}
