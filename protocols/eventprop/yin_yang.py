"""Yin-Yang by first spikes: points of a plane, told apart by exact gradients of spike times."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.analysis.paper import EVENTPROP
from brainsnn.analysis.report import Claim, Section
from brainsnn.config import Config
from brainsnn.datasets import YinYang, yin_yang_trials
from brainsnn.datasets.drawn.yin_yang import yin_yang_class
from brainsnn.datasets.formats.tables import TableSet
from brainsnn.experiment import Material, TrainedNetwork
from brainsnn.network.model import Model
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.common.sections import FIRST_SPIKE
from brainsnn.protocols.eventprop import page
from brainsnn.protocols.eventprop.base import EventPropConfig, EventPropExperiment
from brainsnn.protocols.eventprop.network import LatencyNetwork
from brainsnn.protocols.eventprop.speed import training_speed
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams

#: Test accuracy that the paper prints for 200 hidden neurons, in per cent.
PAPER = 98.1

#: Test accuracy that this project wants of exact gradients, in per cent.
AIM = 97.5


class YinYangData(Config):
    """The task; see `YinYang` and `yin_yang_trials`.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 5000, 1000 and 1000
    early, late, bias : float, default 10, 40 and 20
        Times of the smallest and the largest value and of the fifth input, in ms.
    duration : float, default 60
        Of a trial, in ms.
    """

    n_train: int = Field(default=5000, ge=1)
    n_validation: int = Field(default=1000, ge=1)
    n_test: int = Field(default=1000, ge=1)
    early: float = Field(default=10.0, ge=0)
    late: float = Field(default=40.0, ge=0)
    bias: float = Field(default=20.0, ge=0)
    duration: float = Field(default=60.0, gt=0)

    def task(self, seed: int) -> YinYang:
        """Return the points of a seed."""
        sizes = {"n_train": self.n_train, "n_validation": self.n_validation}
        return YinYang(**sizes, n_test=self.n_test, seed=seed)

    def encode(self, table: TableSet, network: LatencyNetwork) -> LabelledTrials:
        """Return points as latencies, in steps of the network."""
        times = (self.duration, self.early, self.late, self.bias)
        return yin_yang_trials(table, *map(network.steps, times))


class YinYangConfig(EventPropConfig):
    """Settings of the experiment ``eventprop-yin-yang``.

    Parameters
    ----------
    data : YinYangData
    plane : int, default 61
        Points along a side of the square whose disc is decided after training, for figures.
    timed : int, default 1000
        Training trials by which processor time is measured; 0 for none.
    rules, network, eventprop, bptt, training
        See `EventPropConfig`.
    """

    protocol: Literal["eventprop-yin-yang"] = "eventprop-yin-yang"
    data: YinYangData = YinYangData()
    plane: int = Field(default=61, ge=2)
    timed: int = Field(default=1000, ge=0)


class EventPropYinYang(EventPropExperiment[YinYangConfig]):
    """The experiment; see the module's docstring."""

    name = "eventprop-yin-yang"
    title = "Yin-Yang by first spikes: exact gradients beside surrogate ones"
    summary = "5-200-3 network on Yin-Yang by first spikes, taught by EventProp and by BPTT."
    citation: ClassVar[str] = EVENTPROP
    config = YinYangConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "training.epochs=6", "data.n_train=2000"),
    }

    def check(self, config: YinYangConfig) -> None:
        """Refuse times that are not within a trial, and networks that cannot be built."""
        for condition in self.chosen(config):
            self._trials(condition.config, YinYang(1, 1, 1).load().train)
        super().check(config)

    def model(self, config: YinYangConfig) -> Model:
        """Return the network."""
        return config.network.model(self.name, len(YinYang.features) + 1, len(YinYang.classes))

    def n_steps(self, config: YinYangConfig) -> int:
        """Length of a trial."""
        return config.network.steps(config.data.duration)

    def _trials(self, config: YinYangConfig, table: TableSet) -> LabelledTrials:
        return config.data.encode(table, config.network)

    def sources(self, config: YinYangConfig) -> tuple[type, ...]:  # noqa: ARG002
        """Return the data set."""
        return (YinYang,)

    def material(self, config: YinYangConfig, streams: Streams) -> Material:
        """Draw the points of a seed."""
        splits = config.data.task(streams.seed).load()
        train, validation = (self._trials(config, t) for t in (splits.train, splits.validation))
        return Material(
            train, validation, lambda: self._trials(config, splits.test), YinYang.classes
        )

    def measure(self, network: TrainedNetwork[YinYangConfig], run: RunDirectory) -> None:
        """Decide the points of a grid in the disc, and take the time of training."""
        config = network.config
        points = disc(config.plane)
        labels = yin_yang_class(points)
        rows = np.concatenate([points, 1 - points], axis=1)
        table = TableSet("plane", rows, labels, YinYang.classes, YinYang.features)
        trials = self.decided(network, self._trials(config, table), self.code(config))
        place = {**network.row, "x": points[:, 0], "y": points[:, 1]}
        run.write_table("plane", trials.assign(**place))
        if config.timed:
            run.write_table("speed", training_speed(network, config.timed))

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figures and the report; return claims."""
        config = run.config(self.config)
        abstract = (
            f"A 5-{config.network.hidden}-3 network of leaky neurons with synaptic currents tells "
            "by its first output spike where a point of the Yin-Yang sign lies. Exact gradients "
            "of spike times and surrogate gradients through time taught it from the same first "
            f"weights with the same trials, for {config.training.epochs} epochs of "
            f"{config.data.n_train:,}. Weights were selected on validation points."
        )
        sections: list[Section] = [
            page.networks(run, FIRST_SPIKE),
            page.learned(run),
            page.plane(run, YinYang.classes, config.network.step, self.n_steps(config)),
        ]
        return write_report(self, run, config, abstract, _claims(run, config), sections)


def disc(side: int) -> NDArray[np.float64]:
    """Points of a square grid that lie in the disc, shape (n, 2)."""
    x, y = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side))
    points = np.column_stack([x.ravel(), y.ravel()])
    return points[yin_yang_class(points) >= 0]


def _claims(run: RunDirectory, config: YinYangConfig) -> list[Claim]:
    """Accuracy, time to decision and spikes of both rules, and how they differ."""
    results = run.table("results")
    of_paper = PAPER if config.network.hidden == 200 else None
    found = []
    for name, part in results.groupby("condition", sort=False):
        exact = name == "eventprop"
        ties = 100 * (part["accuracy_ties_right"] - part["accuracy_ties_wrong"]).mean()
        note = f"ties {ties:.2f} %, silent {100 * part['silent_fraction'].mean():.2f} %"
        paper, aim = (of_paper, AIM) if exact else (None, None)
        right = 100 * part["accuracy"]
        found += [
            claim_of(f"Test accuracy, {name}", paper, right, "%", note, 2, aim=aim),
            claim_of(
                f"Time to decision, {name}", None, part["decision_ms"], "ms", higher_is_better=False
            ),
            claim_of(
                f"Spikes to decision, all layers, {name}",
                None,
                part["spikes_to_decision"],
                "spikes",
                higher_is_better=False,
            ),
        ]
    found += page.difference(results)
    return found


PROTOCOL = EventPropYinYang()
