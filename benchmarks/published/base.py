"""A published model as trials that every way of running Brian2 can be asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

Values = dict[str, NDArray[Any]]
"""Arrays in SI units, by ``"object.variable"`` or by the name of a TimedArray."""


class PublishedModel(ABC):
    """A network, and what every trial of it is given.

    A trial starts from the state that `build` leaves, but for what it is given and what is kept.
    The SpikeMonitor whose spikes are counted is called ``spikes``.
    """

    name: ClassVar[str]
    #: Length of a step and of a trial in seconds.
    dt: ClassVar[float]
    duration: ClassVar[float]
    #: Variables that go on from trial to trial.
    keep: ClassVar[tuple[str, ...]] = ()
    #: Whether a trial draws no random numbers, so that spikes can be compared one by one.
    deterministic: ClassVar[bool] = True

    @abstractmethod
    def build(self) -> list[Any]:
        """The Brian2 objects."""

    @abstractmethod
    def given(self, k: int) -> Values:
        """What trial `k` is given."""

    def between(self, kept: Values) -> None:  # noqa: B027
        """Change in place what is kept, after a trial. By default, nothing."""


def random(seed: int) -> np.random.Generator:
    """Generator of the arrays of a model, the same for every way of running it."""
    return np.random.default_rng(seed)
