"""Tasks of the atlas: what is told apart, as spikes of one length, in three splits.

The input is the same for every rule and code of a task, so that what differs is the network's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from sklearn.datasets import load_breast_cancer

from brainsnn.classifier.scaling import fit_scaling
from brainsnn.codes import Encoder, LatencyEncoder, RegularEncoder
from brainsnn.config import Config
from brainsnn.datasets import MNIST, DelayedMatch, YinYang, yin_yang_trials
from brainsnn.datasets.formats.tables import TableSet
from brainsnn.experiment import Material
from brainsnn.protocols.common.mnist import MnistConfig, encoded
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams

TABLE_ROWS = 341
"""Training rows of the table: 60 % of 569."""


class AtlasData(Config):
    """Sizes of the tasks.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 4000, 1000 and 2000
        Trials of each split, but of the table, which has 569 rows: 60 % of them are trained on,
        and the rest is shared by halves.
    n_steps : int, default 100
        Length of a trial of latencies.
    most : int, default 20
        Spikes of the largest value where values are rates, and length of such a trial.
    """

    n_train: int = Field(default=4000, ge=10)
    n_validation: int = Field(default=1000, ge=10)
    n_test: int = Field(default=2000, ge=10)
    n_steps: int = Field(default=100, ge=10)
    most: int = Field(default=20, ge=2)

    @property
    def sizes(self) -> dict[str, int]:
        """Of the three splits."""
        return {name: getattr(self, name) for name in ("n_train", "n_validation", "n_test")}


@dataclass(frozen=True)
class Task:
    """One of them.

    Parameters
    ----------
    title : str
    kind : {"image", "table", "timing", "memory"}
    inputs : {"latencies", "rates"}
        How values become spikes.
    sizes : (int, int)
        Of input and output.
    steps : callable
        Length of a trial, of the data's settings.
    active : callable
        Input spikes of a trial, about, by which first weights are scaled.
    material : callable
        Trials, of the data's settings and the streams of a seed.
    sources : tuple of type
        Data set and encoder, as far as they are the package's.
    """

    title: str
    kind: str
    inputs: str
    sizes: tuple[int, int]
    steps: Callable[[AtlasData], int]
    active: Callable[[AtlasData], float]
    material: Callable[[AtlasData, Streams], Material]
    sources: tuple[type, ...]

    def n_train(self, data: AtlasData) -> int:
        """Trials to learn from."""
        return TABLE_ROWS if self.kind == "table" else data.n_train


def _latencies(data: AtlasData) -> Encoder:
    return LatencyEncoder(data.n_steps)


def _rates(data: AtlasData) -> Encoder:
    return RegularEncoder(data.most)


def _images(encoder: Callable[[AtlasData], Encoder]) -> Callable[[AtlasData, Streams], Material]:
    """Digits, the same for every seed."""

    def material(data: AtlasData, streams: Streams) -> Material:  # noqa: ARG001
        splits = MnistConfig(
            n_train=data.n_train, n_validation=data.n_validation, n_test=data.n_test
        ).load()
        return encoded(splits, encoder(data).encode)

    return material


def _rows(encoder: Callable[[AtlasData], Encoder]) -> Callable[[AtlasData, Streams], Material]:
    """Rows of a table, scaled by what the training rows reach from and to."""

    def material(data: AtlasData, streams: Streams) -> Material:
        found = load_breast_cancer()
        rows, labels = found.data, found.target.astype(np.int64)
        order = streams["split"].permutation(len(rows))
        half = (len(rows) - TABLE_ROWS) // 2
        train, validation, test = np.split(order, [TABLE_ROWS, TABLE_ROWS + half])
        scaling = fit_scaling("minmax", rows[train], together=False)

        def trials(part: NDArray[np.int64]) -> LabelledTrials:
            values = np.rint(255 * scaling(rows[part])).astype(np.uint8)
            return LabelledTrials(encoder(data).encode(values), labels[part])

        classes = tuple(map(str, found.target_names))
        return Material(trials(train), trials(validation), lambda: trials(test), classes)

    return material


def _yin_yang(data: AtlasData, streams: Streams) -> Material:
    """Points of a plane as times of four spikes, beside a fifth that is always at the same time."""
    splits = YinYang(**data.sizes, seed=streams.seed).load()
    n = data.n_steps
    early, late, bias = n // 10, (6 * n) // 10, (3 * n) // 10

    def trials(part: TableSet) -> LabelledTrials:
        return yin_yang_trials(part, n, early, late, bias)

    parts = trials(splits.train), trials(splits.validation)
    return Material(*parts, lambda: trials(splits.test), YinYang.classes)


def _match(data: AtlasData, seed: int = 0) -> DelayedMatch:
    fifth = data.n_steps // 5
    return DelayedMatch(**data.sizes, seed=seed, n_cue=fifth, n_delay=2 * fifth)


def _matches(data: AtlasData, streams: Streams) -> Material:
    """Two cues with a delay between them: the same or not."""
    splits = _match(data, streams.seed).load()
    return Material(splits.train, splits.validation, lambda: splits.test, ("other", "same"))


TASKS: Mapping[str, Task] = {
    "digits": Task(
        "MNIST as latencies",
        "image",
        "latencies",
        (784, 10),
        lambda data: data.n_steps,
        lambda data: 150.0,  # noqa: ARG005
        _images(_latencies),
        (MNIST, LatencyEncoder),
    ),
    "digits-rates": Task(
        "MNIST as rates",
        "image",
        "rates",
        (784, 10),
        lambda data: data.most,
        lambda data: 75.0 * data.most,
        _images(_rates),
        (MNIST, RegularEncoder),
    ),
    "table": Task(
        "Breast cancer as latencies",
        "table",
        "latencies",
        (30, 2),
        lambda data: data.n_steps,
        lambda data: 30.0,  # noqa: ARG005
        _rows(_latencies),
        (LatencyEncoder,),
    ),
    "table-rates": Task(
        "Breast cancer as rates",
        "table",
        "rates",
        (30, 2),
        lambda data: data.most,
        lambda data: 8.0 * data.most,
        _rows(_rates),
        (RegularEncoder,),
    ),
    "yin-yang": Task(
        "Yin-Yang",
        "timing",
        "latencies",
        (5, 3),
        lambda data: data.n_steps,
        lambda data: 5.0,  # noqa: ARG005
        _yin_yang,
        (YinYang,),
    ),
    "match": Task(
        "Delayed match",
        "memory",
        "rates",
        (20, 2),
        lambda data: _match(data).n_steps,
        lambda data: 0.8 * data.n_steps,
        _matches,
        (DelayedMatch,),
    ),
}
"""Tasks by name."""
