"""Working memory for one bit: error against delay and number of neurons that adapt."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.paper import LSNN
from brainsnn.analysis.report import Section
from brainsnn.config import Config
from brainsnn.datasets import Splits, StoreRecall
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.recurrent.base import errors
from brainsnn.protocols.recurrent.delays import DelayConfig, DelayExperiment, delay_claims
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials

Symbols = Annotated[int, Field(ge=1)]


class StoreRecallData(Config):
    """The task; see `StoreRecall`.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 1000, 200 and 500
    n_symbol : int, default 100
        Steps of a symbol.
    n_each : int, default 10
    probability : float, default 0.05
    """

    n_train: int = Field(default=1000, ge=1)
    n_validation: int = Field(default=200, ge=1)
    n_test: int = Field(default=500, ge=1)
    n_symbol: int = Field(default=100, ge=1)
    n_each: int = Field(default=10, ge=1)
    probability: float = Field(default=0.05, ge=0, le=1)

    def task(self, delay: int, seed: int) -> StoreRecall:
        """Return trials in which the recall comes 1 to `delay` symbols after the store."""
        return StoreRecall(**self.model_dump(), shortest=1, longest=delay, seed=seed)


class StoreRecallConfig(DelayConfig):
    """Settings of the experiment ``lsnn-store-recall``.

    Parameters
    ----------
    delays : tuple of int, default (2, 4, 8)
        Longest delays, in symbols; shorter ones occur too.
    data : StoreRecallData
    adaptive, network, bptt, training
        See `DelayConfig`.
    """

    protocol: Literal["lsnn-store-recall"] = "lsnn-store-recall"
    delays: tuple[Symbols, ...] = Field(default=(2, 4, 8), min_length=1)
    data: StoreRecallData = StoreRecallData()


class StoreRecallExperiment(DelayExperiment[StoreRecallConfig]):
    """The experiment; see the module's docstring."""

    name = "lsnn-store-recall"
    title = "Store and recall: how long networks with neurons that adapt remember a bit"
    summary = "Error against delay and number of adaptive neurons, one bit kept among others."
    citation: ClassVar[str] = LSNN
    config = StoreRecallConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "delays=[2]", "adaptive=[0, 40]", "training.epochs=5"),
    }

    def milliseconds(self, config: StoreRecallConfig, delay: int) -> int:
        """Length of so many symbols."""
        return delay * config.data.n_symbol

    def sources(self, config: StoreRecallConfig) -> tuple[type, ...]:  # noqa: ARG002
        """Return the data set."""
        return (StoreRecall,)

    def splits(self, config: StoreRecallConfig, seed: int) -> Splits[LabelledTrials]:
        """Draw the trials of a seed."""
        return config.data.task(config.delays[0], seed).load()

    def n_inputs(self, config: StoreRecallConfig) -> int:
        """Return the neurons of two bits, of the store and of the recall."""
        return 4 * config.data.n_each

    def n_steps(self, config: StoreRecallConfig) -> int:
        """Length of a trial."""
        return config.data.task(config.delays[0], 0).n_steps

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figure and the report; return claims."""
        config, results = run.config(self.config), run.table("results")
        caption = (
            "Test error of the bit that is recalled, means of seeds with 95 % intervals. Lines: "
            f"how many of {config.network.size} hidden neurons adapt."
        )
        items = errors(run, "delay", "Longest delay (ms)", ("adaptive",), "error", caption)
        abstract = (
            f"Networks of {config.network.size} recurrent neurons keep one bit through delays of "
            f"up to {max(config.delays) * config.data.n_symbol} ms while others are shown, learned "
            f"by {config.bptt.name} for {config.training.epochs} epochs. Weights were selected on "
            "validation trials."
        )
        sections = [Section("Error against delay", "", items)]
        return write_report(self, run, config, abstract, delay_claims(results), sections)


PROTOCOL = StoreRecallExperiment()
