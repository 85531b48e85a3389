"""Weights over time: copies of what is learned, kept while training goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError
from brainsnn.registry import suggest
from brainsnn.training.callbacks.base import Callback, Metrics, Progress

if TYPE_CHECKING:
    from brainsnn.engine.base import Engine


class WeightHistory(Callback):
    """Keeps copies of weights at the start and after every so many blocks of trials.

    Parameters
    ----------
    engine : Engine
    names : sequence of str, optional
        Of what is learned; all by default.
    every : int, default 1
        Blocks (of about 256 trials) between two copies.

    Attributes
    ----------
    trials : list of int
        Trials done at each copy, over all epochs.

    Raises
    ------
    ConfigError
        If a name is not learned, or `every` is below 1.
    """

    def __init__(self, engine: Engine, names: Sequence[str] | None = None, every: int = 1) -> None:
        for name in names or ():
            if name not in engine.weights:
                raise ConfigError(
                    f"{name!r} is not among what is learned. {suggest(name, engine.weights)}"
                )
        if every < 1:
            raise ConfigError(f"every must be 1 or more, got {every}.")
        self.engine, self.every, self.trials = engine, every, list[int]()
        self._blocks = 0
        self._copies: dict[str, list[NDArray[np.float64]]] = {
            n: [] for n in names or engine.weights
        }

    def on_start(self, progress: Progress, metrics: Metrics) -> None:
        """See `Callback`."""
        del metrics
        self._copy(progress)

    def on_block(self, progress: Progress, metrics: Metrics) -> None:
        """See `Callback`."""
        del metrics
        self._blocks += 1
        if self._blocks % self.every == 0:
            self._copy(progress)

    def _copy(self, progress: Progress) -> None:
        self.trials.append((progress.epoch - 1) * progress.n_trials + progress.index)
        for name, copies in self._copies.items():
            copies.append(np.array(self.engine.weights[name]))

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """Copies of an array, (copies, pre, post)."""
        return np.array(self._copies[name])
