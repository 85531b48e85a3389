"""MNIST for networks with memory: pixel by pixel, in two orders, and as one spike a pixel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from brainsnn.codes import LatencyEncoder
from brainsnn.datasets.base import ImageSet, Splits
from brainsnn.datasets.mnist import MNIST
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams


@dataclass(frozen=True)
class SequentialMNIST:
    """MNIST's images as sequences of 784 pixels, row by row: shape (n, 784, 1).

    A `ThresholdCrossingEncoder` makes spikes of them, a pixel a step.

    Parameters
    ----------
    mnist : MNIST
        Where the images come from.

    References
    ----------
    Q. V. Le, N. Jaitly and G. E. Hinton, A simple way to initialize recurrent networks of rectified
    linear units, arXiv:1504.00941 (2015).
    """

    name: ClassVar[str] = "sequential-mnist"
    contents: ClassVar[str] = "Sequential MNIST: images of digits as rows of 784 pixels."
    citation: ClassVar[str] = (
        "Q. V. Le, N. Jaitly and G. E. Hinton, A simple way to initialize recurrent networks of "
        "rectified linear units, arXiv:1504.00941 (2015)"
    )

    mnist: MNIST = field(default_factory=MNIST)

    def find(self) -> Path | None:
        """Folder of MNIST's files."""
        return self.mnist.find()

    def load(self, rng: np.random.Generator | None = None) -> Splits[ImageSet]:
        """Read MNIST and lay its images out; the split is MNIST's."""
        parts = self.mnist.load(rng)
        return Splits(*(self._laid_out(p) for p in (parts.train, parts.validation, parts.test)))

    def _laid_out(self, part: ImageSet) -> ImageSet:
        pixels = part.images.reshape(len(part), -1, 1)
        return replace(part, name=part.name.replace("mnist", self.name), images=pixels)

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        rest = self.mnist.describe().split("\n")[1:-1]
        return "\n".join([self.contents, *rest, f"Cite: {self.citation}."])


@dataclass(frozen=True)
class PermutedMNIST(SequentialMNIST):
    """The same with all images' pixels in one random order.

    Parameters
    ----------
    mnist : MNIST
        Where the images come from.
    seed : int, default 0
        Of the order.

    References
    ----------
    As for `SequentialMNIST`.
    """

    name: ClassVar[str] = "permuted-mnist"
    contents: ClassVar[str] = "Permuted MNIST: images as rows of 784 pixels in a random order."

    seed: int = 0

    def _laid_out(self, part: ImageSet) -> ImageSet:
        rows = super()._laid_out(part)
        order = Streams(self.seed).fresh(f"{self.name} order").permutation(rows.images.shape[1])
        return replace(rows, images=rows.images[:, order])


@dataclass(frozen=True)
class LatencyMNIST:
    """MNIST as trials in which each pixel spikes once, the brighter the earlier, black never.

    Parameters
    ----------
    mnist : MNIST
        Where the images come from.
    n_steps : int, default 200
        Length of a trial.
    n_early : int, default 200
        Steps over which the spikes are spread (`LatencyEncoder`), `n_steps` at most.

    References
    ----------
    T. C. Wunderlich and C. Pehle, Event-based backpropagation can compute exact gradients for
    spiking neural networks, Scientific Reports 11, 12829 (2021).
    """

    name: ClassVar[str] = "latency-mnist"
    citation: ClassVar[str] = (
        "T. C. Wunderlich and C. Pehle, Event-based backpropagation can compute exact gradients "
        "for spiking neural networks, Scientific Reports 11, 12829 (2021)"
    )

    mnist: MNIST = field(default_factory=MNIST)
    n_steps: int = 200
    n_early: int = 200

    def find(self) -> Path | None:
        """Folder of MNIST's files."""
        return self.mnist.find()

    def load(self, rng: np.random.Generator | None = None) -> Splits[LabelledTrials]:
        """Read MNIST and encode it; the split is MNIST's."""
        parts = self.mnist.load(rng)
        return Splits(*(self._encoded(p) for p in (parts.train, parts.validation, parts.test)))

    def _encoded(self, part: ImageSet) -> LabelledTrials:
        trains = LatencyEncoder(self.n_early).encode(part.images)
        return LabelledTrials(replace(trains, n_steps=self.n_steps), part.labels)

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        rest = self.mnist.describe().split("\n")[1:-1]
        first = "Latency MNIST: images of digits, one spike a pixel, the brighter the earlier."
        return "\n".join([first, *rest, f"Cite: {self.citation}."])
