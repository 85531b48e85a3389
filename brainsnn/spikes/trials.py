"""Input spikes with what is wanted of each trial: what is trained on and evaluated on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import DataError
from brainsnn.indices import indices
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.targets import Targets, as_targets, labels_of


class Labelled:
    """Anything with a target for each of its trials."""

    targets: Targets

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class of each trial, shape (n,).

        Raises
        ------
        DataError
            If something else is wanted of the trials.
        """
        return labels_of(self.targets)

    def order(self, number: int, rng: np.random.Generator) -> NDArray[np.int64]:  # noqa: ARG002
        """Order in which an epoch (from 0) presents the trials, drawn from the stream ``order``."""
        return rng.permutation(len(self))

    def check(self, n_outputs: int, n_steps: int) -> None:
        """Refuse an empty set, and targets that the network cannot meet.

        Parameters
        ----------
        n_outputs, n_steps : int
            Output neurons, and steps of a trial.

        Raises
        ------
        DataError
        """
        if not len(self):
            raise DataError("The data set is empty: there is no trial to run.")
        self.targets.check(n_outputs, n_steps)

    def check_trainable(self, n_outputs: int, n_steps: int) -> None:
        """Refuse also a set with one class only.

        Raises
        ------
        DataError
        """
        self.check(n_outputs, n_steps)
        self.targets.check_trainable()


@dataclass(frozen=True, init=False)
class LabelledTrials(Labelled):
    """Encoded trials and what is wanted of each.

    Parameters
    ----------
    inputs : SpikeTrains
        n trials.
    targets : Targets, or array of int64, shape (n,)
        An array has the class of each trial: the index of the output neuron that stands for it.

    Raises
    ------
    DataError
        If there is not one target for each trial, or a label is below 0.
    """

    inputs: SpikeTrains
    targets: Targets

    def __init__(self, inputs: SpikeTrains, targets: Targets | ArrayLike) -> None:
        if not isinstance(inputs, SpikeTrains):
            raise DataError(f"Trials are SpikeTrains, got {type(inputs).__name__}.")
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "targets", as_targets(targets))
        if len(self.targets) != inputs.n_trials:
            what = "labels" if self.targets.kind == "classes" else f"targets ({self.targets.kind})"
            raise DataError(
                f"{inputs.n_trials} trials need as many {what}, got {len(self.targets)}."
            )

    def epoch(self, number: int) -> LabelledTrials:  # noqa: ARG002
        """Return the trials to learn from in an epoch: always these."""
        return self

    def block(self, trials: NDArray[np.int64]) -> tuple[LabelledTrials, NDArray[np.int64]]:
        """Return encoded trials, and where among them the given ones are: themselves here."""
        return self, trials

    def take(self, trials: NDArray[np.int64]) -> LabelledTrials:
        """Return the given trials, in the given order."""
        return LabelledTrials(self.inputs.take(trials), self.targets.take(trials))

    def plain(self) -> LabelledTrials:
        """Return the trials as they are."""
        return self


@dataclass(frozen=True, init=False)
class VariedTrials(Labelled):
    """Training trials that are encoded anew in each epoch, a block at a time.

    Parameters
    ----------
    targets : Targets, or array of int64, shape (n,)
        As for `LabelledTrials`.
    encode : callable
        Gives the input spikes of an epoch (from 0) and an array of trials, in its order. It must
        depend on these two alone, or a resumed training would differ; no trial comes twice in an
        epoch, so a stream for the epoch and the first of the trials is one that nobody else has.
        For None as epoch it gives them without any variation.

    Raises
    ------
    DataError
        If labels are no column of whole numbers of 0 or more.
    """

    targets: Targets
    encode: Callable[[int | None, NDArray[np.int64]], SpikeTrains]

    def __init__(
        self,
        targets: Targets | ArrayLike,
        encode: Callable[[int | None, NDArray[np.int64]], SpikeTrains],
    ) -> None:
        object.__setattr__(self, "targets", as_targets(targets))
        object.__setattr__(self, "encode", encode)

    def epoch(self, number: int) -> VariedEpoch:
        """Return the trials of an epoch, not encoded yet."""
        return VariedEpoch(self.targets, partial(self.encode, number))

    def take(self, trials: NDArray[np.int64]) -> VariedTrials:
        """Return the given trials, in the given order; what they vary with stays as it is."""
        chosen, encode = indices("Trials", trials, len(self)), self.encode
        return VariedTrials(
            self.targets.take(chosen), lambda number, some: encode(number, chosen[some])
        )

    def plain(self) -> LabelledTrials:
        """Encode the trials without variation."""
        return LabelledTrials(self.encode(None, np.arange(len(self))), self.targets)


@dataclass(frozen=True)
class VariedEpoch(Labelled):
    """The trials of one epoch of `VariedTrials`.

    Parameters
    ----------
    targets : Targets
    encode : callable
        Gives the input spikes of some of the trials.
    """

    targets: Targets
    encode: Callable[[NDArray[np.int64]], SpikeTrains]

    def block(self, trials: NDArray[np.int64]) -> tuple[LabelledTrials, NDArray[np.int64]]:
        """Encode the given trials; return them, and where they are: one after the other.

        Raises
        ------
        DataError
            If not as many trials come as were asked for, or one is not there.
        """
        trials = indices("Trials", trials, len(self.targets))
        wanted = self.targets.take(trials)
        return LabelledTrials(self.encode(trials), wanted), np.arange(trials.size)


class TrainingTrials(Protocol):
    """What can be trained on: trials that are the same in every epoch, or drawn anew in each."""

    @property
    def targets(self) -> Targets:
        """What is wanted of each trial."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """See `Labelled`."""

    def __len__(self) -> int: ...

    def check(self, n_outputs: int, n_steps: int) -> None:
        """See `Labelled`."""

    def check_trainable(self, n_outputs: int, n_steps: int) -> None:
        """See `Labelled`."""

    def order(self, number: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """See `Labelled`."""

    def epoch(self, number: int) -> LabelledTrials | VariedEpoch:
        """Return the trials of an epoch, from 0."""

    def plain(self) -> LabelledTrials:
        """Return the trials without variation, or one draw of them."""
