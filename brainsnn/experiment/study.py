"""An experiment of many networks, or of none: a comparison, a sweep, an analysis of recordings.

A `Protocol` trains one network; a `Study` decides itself what is run, writes its tables into the
run directory, and concludes from them. The command line treats both alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

import pandas as pd
from pydantic import Field

from brainsnn.config import Config
from brainsnn.errors import ConfigError
from brainsnn.experiment.experiment import Outcome, concluded
from brainsnn.experiment.protocol import EngineName
from brainsnn.network.model import Model
from brainsnn.records import RunDirectory
from brainsnn.training import Callback

S = TypeVar("S", bound="StudyConfig")


class StudyConfig(Config):
    """What every study can be told.

    Parameters
    ----------
    protocol : str
        Name of the study; each study's class fixes it.
    seed : int, default 0
        The first seed.
    seeds : int, default 3
        Repetitions, with the seeds ``seed``, ``seed + 1``, ...
    engine : str, default "resident"
        The engine that runs test trials.
    """

    protocol: str
    seed: int = Field(default=0, ge=0)
    seeds: int = Field(default=3, ge=1)
    engine: EngineName = "resident"


class Study(ABC, Generic[S]):
    """One experiment that decides itself what is run; found like a `Protocol`."""

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    citation: ClassVar[str]
    config: type[S]
    #: Named sets of overrides (``key=value``), for ``--preset``.
    presets: ClassVar[Mapping[str, Sequence[str]]] = {}

    def model(self, config: S) -> Model:  # noqa: ARG002
        """Return a network that stands for the study's, to be described.

        Raises
        ------
        ConfigError
            If the study has none.
        """
        raise ConfigError(f"{self.name} has no network to describe.")

    @abstractmethod
    def check(self, config: S) -> None:
        """Refuse a configuration or missing data before anything is written."""

    @abstractmethod
    def carry_out(self, config: S, run: RunDirectory, say: Callable[[str], None]) -> None:
        """Do the work and write its tables; what a table already holds is not done again.

        Parameters
        ----------
        config : StudyConfig
        run : RunDirectory
            Tables ``results`` (a row a condition and seed) and any others go here.
        say : callable
            Takes a line of progress.
        """

    @abstractmethod
    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Return the numbers that the command line prints."""

    @abstractmethod
    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and the report page, from the run directory alone.

        Returns
        -------
        pandas.DataFrame
            A row a claim of the paper: ``claim``, ``paper``, ``ours``, ``unit``, ``verdict``.
        """

    def prepare(self, config: S) -> PreparedStudy[S]:
        """Check everything that can be refused; what is returned carries the study out."""
        self.check(config)
        return PreparedStudy(self, config)


@dataclass(frozen=True)
class PreparedStudy(Generic[S]):
    """A study with a configuration that it accepts."""

    study: Study[S]
    config: S

    def carry_out(
        self,
        run: RunDirectory,
        callbacks: Sequence[Callback] = (),
        resume: bool = False,  # noqa: ARG002 -- a study sees for itself what is there
    ) -> Outcome:
        """Work, conclude, and note the end, in an open run directory."""

        def say(line: str) -> None:
            run.log(line)
            for callback in callbacks:
                callback.on_message(line)

        self.study.carry_out(self.config, run, say)
        claims = concluded(self.study, run)
        totals = self.study.totals(run)
        run.finish()
        return Outcome(run.path, totals, claims)
