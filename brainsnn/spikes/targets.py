"""What is wanted of each trial: a class, output spikes, values step by step, or nothing.

Targets are checked where they enter. A rule and its loss get the plain columns of the trials at
hand (`Targets.of`), of the kind that they say they take.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import DataError
from brainsnn.indices import sealed, size, whole_numbers
from brainsnn.spikes import SpikeTrains


class Targets(ABC):
    """What is wanted of each of n trials.

    Attributes
    ----------
    kind : str
        What they are, in words.
    """

    kind: ClassVar[str]

    @abstractmethod
    def __len__(self) -> int:
        """Number of trials."""

    @abstractmethod
    def of(self, trials: NDArray[np.int64]) -> Any:
        """What rules and losses get of the given trials: the column of the kind."""

    @abstractmethod
    def take(self, trials: NDArray[np.int64]) -> Self:
        """Targets of the given trials, in the given order."""

    @abstractmethod
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All that they consist of."""

    def check(self, n_outputs: int, n_steps: int) -> None:
        """Refuse targets that no network of so many outputs, in trials of so many steps, can meet.

        Raises
        ------
        DataError
        """
        del n_outputs, n_steps

    def check_trainable(self) -> None:  # noqa: B027 - most are, whatever they are
        """Refuse targets that there is nothing to be learned from.

        Raises
        ------
        DataError
        """


@dataclass(frozen=True, eq=False)
class Classes(Targets):
    """A class for each trial.

    Parameters
    ----------
    labels : array of int64, shape (n,)
        Index of the output neuron that stands for the trial's class.

    Raises
    ------
    DataError
        If the labels are no column of whole numbers of 0 or more.
    """

    kind: ClassVar[str] = "classes"

    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        column: NDArray[np.int64] = sealed(whole_numbers("Labels", self.labels), self.labels)
        if column.size and column.min() < 0:
            raise DataError(f"Labels must be 0 or more, got {column.min()}.")
        object.__setattr__(self, "labels", column)

    def __len__(self) -> int:
        return self.labels.size

    def of(self, trials: NDArray[np.int64]) -> NDArray[np.int64]:
        """Labels, shape (n,)."""
        return self.labels[trials]

    def take(self, trials: NDArray[np.int64]) -> Classes:
        """See `Targets`."""
        return Classes(self.labels[trials])

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """See `Targets`."""
        return (self.labels,)

    def check(self, n_outputs: int, n_steps: int) -> None:  # noqa: ARG002
        """Refuse labels without an output neuron."""
        if self.labels.size and self.labels.max() >= n_outputs:
            raise DataError(
                f"Label {self.labels.max()} has no output neuron: the network has {n_outputs}, so "
                f"labels must be in 0..{n_outputs - 1}."
            )

    def check_trainable(self) -> None:
        """Refuse a single class."""
        if np.unique(self.labels).size < 2:
            raise DataError(
                f"All {len(self)} training trials are of class {self.labels[0]}: there is nothing "
                "to tell apart. At least two classes are needed."
            )


@dataclass(frozen=True, eq=False)
class TargetTrains(Targets):
    """Output spikes that are wanted in each trial.

    Parameters
    ----------
    trains : SpikeTrains
        n trials of the output population.

    Raises
    ------
    DataError
        If they are no SpikeTrains.
    """

    kind: ClassVar[str] = "spike trains"

    trains: SpikeTrains

    def __post_init__(self) -> None:
        if not isinstance(self.trains, SpikeTrains):
            raise DataError(f"Target trains are SpikeTrains, got {type(self.trains).__name__}.")

    def __len__(self) -> int:
        return self.trains.n_trials

    def of(self, trials: NDArray[np.int64]) -> SpikeTrains:
        """Trains of the trials."""
        return self.trains.take(trials)

    def take(self, trials: NDArray[np.int64]) -> TargetTrains:
        """See `Targets`."""
        return TargetTrains(self.of(trials))

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """See `Targets`."""
        return self.trains.offsets, self.trains.neuron, self.trains.step

    def check(self, n_outputs: int, n_steps: int) -> None:
        """Refuse trains of other neurons, or longer than a trial."""
        if self.trains.n_neurons != n_outputs or self.trains.n_steps > n_steps:
            raise DataError(
                f"Target trains of {self.trains.n_neurons} neurons and {self.trains.n_steps} "
                f"steps; the output has {n_outputs} neurons and a trial {n_steps} steps."
            )


@dataclass(frozen=True, eq=False)
class StepValues(Targets):
    """A value for each output neuron at each step of each trial.

    Parameters
    ----------
    values : array of float64, shape (n, n_steps, n_outputs)

    Raises
    ------
    DataError
        If they are of another number of axes, or not finite numbers.
    """

    kind: ClassVar[str] = "values a step"

    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        try:
            values = np.array(self.values, np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(f"Values a step are an array of numbers: {error}.") from None
        if values.ndim != 3:
            raise DataError(
                f"Values a step have the shape (n, n_steps, n_outputs), got {values.shape}."
            )
        if not np.isfinite(values).all():
            raise DataError("Values a step must be finite.")
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return len(self.values)

    def of(self, trials: NDArray[np.int64]) -> NDArray[np.float64]:
        """Values, shape (n, n_steps, n_outputs)."""
        return self.values[trials]

    def take(self, trials: NDArray[np.int64]) -> StepValues:
        """See `Targets`."""
        return StepValues(self.values[trials])

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """See `Targets`."""
        return (self.values,)

    def check(self, n_outputs: int, n_steps: int) -> None:
        """Refuse values of other outputs, or of trials of another length."""
        if self.values.shape[1:] != (n_steps, n_outputs):
            raise DataError(
                f"Values of {self.values.shape[1]} steps and {self.values.shape[2]} outputs; a "
                f"trial has {n_steps} steps and the network {n_outputs} outputs."
            )


@dataclass(frozen=True, eq=False)
class NoTargets(Targets):
    """Trials of which nothing is wanted.

    Parameters
    ----------
    n : int
        Number of trials.

    Raises
    ------
    DataError
        If it is no number of trials.
    """

    kind: ClassVar[str] = "nothing"

    n: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", size("Number of trials", self.n))

    def __len__(self) -> int:
        return self.n

    def of(self, trials: NDArray[np.int64]) -> None:
        """Nothing."""

    def take(self, trials: NDArray[np.int64]) -> NoTargets:
        """See `Targets`."""
        return NoTargets(len(trials))

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """See `Targets`."""
        return (np.array([self.n]),)


def as_targets(given: Targets | ArrayLike) -> Targets:
    """Return targets as they are; a column of whole numbers gives `Classes`.

    Raises
    ------
    DataError
        If it is neither.
    """
    return given if isinstance(given, Targets) else Classes(given)  # type: ignore[arg-type]


def labels_of(targets: Targets) -> NDArray[np.int64]:
    """Labels of trials that have classes.

    Raises
    ------
    DataError
        If something else is wanted of them.
    """
    if not isinstance(targets, Classes):
        raise DataError(f"Classes are needed; what is wanted of these trials is {targets.kind}.")
    return targets.labels
