"""Yin-Yang: points of a disc in three classes, which a linear classifier does not tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.drawn.base import Drawn
from brainsnn.datasets.formats.tables import TableSet
from brainsnn.errors import ConfigError, DataError
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams

RADIUS, DOT = 0.5, 0.1
"""Of the disc, and of the two dots in it."""


@dataclass(frozen=True)
class YinYang(Drawn[TableSet]):
    """Points of the Yin-Yang sign: class 0 is yin, 1 yang, 2 the two dots.

    The disc has radius 1/2 about (1/2, 1/2); the dots, of radius 1/10, are about (1/4, 1/2) and
    (3/4, 1/2). Each class is equally likely, and uniform over its area. A row is x, y, 1 - x,
    1 - y, all in 0..1.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 5000, 1000 and 1000
    seed : int, default 0
        See `Drawn`.

    References
    ----------
    L. Kriener, J. Goeltz and M. A. Petrovici, The Yin-Yang dataset, Neuro-Inspired Computational
    Elements Conference (2022), arXiv:2102.08211.

    Examples
    --------
    >>> splits = YinYang(n_train=300).load()
    >>> splits.train.rows.shape, splits.train.classes
    ((300, 4), ('yin', 'yang', 'dot'))
    """

    name: ClassVar[str] = "yin-yang"
    contents: ClassVar[str] = "Yin-Yang: points of a disc, 4 features, 3 classes."
    citation: ClassVar[str] = (
        "L. Kriener, J. Goeltz and M. A. Petrovici, The Yin-Yang dataset, Neuro-Inspired "
        "Computational Elements Conference (2022), arXiv:2102.08211"
    )
    classes: ClassVar[tuple[str, ...]] = ("yin", "yang", "dot")
    features: ClassVar[tuple[str, ...]] = ("x", "y", "1 - x", "1 - y")

    n_train: int = 5000
    n_validation: int = 1000
    n_test: int = 1000

    def part(self, part: str, n: int, streams: Streams) -> TableSet:
        """See `Drawn`."""
        rng = streams.fresh(f"{self.name} {part}")
        labels, points = rng.integers(0, 3, n), np.empty((n, 2))
        waiting = np.arange(n)
        while waiting.size:
            drawn = rng.random((waiting.size, 2)) * (2 * RADIUS)
            points[waiting] = drawn
            waiting = waiting[yin_yang_class(drawn) != labels[waiting]]
        rows = np.concatenate([points, 1 - points], axis=1)
        return TableSet(f"{self.name} {part}", rows, labels, self.classes, self.features)


def yin_yang_class(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Class of points of the plane: 0 yin, 1 yang, 2 dot, -1 outside of the disc.

    Parameters
    ----------
    points : array, shape (n, 2)
        The disc lies in 0..1.

    Raises
    ------
    DataError
        If the array is of another shape.
    """
    points = np.asarray(points, np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise DataError(f"Points have the shape (n, 2), got {points.shape}.")
    right = np.hypot(points[:, 0] - 1.5 * RADIUS, points[:, 1] - RADIUS)
    left = np.hypot(points[:, 0] - 0.5 * RADIUS, points[:, 1] - RADIUS)
    around_left = (left > DOT) & (left <= 0.5 * RADIUS)
    above = (points[:, 1] > RADIUS) & (right > 0.5 * RADIUS)
    yang = (right <= DOT) | around_left | above
    inside = np.hypot(points[:, 0] - RADIUS, points[:, 1] - RADIUS) <= RADIUS
    dot = (right < DOT) | (left < DOT)
    return np.where(inside, np.where(dot, 2, yang.astype(np.int64)), -1)


def yin_yang_trials(
    table: TableSet, n_steps: int = 600, early: int = 100, late: int = 400, bias: int = 200
) -> LabelledTrials:
    """Encode rows as one spike a feature, later for larger values, and one of a fifth neuron.

    Neuron k of a trial spikes at step round(early + x_k (late - early)); the last neuron always at
    `bias`. With steps of 0.1 ms the defaults are 10 to 40 ms and 20 ms.

    Parameters
    ----------
    table : TableSet
        Rows of `YinYang`, or others in 0..1.
    n_steps : int, default 600
        Length of a trial.
    early, late, bias : int, default 100, 400 and 200
        Steps.

    Raises
    ------
    ConfigError
        If the steps are not within the trial, or `early` is not before `late`.
    DataError
        If a value is not in 0..1.
    """
    if not (0 <= early < late < n_steps and 0 <= bias < n_steps):
        raise ConfigError(
            f"Yin-Yang's spikes must be within a trial of {n_steps} steps, early before late: got "
            f"early {early}, late {late}, bias {bias}."
        )
    rows = table.rows
    if rows.size and not 0 <= rows.min() <= rows.max() <= 1:
        raise DataError(f"{table.name}: values must be in 0..1, got {rows.min()}..{rows.max()}.")
    steps = np.rint(early + rows * (late - early)).astype(np.int64)
    steps = np.concatenate([steps, np.full((len(rows), 1), bias)], axis=1)
    return LabelledTrials(SpikeTrains.from_first_steps(steps, n_steps), table.labels)
