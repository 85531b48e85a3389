"""Error against a delay and the number of adaptive neurons: what tasks of memory share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, TypeVar

import pandas as pd
from pydantic import Field

from brainsnn.analysis.report import Claim
from brainsnn.datasets import Splits
from brainsnn.errors import ConfigError
from brainsnn.experiment import Condition, Material
from brainsnn.network.model import Model
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.recurrent.base import RecurrentConfig, RecurrentExperiment
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams

#: Errors that count as solved, in per cent.
SOLVED = 5.0

Count = Annotated[int, Field(ge=0)]


class DelayConfig(RecurrentConfig):
    """Settings that these experiments have in common.

    Parameters
    ----------
    adaptive : tuple of int, default (0, 40)
        How many of the hidden neurons adapt.
    network, bptt, training
        See `RecurrentConfig`.
    """

    delays: tuple[int, ...]
    adaptive: tuple[Count, ...] = Field(default=(0, 40), min_length=1)


S = TypeVar("S", bound=DelayConfig)


class DelayExperiment(RecurrentExperiment[S]):
    """An experiment that asks for how long something is remembered, in two classes."""

    #: Names of the classes.
    classes: tuple[str, ...] = ("0", "1")

    @abstractmethod
    def milliseconds(self, config: S, delay: int) -> int:
        """Length of a delay; a step is 1 ms."""

    @abstractmethod
    def splits(self, config: S, seed: int) -> Splits[LabelledTrials]:
        """Draw the trials of a seed, with the first delay."""

    @abstractmethod
    def n_inputs(self, config: S) -> int:
        """Input neurons."""

    def conditions(self, config: S) -> list[Condition[S]]:
        """Return every delay with every number of adaptive neurons."""
        return [self._condition(config, d, n) for d in config.delays for n in config.adaptive]

    def _condition(self, config: S, delay: int, adaptive: int) -> Condition[S]:
        ms = self.milliseconds(config, delay)
        update = {"delays": (delay,), "adaptive": (adaptive,)}
        columns = {"delay": ms, "adaptive": adaptive}
        return Condition(f"{ms} ms, {adaptive} adaptive", config.model_copy(update=update), columns)

    def check(self, config: S) -> None:
        """Refuse more adaptive neurons than there are, and networks that cannot be built."""
        most = config.network.size
        if max(config.adaptive) > most:
            raise ConfigError(f"{max(config.adaptive)} of {most} hidden neurons cannot adapt.")
        super().check(config)

    def model(self, config: S) -> Model:
        """Return the network, with as many adaptive neurons as the first number says."""
        n, size = config.adaptive[0], config.network.size
        chosen = config.network.model_copy(update={"n_regular": size - n, "n_adaptive": n})
        return chosen.model(self.name, self.n_inputs(config), len(self.classes))

    def material(self, config: S, streams: Streams) -> Material:
        """Draw the trials of a seed."""
        splits = self.splits(config, streams.seed)
        return Material(splits.train, splits.validation, lambda: splits.test, self.classes)


def delay_claims(results: pd.DataFrame) -> list[Claim]:
    """Error at every condition, and whether neurons that adapt make it smaller."""
    found: list[Any] = [
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
