"""An experiment carried out: started, gone on with, gathered from its parts, concluded."""

from __future__ import annotations

import re
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from brainsnn.config import write_toml
from brainsnn.errors import BrainsnnError, ConfigError, RunDirectoryError
from brainsnn.experiment.experiment import (
    C,
    Condition,
    Experiment,
    ExperimentConfig,
    Work,
    tell,
)
from brainsnn.experiment.processes import resume_at_once
from brainsnn.interrupts import Interrupted
from brainsnn.records import RunDirectory
from brainsnn.training import Callback

#: Folder of the run directories of an experiment's parts.
PARTS = "conditions"

#: Tables of a part that say nothing of the whole.
_OWN = ("spikes", "claims")


@dataclass(frozen=True)
class Outcome:
    """What a run leaves, for whoever started it.

    Parameters
    ----------
    path : Path
        The run directory.
    summary : dict of str to float
        The numbers that sum it up.
    claims : pandas.DataFrame
        The paper's claims beside our numbers; no row where one condition of several was run.
    profile : pandas.DataFrame or None
        Where the time of a trial goes, if it was asked for.
    """

    path: Path
    summary: dict[str, float]
    claims: pd.DataFrame
    profile: pd.DataFrame | None = None


def start(
    experiment: Experiment[C],
    config: C,
    path: Path,
    command: Sequence[str],
    callbacks: Sequence[Callback] = (),
) -> Outcome:
    """Carry out an experiment in a new run directory.

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
    with RunDirectory.create(path, config, command, config.seed) as run:
        for name, table in found.items():
            run.write_table(name, table)
        return _carried_out(experiment, config, work, run, command, callbacks)


def resume(
    experiment: Experiment[Any],
    path: Path,
    command: Sequence[str],
    callbacks: Sequence[Callback] = (),
) -> Outcome:
    """Go on with a run that was interrupted, exactly as if it had not been.

    Raises
    ------
    RunDirectoryError
        If the directory is no run, is in use, or its checkpoint is damaged.
    """
    with RunDirectory.open(path, command) as run:
        config = run.config(experiment.config)
        experiment.check(config)
        work = _work(experiment, config)
        return _carried_out(experiment, config, work, run, command, callbacks)


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


def concluded(experiment: Experiment[Any], run: RunDirectory) -> pd.DataFrame:
    """Let an experiment conclude from a run directory.

    Raises
    ------
    RunDirectoryError
        If its tables are not what they should be; the log then has where it failed.
    """
    try:
        return experiment.conclude(run)
    except (BrainsnnError, OSError, MemoryError):
        raise
    except Exception as error:  # Tables that others have changed fail anywhere.
        run.log(f"no conclusion: {''.join(traceback.format_exception(error))}")
        raise RunDirectoryError(
            f"{run.path}: no conclusion can be drawn from its tables: "
            f"{type(error).__name__}: {error}. {run.log_file} has where."
        ) from error


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
) -> Outcome:
    """Do the work of the only part, or of all one after the other, and conclude."""
    if work is not None:
        work(run, callbacks)
    else:
        carry_out_parts(
            experiment, experiment.parts(config), run, command, callbacks, config.workers
        )
    claims = pd.DataFrame() if config.condition else concluded(experiment, run)
    totals = experiment.totals(run)
    run.finish()
    return Outcome(run.path, totals, claims)


class _Messages(Callback):
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
    workers: int = 1,
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
    workers : int, default 1
        Parts carried out at once.

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
    messages = _Messages(run, callbacks)
    open_parts = [path for path, part in folders.items() if not _ended(experiment, part, path)]
    try:
        if workers > 1:
            for path in open_parts:
                _create(folders[path], path, command)
            resume_at_once(experiment.name, open_parts, workers, messages.on_message)
        else:
            for path in open_parts:
                if (path / "config.toml").exists():
                    resume(experiment, path, command, [messages])
                else:
                    start(experiment, folders[path], path, command, [messages])
    except Interrupted:
        raise Interrupted(run.path) from None
    run.write_tables(_gathered(experiment, folders))


def _folder(run: RunDirectory, part: Any) -> Path:
    """Where a part is: the name of its condition, and its seed if it has only one."""
    name = re.sub(r"[^\w.=+]+", "-", part.condition or "").strip("-.")
    seed = f"seed{part.seed}" if part.seeds == 1 else ""
    return run.path / PARTS / "-".join(filter(None, (name, seed)))


def _ended(experiment: Experiment[C], part: C, path: Path) -> bool:
    """Whether a part has been carried out.

    Raises
    ------
    RunDirectoryError
        If its directory holds something else.
    """
    if not (path / "config.toml").exists():
        return False
    run = RunDirectory.read(path)
    if write_toml(run.config(experiment.config)) != write_toml(part):
        raise RunDirectoryError(f"{path}: holds another part than this run's. Remove it.")
    return bool(run.provenance().get("ended"))


def _create(part: ExperimentConfig, path: Path, command: Sequence[str]) -> None:
    """Make the run directory of a part, unless it is there."""
    if not (path / "config.toml").exists():
        RunDirectory.create(path, part, command, part.seed).close()


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
