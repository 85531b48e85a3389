"""What an experiment is: conditions, what is done with each, and what all of them say together."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import pandas as pd
from pydantic import AfterValidator, Field

from brainsnn.config import Config
from brainsnn.engine import ENGINES
from brainsnn.errors import ConfigError
from brainsnn.network.model import Model
from brainsnn.records import RunDirectory
from brainsnn.registry import suggest
from brainsnn.training import Callback


def _known_engine(name: str) -> str:
    ENGINES[name]
    return name


class ExperimentConfig(Config):
    """What every experiment can be told.

    Parameters
    ----------
    protocol : str
        Name of the experiment; each experiment's class fixes it.
    seed : int, default 0
        The first seed.
    seeds : int, default 1
        Repetitions, with the seeds ``seed``, ``seed + 1``, ...
    condition : str, optional
        Carry out this condition alone, and conclude nothing; by default, all.
    engine : str, default "resident"
        The engine that runs the trials.
    workers : int, default 1
        Conditions that are carried out at once, each by a process of its own; where there is one,
        threads that share the trials of a block, if the engine can. Results do not depend on it.
    """

    protocol: str
    seed: int = Field(default=0, ge=0)
    seeds: int = Field(default=1, ge=1)
    condition: str | None = None
    engine: Annotated[str, AfterValidator(_known_engine)] = "resident"
    workers: int = Field(default=1, ge=1)

    @property
    def all_seeds(self) -> range:
        """The seed of every repetition."""
        return range(self.seed, self.seed + self.seeds)


C = TypeVar("C", bound=ExperimentConfig)


@dataclass(frozen=True)
class Condition(Generic[C]):
    """One of the things that an experiment sets side by side: a network, a rule, a data set.

    Parameters
    ----------
    name : str
        Unique in its experiment; empty where there is one condition only.
    config : ExperimentConfig
        The experiment's configuration, with one value wherever that has several.
    columns : mapping of str to str or number
        What tells the condition from others in tables, besides its name.
    """

    name: str
    config: C
    columns: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def row(self) -> dict[str, str | float]:
        """Columns that each row of its tables begins with; none where it has no name."""
        return {"condition": self.name, **self.columns} if self.name else {}


Work = Callable[[RunDirectory, Sequence[Callback]], None]
"""What does a condition's work in an open run directory; what it holds is not done again."""


class Experiment(ABC, Generic[C]):
    """Conditions times seeds, and what is concluded from their tables.

    To add one: write a module with a subclass and an instance of it called ``PROTOCOL``, and name
    the module in the entry points ``brainsnn.protocols`` of a package.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    citation: ClassVar[str]
    config: type[C]
    #: Named sets of overrides (``key=value``), for ``--preset``.
    presets: ClassVar[Mapping[str, Sequence[str]]] = {}
    #: Column of the results whose means by condition are `totals`, and what their names begin with.
    total: ClassVar[tuple[str, str]] = ("accuracy", "accuracy_")

    def conditions(self, config: C) -> Sequence[Condition[C]]:
        """Return all conditions; by default one, the configuration as it is."""
        return (Condition("", config),)

    def chosen(self, config: C) -> Sequence[Condition[C]]:
        """Return the conditions to carry out: that of ``config.condition``, or all.

        Raises
        ------
        ConfigError
            If there is none, or none of that name.
        """
        found = {condition.name: condition for condition in self.conditions(config)}
        if not found:
            raise ConfigError(f"{self.name} has no condition to carry out.")
        if config.condition is None:
            return list(found.values())
        if config.condition not in found:
            known = suggest(config.condition, found) if any(found) else "There is one, unnamed."
            raise ConfigError(f"Unknown condition {config.condition!r}. {known}")
        return [found[config.condition]]

    def parts(self, config: C) -> Sequence[C]:
        """Return what is carried out each in a run directory of its own: by default, conditions."""
        update = [{"condition": c.name or None, "workers": 1} for c in self.chosen(config)]
        return [config.model_copy(update=one) for one in update]

    def model(self, config: C) -> Model:  # noqa: ARG002
        """Return the network of a condition's configuration; of many, the first.

        Raises
        ------
        ConfigError
            If there is none.
        """
        raise ConfigError(f"{self.name} has no network to describe.")

    def sources(self, config: C) -> Sequence[Any]:  # noqa: ARG002
        """Return data sets and encoders of a condition, and rules that are no `Trainer`'s.

        Each is a thing or a class that may have a `citation`; by default, none.
        """
        return ()

    def check(self, config: C) -> None:
        """Refuse what is impossible, and missing data, before anything is written."""

    def undecided(self, config: C) -> bool:  # noqa: ARG002
        """Whether `settle` has anything to decide; by default, nothing is open."""
        return False

    def settle(
        self,
        config: C,
        say: Callable[[str], None],  # noqa: ARG002
    ) -> tuple[C, Mapping[str, pd.DataFrame]]:
        """Decide what the configuration leaves open, from training and validation data alone.

        Parameters
        ----------
        config : ExperimentConfig
            ``model_fields_set`` of its branches says what was given.
        say : callable
            Takes a line of progress.

        Returns
        -------
        ExperimentConfig
            With nothing open: carrying it out again gives the same again.
        mapping of str to pandas.DataFrame
            What was found out on the way, for the run directory.
        """
        return config, {}

    @abstractmethod
    def prepare(self, condition: Condition[C]) -> Work:
        """Build all that can be refused; what is returned does the condition's work.

        It writes the table ``results``, a row a seed (and decoder, ...), and any others; each row
        of a table that is concluded from begins with ``condition.row`` and the seed.
        """

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Return the numbers that the command line prints: by default, the means of `total`.

        Those with the word accuracy or fraction in their name are shown in per cent.
        """
        column, begins = self.total
        means = run.table("results").groupby("condition", sort=False)[column].mean()
        return {f"{begins}{name}": float(value) for name, value in means.items()}

    @abstractmethod
    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and the report page, from the run directory alone.

        Returns
        -------
        pandas.DataFrame
            A row a claim of the paper: ``claim``, ``paper``, ``ours``, ``unit``, ``verdict``.
        """


def open_seeds(run: RunDirectory, config: ExperimentConfig) -> list[int]:
    """Return the seeds that the table ``results`` of a condition does not hold yet."""
    return [seed for seed in config.all_seeds if not run.holds("results", seed=seed)]


def seed_by_seed(
    condition: Condition[Any],
    run: RunDirectory,
    callbacks: Sequence[Callback],
    of_seed: Callable[[int], Mapping[str, pd.DataFrame]],
    said: Callable[[Any], str],
) -> None:
    """Carry out the seeds of a condition that are not done yet; keep the tables of each at once.

    Parameters
    ----------
    condition : Condition
    run : RunDirectory
    callbacks : sequence of Callback
    of_seed : callable
        Gives the tables of a seed; that of ``results`` has a row, and gets the column ``seconds``.
    said : callable
        What to say of that row when the seed is done.
    """
    for seed in open_seeds(run, condition.config):
        begin = time.perf_counter()
        tables = dict(of_seed(seed))
        tables["results"] = tables["results"].assign(seconds=time.perf_counter() - begin)
        row = {**condition.row, "seed": seed}
        run.append_tables({k: pd.DataFrame({**row, **part}) for k, part in tables.items()})
        tell(run, callbacks, f"{condition.name}, seed {seed}: {said(tables['results'].iloc[0])}")


def open_note(experiment: Experiment[Any], config: Any) -> str:
    """Return what to know of settings that are still to be found; empty if none is open."""
    if not experiment.undecided(config):
        return ""
    return (
        f"What is not given, {experiment.name} finds from the data when it runs; until then its "
        "own values stand here. recipe.fitted=false keeps them."
    )


def tell(run: RunDirectory, callbacks: Sequence[Callback], line: str) -> None:
    """Say a line of progress, and keep it in the log."""
    run.log(line)
    for callback in callbacks:
        callback.on_message(line)
