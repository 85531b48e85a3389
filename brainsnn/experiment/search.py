"""Settings of a protocol searched for: optuna proposes, validation trials judge, each run resumes.

A trial's proposal follows from the trials before it and from the stream ``search`` of the seed, at
the trial's number. So a search that was interrupted proposes what it would have proposed without.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from brainsnn.config import Config, apply_overrides
from brainsnn.errors import ConfigError, RunDirectoryError
from brainsnn.experiment.carry_out import Messages, carry_out_runs
from brainsnn.experiment.cluster import Workers
from brainsnn.experiment.experiment import Experiment
from brainsnn.experiment.installed import load_protocol
from brainsnn.experiment.sweep import RUNS, open_directory, rows_of
from brainsnn.interrupts import Interrupted
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback

#: What is compared: of the best epoch of each run.
MEASURE = "validation_accuracy"

_FIXED = ("search", "settings", "ranges", "grid", "seed", "seeds")


class Range(Config):
    """Numbers that a setting may have.

    Parameters
    ----------
    low, high : float
        Both among them.
    whole : bool, default False
        Whether only whole numbers are.
    log : bool, default False
        Whether ratios count, not differences.
    """

    low: float
    high: float
    whole: bool = False
    log: bool = False

    @model_validator(mode="after")
    def _is_one(self) -> Range:
        if self.low >= self.high:
            raise ValueError(f"its low end, {self.low:g}, must be below its high one")
        if self.log and self.low <= 0:
            raise ValueError("where ratios count (log), its low end must be above 0")
        if self.whole and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError("of whole numbers, both ends must be whole")
        return self

    def text(self, value: float) -> str:
        """A number as it is written in ``KEY=VALUE``."""
        return str(int(value)) if self.whole else repr(float(value))


class SearchConfig(Config):
    """What a search varies, and what it leaves as it is.

    Parameters
    ----------
    search : str
        The protocol.
    settings : list of str
        ``KEY=VALUE`` of all runs.
    ranges : dict of str to Range
        Settings that have a number of a range.
    grid : dict of str to list of str
        Settings that have one of several values, as they are written in ``KEY=VALUE``.
    trials : int, default 50
        Points that are tried.
    seed : int, default 0
        The first seed of the runs; what is proposed follows from it too.
    seeds : int, default 1
        Runs of each point; their mean is compared.
    """

    search: str = ""
    settings: tuple[str, ...] = ()
    ranges: dict[str, Range] = Field(default_factory=dict)
    grid: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    trials: int = Field(default=50, ge=1, le=10_000)
    seed: int = Field(default=0, ge=0)
    seeds: int = Field(default=1, ge=1, le=1000)

    @property
    def varied(self) -> list[str]:
        """Names of the settings that are varied."""
        return [*self.ranges, *self.grid]


def read_ranges(texts: Sequence[str]) -> dict[str, Range]:
    """Return the range of each setting of ``KEY=[int:][log:]LOW,HIGH``.

    Raises
    ------
    ConfigError
        If a text is none, or a setting stands twice.

    Examples
    --------
    >>> read_ranges(["rule.learning_rate=log:0.01,1"])["rule.learning_rate"].log
    True
    """
    found: dict[str, Range] = {}
    for text in texts:
        key, _, rest = text.partition("=")
        *kinds, ends = rest.split(":")
        if key.strip() in found:
            raise ConfigError(f"The range of {key.strip()!r} is given twice.")
        try:
            low, high = map(float, ends.split(","))
            if not key.strip() or len(set(kinds)) < len(kinds) or set(kinds) - {"int", "log"}:
                raise ValueError("what stands before a colon is int or log")
            found[key.strip()] = Range(low=low, high=high, whole="int" in kinds, log="log" in kinds)
        except ValueError as error:
            why = str(error).splitlines()[-2:][0].strip().removeprefix("Value error, ")
            raise ConfigError(
                f"{text!r} is no range: {why}. Write KEY=LOW,HIGH, KEY=log:LOW,HIGH, "
                "KEY=int:LOW,HIGH or KEY=int:log:LOW,HIGH."
            ) from error
    return found


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
        row a trial: its number, its settings as text, `MEASURE` (NaN while it is open).

    Raises
    ------
    ConfigError, DatasetError
        If optuna is not there, a setting is refused, or the protocol keeps no validation trials.
    RunDirectoryError
        If the directory holds something else.
    Interrupted
        On Ctrl-C; the same command goes on.
    """
    _optuna()
    experiment = load_protocol(config.search)
    _check(experiment, config)
    with open_directory(config, Path(path), command, _FIXED) as run:
        said = Messages(run, callbacks)
        try:
            parts = [
                _tried(experiment, config, number, run, said, workers)
                for number in range(config.trials)
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
) -> pd.DataFrame:
    """Carry out what is missing of a trial; the rows of its runs."""
    study = _study(run, config)
    if number == len(study):
        study.append({"trial": number, **_proposed(config, study), MEASURE: math.nan})
        run.write_table("study", pd.DataFrame(study))
    mine = study[number]
    point = {key: str(mine[key]) for key in config.varied}
    told = [f"{key}={value}" for key, value in point.items()]
    base = apply_overrides(experiment.config(), [*config.settings, *told])
    seeds = range(config.seed, config.seed + config.seeds)
    runs = {
        run.path / RUNS / f"trial{number}-seed{seed}": base.model_copy(
            update={"seed": seed, "seeds": 1}
        )
        for seed in seeds
    }
    carry_out_runs(experiment, runs, run.provenance()["command"], [said], workers)
    rows = pd.concat([rows_of(point, path, one.seed) for path, one in runs.items()])
    if math.isnan(mine[MEASURE]):
        mine[MEASURE] = _judged(experiment, rows)
        run.write_table("study", pd.DataFrame(study))
        said.on_message(f"trial {number}: {mine[MEASURE]:.2%} on validation, {', '.join(told)}")
    rows.insert(0, "trial", number)
    return rows


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
    named = list(found) == ["trial", *config.varied, MEASURE]
    if not named or found["trial"].tolist() != list(range(len(found))):
        raise RunDirectoryError(f"{run.path / 'study.parquet'}: is no table of this search.")
    return [{str(key): value for key, value in row.items()} for row in found.to_dict("records")]


def _judged(experiment: Experiment[Any], rows: pd.DataFrame) -> float:
    """Mean of seeds, and of conditions where there are several.

    Raises
    ------
    ConfigError
        If there is nothing to judge by but test trials.
    """
    if MEASURE not in rows or not np.isfinite(rows[MEASURE]).all():
        raise ConfigError(
            f"{experiment.name} keeps no validation trials, and test trials are nothing to choose "
            "by: its settings cannot be searched for."
        )
    return float(rows.groupby("seed")[MEASURE].mean().mean())


def _proposed(config: SearchConfig, study: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The next point, by a tree-structured Parzen estimator (Bergstra et al. 2011)."""
    optuna = _optuna()
    spaces = _spaces(optuna, config)
    seed = int(Streams(config.seed).fresh("search", len(study)).integers(2**32))
    asked = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    for row in study:
        told = {key: _number(config, key, row[key]) for key in config.varied}
        asked.add_trial(
            optuna.trial.create_trial(params=told, distributions=spaces, value=row[MEASURE])
        )
    found: Mapping[str, Any] = asked.ask(spaces).params
    return {
        key: config.ranges[key].text(found[key]) if key in config.ranges else str(found[key])
        for key in config.varied
    }


def _number(config: SearchConfig, key: str, text: str) -> str | float:
    """A setting as optuna knows it."""
    if key not in config.ranges:
        return text
    return int(text) if config.ranges[key].whole else float(text)


def _spaces(optuna: Any, config: SearchConfig) -> dict[str, Any]:
    """Where settings are looked for, as optuna says it."""
    kinds = optuna.distributions
    found: dict[str, Any] = {}
    for key, r in config.ranges.items():
        if r.whole:
            found[key] = kinds.IntDistribution(int(r.low), int(r.high), log=r.log)
        else:
            found[key] = kinds.FloatDistribution(r.low, r.high, log=r.log)
    return found | {k: kinds.CategoricalDistribution(list(v)) for k, v in config.grid.items()}


def _optuna() -> Any:
    """The package, which says nothing by itself.

    Raises
    ------
    ConfigError
        If it is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise ConfigError(
            "A search needs optuna, which is not installed: pip install 'brainsnn[search]'."
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
