"""MNIST, or a set in its format, for protocols: which, and how much of it, as settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.config import Config
from brainsnn.datasets import MNIST, FashionMNIST, IdxImages, ImageSet, Splits
from brainsnn.datasets.augment import Warp
from brainsnn.experiment import Material
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials, VariedTrials
from brainsnn.streams import Streams

SETS: dict[str, type[IdxImages]] = {kind.name: kind for kind in (MNIST, FashionMNIST)}
"""The sets in MNIST's format, by name."""


class ImageSetConfig(Config):
    """Which of these sets.

    Parameters
    ----------
    name : {"mnist", "fashion-mnist"}
    """

    name: Literal["mnist", "fashion-mnist"] = "mnist"

    @property
    def title(self) -> str:
        """The set's name, as its authors write it."""
        return SETS[self.name].title

    @property
    def kind(self) -> type[IdxImages]:
        """The set's class."""
        return SETS[self.name]

    @property
    def classes(self) -> tuple[str, ...]:
        """Name of each class, by label."""
        return SETS[self.name].classes

    def of_paper(self, value: float | None) -> float | None:
        """Return what a paper says of MNIST; None for another set, of which it says nothing."""
        return value if self.name == MNIST.name else None


class MnistConfig(ImageSetConfig):
    """Which set, and how much of it is used; ``none`` means all of a split.

    Parameters
    ----------
    name
        See `ImageSetConfig`.
    n_train, n_test : int, optional
        The first so many images of the split.
    n_validation : int, default 10000
        Images of the training set, its last, kept for validation.
    """

    n_train: int | None = Field(default=None, ge=2)
    n_validation: int = Field(default=10_000, ge=1, lt=60_000)
    n_test: int | None = Field(default=None, ge=1)

    def load(self) -> Splits[ImageSet]:
        """Load the splits, cut to size."""
        splits = SETS[self.name](n_validation=self.n_validation).load()
        train, test = _first(splits.train, self.n_train), _first(splits.test, self.n_test)
        return replace(splits, train=train, test=test)


def _first(images: ImageSet, n: int | None) -> ImageSet:
    """Return the first n images, or all."""
    return images if n is None else images.take(np.arange(min(n, len(images))))


def encoded(
    splits: Splits[ImageSet], encode: Callable[[NDArray[np.uint8]], SpikeTrains]
) -> Material:
    """Splits as spikes of their images; those of the test split when they are asked for."""

    def spikes_of(part: ImageSet) -> LabelledTrials:
        return LabelledTrials(encode(part.images), part.labels)

    train, validation = spikes_of(splits.train), spikes_of(splits.validation)
    return Material(train, validation, lambda: spikes_of(splits.test), splits.train.classes)


def encoded_anew(
    splits: Splits[ImageSet],
    encode: Callable[[NDArray[np.uint8], np.random.Generator], SpikeTrains],
    warp: Warp,
    streams: Streams,
) -> Material:
    """Splits as spikes of their images; those of training are warped and encoded in each epoch.

    Parameters
    ----------
    splits : Splits
    encode : callable
        From images and a generator to spikes.
    warp : Warp
    streams : Streams
        Draws warps from ``augmentation`` and spikes from ``encoding``; those of validation and test
        are drawn once.
    """

    def of_training(epoch: int | None, trials: NDArray[np.int64]) -> SpikeTrains:
        images = splits.train.images[trials]
        place = (0, 0) if epoch is None else (epoch + 1, int(trials[0]))
        if epoch is not None and warp.varies:
            images = warp.draw(trials.size, streams.fresh("augmentation", *place)).apply(images)
        return encode(images, streams.fresh("encoding", *place))

    def once(part: ImageSet, number: int) -> LabelledTrials:
        rng = streams.fresh("encoding", 0, number)
        return LabelledTrials(encode(part.images, rng), part.labels)

    return Material(
        VariedTrials(splits.train.labels, of_training),
        once(splits.validation, 1),
        lambda: once(splits.test, 2),
        splits.train.classes,
    )
