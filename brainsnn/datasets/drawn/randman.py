r"""Random smooth manifolds: classes that are told apart by when neurons spike, not how often.

Each class c is the image of the cube :math:`[0, 1]^D` under smooth random functions, one a neuron
i:

.. math::
    f_{ci}(x) = \prod_{j=1}^{D} \sum_{k=1}^{K} \frac{\theta^A_{cijk}}{k^\alpha}
        \sin\left(2 \pi (k x_j \theta^B_{cijk} + \theta^C_{cijk})\right)

with all :math:`\theta` uniform in 0..1. A trial is a point of the cube, drawn uniformly; neuron i
spikes once, at the value of its function, scaled so that the class's manifold spans the trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.drawn.base import Drawn
from brainsnn.datasets.drawn.populations import check_numbers
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams

CUTOFF = 200
"""Largest number of sines of a function."""

PRECISION = 1e-3
"""Height below which further sines are left out."""

SPAN = 100
"""Points of a manifold by which its range is found."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Randman(Drawn[LabelledTrials]):
    """Spike times on random smooth manifolds (module docstring).

    Harder with more classes, larger dimension and smaller `smoothness`.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 5000, 1000 and 1000
    seed : int, default 0
        See `Drawn`.
    n_classes, n_neurons : int, default 10 and 20
    dimension : int, default 1
        D, of the manifolds.
    smoothness : float, default 1
        Exponent alpha: the larger, the less the higher frequencies count.
    n_steps : int, default 100
        Length of a trial.

    Raises
    ------
    ConfigError
        If a number is out of range.

    References
    ----------
    F. Zenke and T. P. Vogels, The remarkable robustness of surrogate gradient learning for
    instilling complex function in spiking neural networks, Neural Computation 33(4), 899-925
    (2021).
    """

    name: ClassVar[str] = "randman"
    contents: ClassVar[str] = "Random smooth manifolds: 20 inputs that spike once, 10 classes."
    citation: ClassVar[str] = (
        "F. Zenke and T. P. Vogels, The remarkable robustness of surrogate gradient learning for "
        "instilling complex function in spiking neural networks, Neural Computation 33(4), "
        "899-925 (2021)"
    )

    n_train: int = 5000
    n_validation: int = 1000
    n_test: int = 1000
    n_classes: int = 10
    n_neurons: int = 20
    dimension: int = 1
    smoothness: float = 1.0
    n_steps: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        self._at_least(n_classes=2, n_neurons=1, dimension=1, n_steps=2)
        check_numbers(self.name, {"smoothness": self.smoothness}, 0, 1000)

    def part(self, part: str, n: int, streams: Streams) -> LabelledTrials:
        """See `Drawn`."""
        rng = streams.fresh(f"{self.name} {part}")
        labels, points = rng.integers(0, self.n_classes, n), rng.random((n, self.dimension))
        values = np.empty((n, self.n_neurons))
        for c in range(self.n_classes):
            mine = labels == c
            values[mine] = self._manifold(streams.seed, c)(points[mine])
        steps = np.rint(values * (self.n_steps - 1)).astype(np.int64)
        return LabelledTrials(SpikeTrains.from_first_steps(steps, self.n_steps), labels)

    def _manifold(self, seed: int, c: int) -> _Manifold:
        n_sines = CUTOFF
        if self.smoothness > 0:
            n_sines = int(min(CUTOFF, np.ceil(PRECISION ** (-1 / self.smoothness))))
        shape = (self.n_neurons, self.dimension, n_sines)
        return _manifold(seed, c, shape, self.smoothness)


@dataclass(frozen=True, eq=False)
class _Manifold:
    """Random smooth functions of a cube, one a neuron, scaled to 0..1."""

    height: Floats
    speed: Floats
    phase: Floats
    low: Floats
    high: Floats

    def __call__(self, points: Floats) -> Floats:
        """Value of each function at each point, shape (n, neurons)."""
        found = _values(points, self.height, self.speed, self.phase)
        scaled: Floats = np.clip((found - self.low) / (self.high - self.low), 0, 1)
        return scaled


def _values(points: Floats, height: Floats, speed: Floats, phase: Floats) -> Floats:
    """Sums of sines of each coordinate, multiplied over coordinates."""
    found = np.empty((len(points), len(height)))
    for n, x in enumerate(points):
        found[n] = (height * np.sin(speed * x[:, None] + phase)).sum(axis=-1).prod(axis=-1)
    return found


@lru_cache(maxsize=64)
def _manifold(seed: int, c: int, shape: tuple[int, int, int], smoothness: float) -> _Manifold:
    """Draw a class's manifold, and find the range of each neuron's function."""
    streams, k = Streams(seed), np.arange(1, shape[-1] + 1)
    a, b, start = streams.fresh("randman task", c).random((3, *shape))
    parts = (a / k**smoothness, 2 * np.pi * k * b, 2 * np.pi * start)
    middle = streams.fresh("randman range", c).random((SPAN, shape[1]))
    values = _values(middle, *parts)
    return _Manifold(*parts, low=values.min(axis=0), high=values.max(axis=0))
