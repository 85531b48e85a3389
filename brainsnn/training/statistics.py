"""What an epoch of training showed: losses, decisions, who fired, how large gradients were.

Everything is kept by trial or as integers, so that an epoch resumed in its middle ends with the
same numbers, to the last bit, as one that ran through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.jit import njit
from brainsnn.spikes import Recording

if TYPE_CHECKING:
    from brainsnn.codes.decisions import Decisions


@njit()
def _count(  # type: ignore[no-untyped-def]
    offsets, population, neuron, step, base, last, fired, first_sum
):
    """Trials in which each neuron fired, and the sum of its first steps in them."""
    for trial in range(offsets.size - 1):
        for k in range(offsets[trial], offsets[trial + 1]):
            index = base[population[k]] + neuron[k]
            if last[index] != trial:
                last[index] = trial
                fired[index] += 1
                first_sum[index] += step[k]


class EpochStatistics:
    """Accumulates an epoch, block by block.

    Parameters
    ----------
    n_trials : int
        Trials in the epoch.
    populations : mapping of str to int
        Sizes.
    connections : iterable of str
    n_blocks : int
        Blocks in the epoch; one gradient norm is kept for each.
    decided : bool, default True
        Whether trials have classes, so that there are decisions, right or wrong.

    Attributes
    ----------
    done : int
        Trials taken in so far.
    loss, correct, tied, label, decision : array, shape (n_trials,)
        By position in the epoch's order; label and decision are -1 where there is none yet.
    norms : dict of str to array, shape (n_blocks,)
        Euclidean norm of the first gradient of each block, by connection.
    """

    def __init__(
        self,
        n_trials: int,
        populations: Mapping[str, int],
        connections: Iterable[str],
        n_blocks: int,
        decided: bool = True,
    ) -> None:
        self.done, self.decided = 0, decided
        self.loss = np.zeros(n_trials)
        self.correct = np.zeros(n_trials, np.bool_)
        self.tied = np.zeros(n_trials, np.bool_)
        self.label = np.full(n_trials, -1, np.int32)
        self.decision = np.full(n_trials, -1, np.int32)
        self.norms = {name: np.zeros(n_blocks) for name in connections}
        self._populations = dict(populations)
        self._base = np.concatenate(([0], np.cumsum(list(populations.values()))))
        self._fired = np.zeros(self._base[-1], np.int64)
        self._first_sum = np.zeros(self._base[-1], np.int64)

    def add(
        self,
        recording: Recording,
        labels: NDArray[np.int64] | None,
        decisions: Decisions | None,
        loss: NDArray[np.float64],
    ) -> None:
        """Take in the next n trials, with their labels, decisions and losses, each shape (n,).

        Trials without classes have neither labels nor decisions: None.

        Raises
        ------
        DataError
            If the recording is of other populations, there are more trials than the epoch has, or
            not one label, decision and loss for each.
        """
        self._check(recording, labels, decisions, loss)
        span = slice(self.done, self.done + recording.n_trials)
        self.loss[span] = loss
        if labels is not None and decisions is not None:
            self.correct[span] = decisions.decision == labels
            self.tied[span] = decisions.tie
            self.label[span], self.decision[span] = labels, decisions.decision
        _count(
            recording.offsets,
            recording.population,
            recording.neuron,
            recording.step,
            self._base,
            np.full(self._fired.size, -1, np.int64),
            self._fired,
            self._first_sum,
        )
        self.done = span.stop

    def _check(
        self,
        recording: Recording,
        labels: NDArray[np.int64] | None,
        decisions: Decisions | None,
        loss: NDArray[np.float64],
    ) -> None:
        n = recording.n_trials
        if recording.populations != self._populations:
            raise DataError(
                f"A recording of {dict(recording.populations)} in statistics of "
                f"{self._populations}."
            )
        if self.done + n > self.loss.size:
            raise DataError(
                f"{n} trials after {self.done} are more than the epoch's {self.loss.size}."
            )
        given = [labels, decisions.decision] if labels is not None and decisions else []
        shapes = [np.shape(values) for values in (*given, loss)]
        if any(shape != (n,) for shape in shapes):
            raise DataError(
                f"{n} trials need as many labels, decisions and losses, got "
                f"{', '.join(map(str, shapes))}."
            )

    def _by_population(self, values: NDArray[Any]) -> dict[str, NDArray[Any]]:
        parts = np.split(values, self._base[1:-1])
        return dict(zip(self._populations, parts, strict=True))

    def fired_fraction(self) -> dict[str, NDArray[np.float64]]:
        """Fraction of the trials so far in which each neuron fired, by population."""
        return self._by_population(self._fired / max(self.done, 1))

    def mean_first_step(self) -> dict[str, NDArray[np.float64]]:
        """Mean first-spike step of each neuron in the trials in which it fired; NaN if in none."""
        mean = np.full(self._fired.size, np.nan)
        np.divide(self._first_sum, self._fired, out=mean, where=self._fired > 0)
        return self._by_population(mean)

    def silent_neurons(self) -> dict[str, int]:
        """Number of neurons that have not fired yet in this epoch, by population."""
        silent = self._by_population(self._fired == 0)
        return {name: int(value.sum()) for name, value in silent.items()}

    def accuracy(self) -> float:
        """Share of correct decisions so far; NaN before the first trial, and without classes."""
        known = self.done and self.decided
        return float(self.correct[: self.done].mean()) if known else float("nan")

    def metrics(self) -> dict[str, float]:
        """The epoch's columns of the metrics table that training itself gives."""
        row: dict[str, float] = {"loss": float(self.loss.mean())}
        if self.decided:
            row["train_accuracy"] = self.accuracy()
            row["train_accuracy_ties_wrong"] = float((self.correct & ~self.tied).mean())
        row |= {f"silent_neurons_{name}": n for name, n in self.silent_neurons().items()}
        return row | {f"gradient_norm_{name}": float(n.mean()) for name, n in self.norms.items()}

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything that a checkpoint must hold, flat."""
        return {
            "done": np.array(self.done),
            "loss": self.loss,
            "correct": self.correct,
            "tied": self.tied,
            "label": self.label,
            "decision": self.decision,
            "fired": self._fired,
            "first_sum": self._first_sum,
        } | {f"norm.{name}": value for name, value in self.norms.items()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state` of an epoch of the same size.

        Raises
        ------
        DataError
            If it is of another epoch or network, or holds what cannot be.
        """
        for key, mine in self.state().items():
            theirs = state.get(key)
            if theirs is None or theirs.shape != mine.shape or theirs.dtype != mine.dtype:
                found = "missing" if theirs is None else f"{theirs.dtype} {theirs.shape}"
                raise DataError(f"{key!r} is {found}, not {mine.dtype} {mine.shape}.")
        counts = np.concatenate([state["done"].ravel(), state["fired"], state["first_sum"]])
        done = int(state["done"])
        if counts.min() < 0 or done > self.loss.size or state["fired"].max(initial=0) > done:
            raise DataError(
                f"{done} trials done and {state['fired'].max()} in which a neuron fired"
                f" are not possible in an epoch of {self.loss.size}."
            )
        self.done = int(state["done"])
        self.loss[:], self.correct[:], self.tied[:] = state["loss"], state["correct"], state["tied"]
        self.label[:], self.decision[:] = state["label"], state["decision"]
        self._fired[:], self._first_sum[:] = state["fired"], state["first_sum"]
        for name, value in self.norms.items():
            value[:] = state[f"norm.{name}"]
