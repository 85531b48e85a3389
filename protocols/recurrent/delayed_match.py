"""Delayed match to sample: whether two cues, with a delay between them, were the same."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.report import Section
from brainsnn.config import Config
from brainsnn.datasets import DelayedMatch, Splits
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.recurrent.base import errors
from brainsnn.protocols.recurrent.delays import DelayConfig, DelayExperiment, delay_claims
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials

Steps = Annotated[int, Field(ge=0)]


class DelayedMatchData(Config):
    """The task; see `DelayedMatch`.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 2000, 500 and 1000
    n_cues : int, default 2
    n_cue, n_each : int, default 50 and 10
    probability : float, default 0.1
    background : float, default 0.005
    """

    n_train: int = Field(default=2000, ge=1)
    n_validation: int = Field(default=500, ge=1)
    n_test: int = Field(default=1000, ge=1)
    n_cues: int = Field(default=2, ge=2)
    n_cue: int = Field(default=50, ge=1)
    n_each: int = Field(default=10, ge=1)
    probability: float = Field(default=0.1, ge=0, le=1)
    background: float = Field(default=0.005, ge=0, le=1)

    def task(self, delay: int, seed: int) -> DelayedMatch:
        """Return trials with a delay of so many steps."""
        return DelayedMatch(**self.model_dump(), n_delay=delay, seed=seed)


class DelayedMatchConfig(DelayConfig):
    """Settings of the experiment ``delayed-match``.

    Parameters
    ----------
    delays : tuple of int, default (100, 400)
        Steps of 1 ms between the cues.
    data : DelayedMatchData
    adaptive, network, bptt, training
        See `DelayConfig`.
    """

    protocol: Literal["delayed-match"] = "delayed-match"
    delays: tuple[Steps, ...] = Field(default=(100, 400), min_length=1)
    data: DelayedMatchData = DelayedMatchData()


class DelayedMatchExperiment(DelayExperiment[DelayedMatchConfig]):
    """The experiment; see the module's docstring."""

    name = "delayed-match"
    title = "Delayed match to sample: was the second cue the first one again?"
    summary = "Error of a comparison across a delay, against it and the number of adaptive neurons."
    citation: ClassVar[str] = DelayedMatch.citation
    classes = ("other", "same")
    config = DelayedMatchConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "delays=[100]", "data.n_train=1000"),
    }

    def milliseconds(self, config: DelayedMatchConfig, delay: int) -> int:  # noqa: ARG002
        """Length of so many steps."""
        return delay

    def sources(self, config: DelayedMatchConfig) -> tuple[type, ...]:  # noqa: ARG002
        """Return the data set."""
        return (DelayedMatch,)

    def splits(self, config: DelayedMatchConfig, seed: int) -> Splits[LabelledTrials]:
        """Draw the trials of a seed."""
        return config.data.task(config.delays[0], seed).load()

    def n_inputs(self, config: DelayedMatchConfig) -> int:
        """Return the neurons of all cues."""
        return config.data.n_cues * config.data.n_each

    def n_steps(self, config: DelayedMatchConfig) -> int:
        """Length of a trial."""
        return config.data.task(config.delays[0], 0).n_steps

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figure and the report; return claims."""
        config, results = run.config(self.config), run.table("results")
        caption = (
            "Test error of same or other, chance 50 %, means of seeds with 95 % intervals. Lines: "
            f"how many of {config.network.size} hidden neurons adapt."
        )
        items = errors(run, "delay", "Delay (ms)", ("adaptive",), "error", caption)
        abstract = (
            f"Networks of {config.network.size} recurrent neurons say whether a cue is the one "
            f"that was shown up to {max(config.delays)} ms before; how much they spike in a trial "
            f"does not tell. They learned by {config.bptt.name} for {config.training.epochs} "
            "epochs. Weights were selected on validation trials."
        )
        sections = [Section("Error against delay", "", items)]
        return write_report(self, run, config, abstract, delay_claims(results), sections)


PROTOCOL = DelayedMatchExperiment()
