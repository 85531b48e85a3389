"""What experiments on random manifolds share: trials, network, and what a sweep of slopes shows."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, TypeVar

import pandas as pd
from pydantic import Field

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_curves
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.config import Config
from brainsnn.datasets import Randman
from brainsnn.errors import ConfigError
from brainsnn.experiment import Material
from brainsnn.network.model import Model
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.page import picture
from brainsnn.protocols.surrogate.base import SurrogateConfig, SurrogateExperiment
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams

SHARES = ("mean", "sd", "low", "high")
"""Columns of a curve that are fractions."""


class RandmanData(Config):
    """The task; see `Randman`.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 2000, 500 and 1000
    n_classes, n_neurons, n_steps : int, default 10, 20 and 100
    """

    n_train: int = Field(default=2000, ge=1)
    n_validation: int = Field(default=500, ge=1)
    n_test: int = Field(default=1000, ge=1)
    n_classes: int = Field(default=10, ge=2)
    n_neurons: int = Field(default=20, ge=1)
    n_steps: int = Field(default=100, ge=2)


class ManifoldConfig(SurrogateConfig):
    """Settings that these experiments have in common.

    Parameters
    ----------
    data : RandmanData
    network, bptt, training
        See `SurrogateConfig`.
    """

    data: RandmanData = RandmanData()


M = TypeVar("M", bound=ManifoldConfig)


class ManifoldExperiment(SurrogateExperiment[M]):
    """An experiment whose networks tell random manifolds apart.

    Attributes
    ----------
    swept : tuple of str
        Settings that list values, each a condition.
    """

    swept: ClassVar[tuple[str, ...]]

    def check(self, config: M) -> None:
        """Refuse a value that is there twice, and networks that cannot be built."""
        for key in self.swept:
            values = getattr(config, key)
            if len(set(values)) < len(values):
                raise ConfigError(f"{self.name}: {key} has a value twice: {list(values)}.")
        super().check(config)

    @abstractmethod
    def task(self, config: M) -> tuple[int, float]:
        """Return dimension and smoothness of a condition's manifolds."""

    def model(self, config: M) -> Model:
        """Return the network."""
        return config.network.model(self.name, config.data.n_neurons, config.data.n_classes)

    def n_steps(self, config: M) -> int:
        """Length of a trial."""
        return config.data.n_steps

    def sources(self, config: M) -> tuple[type, ...]:  # noqa: ARG002
        """Return the data set."""
        return (Randman,)

    def material(self, config: M, streams: Streams) -> Material:
        """Draw the trials of a seed."""
        dimension, smoothness = self.task(config)
        splits = Randman(
            **config.data.model_dump(),
            dimension=dimension,
            smoothness=smoothness,
            seed=streams.seed,
        ).load()
        classes = tuple(map(str, range(config.data.n_classes)))
        return Material(splits.train, splits.validation, lambda: splits.test, classes)


def sweep(run: RunDirectory, results: pd.DataFrame, split: str, panels: str, text: str) -> Section:
    """Accuracy against the width of the slope, a line a shape, a panel a value of a column.

    Parameters
    ----------
    run : RunDirectory
        Where to.
    results : pandas.DataFrame
        Its rows with ``width``, ``shape``, ``accuracy`` and the column `split`.
    split, panels : str
        Column of the panels, and what the caption says of them.
    text : str
        What is said above the figure.
    """
    table = curve(results, "width", "accuracy", (split, "shape"))
    label = "Width of the slope (thresholds)"
    figure = plot_curves(
        table, "width", "test accuracy", label, code="shape", split=split, log=True
    )
    caption = (
        "Test accuracy against the width of the slope; means of seeds with 95 % intervals. "
        f"Panels: {panels}."
    )
    alt = "Lines of test accuracy against width, by shape, in panels."
    drawn = picture(run, figure, "slopes", caption, alt)
    means = Table(table, "Means over seeds.", percent=SHARES)
    return Section("Shape and width of the slope", text, (drawn, means))


def range_of(text: str, accuracies: pd.Series) -> Claim:
    """How far the highest accuracy of each seed, a level of the index, is from its lowest."""
    by_seed = (100 * accuracies).groupby(level="seed")
    return claim_of(text, None, by_seed.max() - by_seed.min(), "points", higher_is_better=False)
