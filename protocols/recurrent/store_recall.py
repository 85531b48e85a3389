"""Working memory for one bit: error against delay and number of neurons that adapt."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.paper import LSNN
from brainsnn.analysis.report import Claim, Section
from brainsnn.config import Config
from brainsnn.datasets import StoreRecall
from brainsnn.errors import ConfigError
from brainsnn.experiment import Condition, Material
from brainsnn.network.model import Model
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.recurrent.base import RecurrentConfig, RecurrentExperiment, errors
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams

#: Errors that count as solved, in per cent.
SOLVED = 5.0

Count = Annotated[int, Field(ge=0)]
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


class StoreRecallConfig(RecurrentConfig):
    """Settings of the experiment ``lsnn-store-recall``.

    Parameters
    ----------
    delays : tuple of int, default (2, 4, 8)
        Longest delays, in symbols; shorter ones occur too.
    adaptive : tuple of int, default (0, 40)
        How many of the hidden neurons adapt.
    data : StoreRecallData
    network, bptt, training
        See `RecurrentConfig`.
    """

    protocol: Literal["lsnn-store-recall"] = "lsnn-store-recall"
    delays: tuple[Symbols, ...] = Field(default=(2, 4, 8), min_length=1)
    adaptive: tuple[Count, ...] = Field(default=(0, 40), min_length=1)
    data: StoreRecallData = StoreRecallData()


class StoreRecallExperiment(RecurrentExperiment[StoreRecallConfig]):
    """The experiment; see the module's docstring."""

    name = "lsnn-store-recall"
    title = "Store and recall: how long networks with neurons that adapt remember a bit"
    summary = "Error against delay and number of adaptive neurons, one bit kept among others."
    citation: ClassVar[str] = LSNN
    config = StoreRecallConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "delays=[2]", "adaptive=[0, 40]", "training.epochs=5"),
    }

    def conditions(self, config: StoreRecallConfig) -> list[Condition[StoreRecallConfig]]:
        """Return every delay with every number of adaptive neurons."""
        return [_condition(config, d, n) for d in config.delays for n in config.adaptive]

    def check(self, config: StoreRecallConfig) -> None:
        """Refuse more adaptive neurons than there are, and networks that cannot be built."""
        most = config.network.size
        if max(config.adaptive) > most:
            raise ConfigError(f"{max(config.adaptive)} of {most} hidden neurons cannot adapt.")
        super().check(config)

    def model(self, config: StoreRecallConfig) -> Model:
        """Return the network, with as many adaptive neurons as the first number says."""
        n, size = config.adaptive[0], config.network.size
        chosen = config.network.model_copy(update={"n_regular": size - n, "n_adaptive": n})
        return chosen.model(self.name, 4 * config.data.n_each, 2)

    def n_steps(self, config: StoreRecallConfig) -> int:
        """Length of a trial."""
        return config.data.task(config.delays[0], 0).n_steps

    def sources(self, config: StoreRecallConfig) -> tuple[type, ...]:  # noqa: ARG002
        """Return the data set."""
        return (StoreRecall,)

    def material(self, config: StoreRecallConfig, streams: Streams) -> Material:
        """Draw the trials of a seed."""
        task = config.data.task(config.delays[0], streams.seed)
        splits = task.load()
        return Material(splits.train, splits.validation, lambda: splits.test, ("0", "1"))

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
        return write_report(self, run, config, abstract, _claims(results), sections)


def _condition(
    config: StoreRecallConfig, delay: int, adaptive: int
) -> Condition[StoreRecallConfig]:
    name = f"{delay * config.data.n_symbol} ms, {adaptive} adaptive"
    update = {"delays": (delay,), "adaptive": (adaptive,)}
    columns = {"delay": delay * config.data.n_symbol, "adaptive": adaptive}
    return Condition(name, config.model_copy(update=update), columns)


def _claims(results: pd.DataFrame) -> list[Claim]:
    """Error at every condition, and whether neurons that adapt make it smaller."""
    found = [
        claim_of(
            f"Test error, {name}",
            None,
            100 * (1 - part["accuracy"]),
            "%",
            higher_is_better=False,
            aim=SOLVED if part["adaptive"].iloc[0] else None,
        )
        for name, part in results.groupby("condition", sort=False)
    ]
    most = results["adaptive"].max()
    for delay, part in results.groupby("delay") if (results["adaptive"] == 0).any() else ():
        by_seed = part.pivot_table(index="seed", columns="adaptive", values="accuracy")
        gain = 100 * (by_seed[most] - by_seed[0])
        found.append(
            direction_of(f"Errors with none minus {most} adaptive, {delay} ms", gain, "points")
        )
    return found


PROTOCOL = StoreRecallExperiment()
