"""A protocol carried out for every point of a grid of settings, each a run directory."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
from pydantic import Field

from brainsnn.config import Config, apply_overrides, parse_value, write_toml
from brainsnn.errors import ConfigError, RunDirectoryError
from brainsnn.experiment.carry_out import Messages, carry_out_runs
from brainsnn.experiment.cluster import Workers
from brainsnn.experiment.experiment import Experiment, ExperimentConfig
from brainsnn.experiment.installed import load_protocol
from brainsnn.interrupts import Interrupted
from brainsnn.records import RunDirectory
from brainsnn.records.atomic import write_whole
from brainsnn.training import Callback

if TYPE_CHECKING:
    from brainsnn.experiment.searching import SearchConfig

#: What says what a sweep or a search is: its settings and seeds.
S = TypeVar("S", bound="SweepConfig | SearchConfig")

#: Folder of the runs of a sweep.
RUNS = "runs"

#: Runs that a sweep may have.
_MOST = 100_000


class SweepConfig(Config):
    """What a sweep varies, and what it leaves as it is.

    Parameters
    ----------
    sweep : str
        The protocol.
    settings : list of str
        ``KEY=VALUE`` of all runs.
    grid : dict of str to list of str
        The values of each setting that is varied, as they are written in ``KEY=VALUE``.
    seed : int, default 0
        The first seed.
    seeds : int, default 1
        Runs of each point, with the seeds ``seed``, ``seed + 1``, ...
    """

    sweep: str = ""
    settings: tuple[str, ...] = ()
    grid: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    seed: int = Field(default=0, ge=0)
    seeds: int = Field(default=1, ge=1)

    @property
    def points(self) -> list[dict[str, str]]:
        """All combinations of values; the last setting varies fastest."""
        return [
            dict(zip(self.grid, values, strict=True))
            for values in itertools.product(*self.grid.values())
        ]


def read_grid(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the values of each setting of ``KEY=VALUE,VALUE,...``.

    Commas within brackets, braces or quotes part no values.

    Raises
    ------
    ConfigError
        If a text is none, or a setting or a value stands twice.

    Examples
    --------
    >>> read_grid(["rule.learning_rate=0.1,0.2", "codes=[1,2],[3]"])
    {'rule.learning_rate': ('0.1', '0.2'), 'codes': ('[1,2]', '[3]')}
    """
    grid: dict[str, tuple[str, ...]] = {}
    for text in texts:
        key, equals, rest = text.partition("=")
        key, values = key.strip(), _parted(rest)
        if not equals or not key or not all(values):
            raise ConfigError(f"{text!r} is no axis of a grid; write KEY=VALUE,VALUE,...")
        if key in grid:
            raise ConfigError(f"The grid names {key!r} twice; give all its values at once.")
        if len({repr(parse_value(value)) for value in values}) < len(values):
            raise ConfigError(f"A value of {key!r} stands twice in the grid: {rest}.")
        grid[key] = values
    return grid


def _parted(text: str) -> tuple[str, ...]:
    """Pieces between the commas that stand in no bracket and no quotes."""
    ends, depth, quote = [-1], 0, ""
    for place, sign in enumerate(text):
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or sign
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        elif sign == "," and depth == 0:
            ends.append(place)
    return tuple(text[a + 1 : b].strip() for a, b in itertools.pairwise([*ends, len(text)]))


def sweep(
    config: SweepConfig,
    path: Path,
    command: Sequence[str],
    workers: Workers,
    callbacks: Sequence[Callback] = (),
) -> pd.DataFrame:
    """Carry out the runs of a sweep that have not ended, and write one table of all.

    Parameters
    ----------
    config : SweepConfig
    path : Path
        The sweep's directory: new, or that of the same sweep, whose grid and seeds may have grown.
    command : sequence of str
        For the provenance.
    workers : Workers
        Who carries the runs out; results do not depend on it.
    callbacks : sequence of Callback
        Hear of its progress.

    Returns
    -------
    pandas.DataFrame
        ``runs.parquet``: for each run the rows of its ``results``, which begin with the settings of
        the grid, a column each, ``seed``, and end with ``run``, its directory.

    Raises
    ------
    ConfigError, DataError
        If a point of the grid is refused; nothing has run then.
    RunDirectoryError
        If the directory holds something else.
    Interrupted
        On Ctrl-C; the same command goes on.
    """
    experiment = load_protocol(config.sweep)
    runs = _runs(experiment, config, Path(path) / RUNS)
    for one in list(runs.values())[:: config.seeds]:  # seeds of a point differ in nothing else
        experiment.check(one)
    with open_directory(config, Path(path), command, ("sweep", "settings")) as run:
        said = Messages(run, callbacks)
        said.on_message(f"{len(runs)} runs of {experiment.name}")
        try:
            carry_out_runs(experiment, runs, command, [said], workers)
        except Interrupted:
            raise Interrupted(run.path) from None
        table = _table(config, runs)
        run.write_table("runs", table)
        run.finish()
    return table


def open_directory(
    config: S, path: Path, command: Sequence[str], fixed: Sequence[str]
) -> RunDirectory:
    """Open the directory of a sweep or a search, or make it.

    Parameters
    ----------
    config : SweepConfig or SearchConfig
        What goes on; it is written where it has changed.
    path : Path
    command : sequence of str
        For the provenance.
    fixed : sequence of str
        Names of what may not change, the protocol first.

    Raises
    ------
    RunDirectoryError
        If it is that of another.
    """
    if not (path / "config.toml").exists():
        return RunDirectory.create(path, config, command, config.seed)
    run = RunDirectory.open(path, command)
    try:
        before = run.config(type(config))
        if other := [key for key in fixed if getattr(before, key) != getattr(config, key)]:
            raise RunDirectoryError(
                f"{path}: holds a {fixed[0]} of {getattr(before, fixed[0])} with the settings "
                f"{list(before.settings)}, and other: {', '.join(other)}. Choose another "
                "directory, or remove it."
            )
        if before != config:
            text = write_toml(config).encode()
            write_whole(path / "config.toml", lambda file: file.write(text))
    except BaseException:
        run.close()
        raise
    return run


def _runs(experiment: Experiment[Any], config: SweepConfig, folder: Path) -> dict[Path, Any]:
    """Configuration of each run, by its directory.

    Raises
    ------
    ConfigError
        If a point is refused, two have one name, or there are too many.
    """
    found: dict[Path, ExperimentConfig] = {}
    n_runs = len(config.points) * config.seeds
    if n_runs > _MOST:
        raise ConfigError(f"{n_runs} runs are more than a sweep may have ({_MOST}).")
    for point in config.points:
        texts = [*config.settings, *(f"{key}={value}" for key, value in point.items())]
        base = apply_overrides(experiment.config(), texts)
        for seed in range(config.seed, config.seed + config.seeds):
            path = folder / _name(point, seed)
            if path in found:
                raise ConfigError(f"Two points of the grid have the same name, {path.name!r}.")
            found[path] = base.model_copy(update={"seed": seed, "seeds": 1})
    return found


def _name(point: Mapping[str, str], seed: int) -> str:
    """A directory's name that says the point and the seed."""
    pieces = [f"{key}={value}" for key, value in point.items()]
    return "-".join(re.sub(r"[^\w.=+]+", "_", piece) for piece in (*pieces, f"seed{seed}"))


def _table(config: SweepConfig, runs: Mapping[Path, Any]) -> pd.DataFrame:
    """The results of all runs, with the settings that were varied."""
    points = (point for point in config.points for _ in range(config.seeds))
    return pd.concat(
        [
            rows_of(point, path, one.seed)
            for point, (path, one) in zip(points, runs.items(), strict=True)
        ],
        ignore_index=True,
    )


def rows_of(point: Mapping[str, str], path: Path, seed: int) -> pd.DataFrame:
    """Return the results of one run; what it was told stands first, where it is second."""
    results = RunDirectory.read(path).table("results")
    values = {key: parse_value(text) for key, text in point.items()}
    told = {k: v if isinstance(v, int | float | str) else str(v) for k, v in values.items()}
    head = {**told, "seed": seed, "run": f"{RUNS}/{path.name}"}
    own = results.drop(columns=[name for name in head if name in results.columns])
    return pd.concat([pd.DataFrame(head, index=own.index), own], axis=1)
