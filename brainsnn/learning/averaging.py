r"""Averages of the weights over training, which often classify better than the last weights.

An average is fed the weights after every block of trials (`update`) and told when an epoch ends
(`end_epoch`); the training loop evaluates the average and goes on training the weights themselves.
(Polyak & Juditsky 1992, doi:10.1137/0330046; Izmailov et al. 2018, arXiv:1803.05407.)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.config import Choice
from brainsnn.errors import LearningError
from brainsnn.indices import size
from brainsnn.jit import njit
from brainsnn.learning.base import Weights
from brainsnn.registry import Registry

Shapes = Mapping[str, tuple[int, ...]]


@njit()
def _approach(average, weights, share):  # type: ignore[no-untyped-def]
    """Move `average` towards `weights` by `share`, in place."""
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            average[i, j] += share * (weights[i, j] - average[i, j])


def _take_in(averages: Mapping[str, NDArray[np.float64]], weights: Weights, share: float) -> None:
    """Move each average towards its weights, if there is one of each, of their shape."""
    shapes = {name: value.shape for name, value in weights.items()}
    known = {name: value.shape for name, value in averages.items()}
    if known != shapes:
        raise LearningError(
            f"The average is of weights of other names or shapes: {known}, not {shapes}."
        )
    for name, value in weights.items():
        _approach(averages[name], value, share)


def _table(name: str, value: NDArray[Any], error: str) -> NDArray[np.float64]:
    """Copy of weights, or of an average of them, as a table of float64."""
    if value.ndim != 2 or value.dtype != np.float64:
        raise LearningError(
            f"{error} of {name!r} must be float64 of shape (pre, post), got {value.dtype} of shape "
            f"{value.shape}."
        )
    return np.array(value)


class Average(ABC):
    """An average of weights, fed as training goes."""

    @abstractmethod
    def update(self, weights: Weights) -> None:
        """Take in the weights after a block of trials.

        Raises
        ------
        LearningError
            If they are of other connections or shapes than those so far.
        """

    @abstractmethod
    def end_epoch(self) -> None:
        """An epoch has ended."""

    @abstractmethod
    def weights(self) -> Weights | None:
        """The average (not to be written to), or None if training's own weights are to be used."""

    @abstractmethod
    def state(self) -> dict[str, NDArray[Any]]:
        """Everything that a checkpoint must hold, as copies, flat."""

    @abstractmethod
    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state`."""

    def check_state(self, state: Mapping[str, NDArray[Any]], shapes: Shapes) -> None:
        """Refuse a state that is not one of this average of weights of these shapes.

        Raises
        ------
        LearningError
            Naming what does not belong there, is missing, or holds what cannot be.
        """
        if state:
            _check_weights("the average", state, shapes)


def _check_weights(what: str, weights: Mapping[str, NDArray[Any]], shapes: Shapes) -> None:
    """Refuse arrays that are not one for each connection, of its shape, of finite numbers."""
    if set(weights) != set(shapes):
        raise LearningError(
            f"{what} is of {', '.join(sorted(weights)) or 'nothing'}, not of {', '.join(shapes)}."
        )
    for name, value in weights.items():
        if value.shape != tuple(shapes[name]) or value.dtype != np.float64:
            raise LearningError(
                f"{what} of {name!r} is {value.dtype} of shape {value.shape}, not float64 of "
                f"{tuple(shapes[name])}."
            )
        if not np.isfinite(value).all():
            raise LearningError(f"{what} of {name!r} holds NaN or infinity.")


class NoAverage(Average):
    """Averages nothing: training's own weights are used."""

    def update(self, weights: Weights) -> None:
        """Do nothing."""

    def end_epoch(self) -> None:
        """Do nothing."""

    def weights(self) -> None:
        """None."""

    def state(self) -> dict[str, NDArray[Any]]:
        """Nothing."""
        return {}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Do nothing."""

    def check_state(self, state: Mapping[str, NDArray[Any]], shapes: Shapes) -> None:  # noqa: ARG002
        """Refuse any state: this average has none."""
        if state:
            raise LearningError(f"No average is kept, and the state has {', '.join(state)}.")


class ExponentialAverage(Average):
    r"""Forgetting average: :math:`A \leftarrow d_n A + (1 - d_n) W`, from the first weights seen.

    .. math::
        d_n = \min\left(d, \frac{1 + n}{10 + n}\right) \text{ at the } n\text{-th update}

    Early on it reaches back over about a tenth of the updates so far: however short a training is,
    its first weights do not stay in the average.

    Parameters
    ----------
    decay : float, default 0.99
        :math:`d`, in [0, 1), for each block of trials.
    """

    def __init__(self, decay: float = 0.99) -> None:
        self.decay = decay
        self._average: dict[str, NDArray[np.float64]] = {}
        self._updates = 0

    def update(self, weights: Weights) -> None:
        """See the class."""
        if not self._average:
            self._average = {n: _table(n, value, "Weights") for n, value in weights.items()}
        n = self._updates = self._updates + 1
        _take_in(self._average, weights, 1.0 - min(self.decay, (1 + n) / (10 + n)))

    def end_epoch(self) -> None:
        """Do nothing: epochs do not matter here."""

    def weights(self) -> Weights | None:
        """The average, or None before the first `update`."""
        return self._average or None

    def state(self) -> dict[str, NDArray[Any]]:
        """The average (``of.connection``), and the count of updates."""
        average = {f"of.{name}": value.copy() for name, value in self._average.items()}
        return {"updates": np.array(self._updates), **average}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state`."""
        self._updates = size("Average: updates", int(state["updates"]), error=LearningError)
        tables = _averaged(state).items()
        self._average = {name: _table(name, value, "Average") for name, value in tables}

    def check_state(self, state: Mapping[str, NDArray[Any]], shapes: Shapes) -> None:
        """Refuse what `state` does not give: a count of updates, and with one an average."""
        average = _averaged(state)
        if _count("updates", state) > 0:
            _check_weights("the average", average, shapes)
        elif average:
            raise LearningError("The average has weights, of no update.")


def _averaged(state: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The averages in the state of an `ExponentialAverage`, by connection."""
    return {key.removeprefix("of."): value for key, value in state.items() if key != "updates"}


def _count(what: str, state: Mapping[str, NDArray[Any]]) -> int:
    """A count in the state of an average."""
    count = state.get(what, np.array(-1))
    if count.shape != () or count.dtype.kind != "i" or count < 0:
        raise LearningError(f"The average's count of {what} must be a number, 0 or more.")
    return int(count)


class EpochsAverage(Average):
    """Plain mean of all blocks' weights in the last few whole epochs.

    Parameters
    ----------
    last : int, default 3
        Number of epochs; early on, those that there are.
    """

    def __init__(self, last: int = 3) -> None:
        self.last = last
        self._running: dict[str, NDArray[np.float64]] = {}
        self._blocks = 0
        self._means: list[dict[str, NDArray[np.float64]]] = []

    def update(self, weights: Weights) -> None:
        """See the class."""
        if not self._running:
            tables = {n: _table(n, value, "Weights") for n, value in weights.items()}
            self._running = {n: np.zeros_like(table) for n, table in tables.items()}
        _take_in(self._running, weights, 1.0 / (self._blocks + 1))
        self._blocks += 1

    def end_epoch(self) -> None:
        """Close the epoch's mean and forget the oldest."""
        if self._running:
            self._means = [*self._means, self._running][-self.last :]
        self._running, self._blocks = {}, 0

    def weights(self) -> Weights | None:
        """Mean over the last epochs, or None before the first has ended."""
        if not self._means:
            return None
        return {
            name: np.mean([epoch[name] for epoch in self._means], axis=0) for name in self._means[0]
        }

    def state(self) -> dict[str, NDArray[Any]]:
        """Means of the epochs (``0.connection``, ...), the running one, the block count."""
        state: dict[str, NDArray[Any]] = {"blocks": np.array(self._blocks)}
        epochs = {"running": self._running, **{str(k): e for k, e in enumerate(self._means)}}
        for label, epoch in epochs.items():
            state |= {f"{label}.{name}": value.copy() for name, value in epoch.items()}
        return state

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state`."""
        epochs: dict[str, dict[str, NDArray[np.float64]]] = {"running": {}}
        for key, value in state.items():
            label, dot, name = key.partition(".")
            if dot:
                epochs.setdefault(label, {})[name] = _table(name, value, "Average")
        self._blocks = size("Average: blocks", int(state["blocks"]), error=LearningError)
        self._running = epochs.pop("running")
        self._means = [epochs[str(k)] for k in range(len(epochs))]

    def check_state(self, state: Mapping[str, NDArray[Any]], shapes: Shapes) -> None:
        """Refuse what `state` does not give: a block count, and whole epochs without a gap."""
        blocks = _count("blocks", state)
        epochs: dict[str, dict[str, NDArray[Any]]] = {}
        for key, value in state.items():
            if key != "blocks":
                label, _, name = key.partition(".")
                epochs.setdefault(label, {})[name] = value
        numbers = {label for label in epochs if label != "running"}
        if numbers != {str(k) for k in range(len(numbers))} or ("running" in epochs) != (
            blocks > 0
        ):
            raise LearningError(f"The average's epochs {', '.join(epochs)} are not whole.")
        for label, epoch in epochs.items():
            _check_weights(f"the average of epoch {label!r}", epoch, shapes)


class AverageConfig(Choice):
    """Parameters of an average; `build` makes one with a fresh state."""

    variants: ClassVar[Registry[type[AverageConfig]]] = Registry("average")

    def build(self) -> Average:
        """An average with these parameters and a fresh state."""
        raise NotImplementedError


AVERAGES = AverageConfig.variants


@AVERAGES.register("off")
class NoAverageConfig(AverageConfig):
    """Parameters of `NoAverage`: none."""

    name: Literal["off"] = "off"

    def build(self) -> NoAverage:
        """A `NoAverage`."""
        return NoAverage()


@AVERAGES.register("exponential")
class ExponentialAverageConfig(AverageConfig):
    """Parameters of `ExponentialAverage`."""

    name: Literal["exponential"] = "exponential"
    decay: float = Field(default=0.99, ge=0, lt=1)

    def build(self) -> ExponentialAverage:
        """A fresh `ExponentialAverage`."""
        return ExponentialAverage(self.decay)


@AVERAGES.register("epochs")
class EpochsAverageConfig(AverageConfig):
    """Parameters of `EpochsAverage`."""

    name: Literal["epochs"] = "epochs"
    last: int = Field(default=3, ge=1)

    def build(self) -> EpochsAverage:
        """A fresh `EpochsAverage`."""
        return EpochsAverage(self.last)
