"""Labelled responses: each output neuron stands for the class that it answers most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.decisions import Decisions
from brainsnn.errors import DataError
from brainsnn.indices import indices
from brainsnn.spikes import Recording

Votes = Literal["own", "all"]
"""For which classes a neuron speaks: see `LabelledResponses`."""


@dataclass(eq=False, repr=False)
class LabelledResponses:
    r"""Output neurons are labelled by their responses to training trials; the labelled ones decide.

    A neuron's label is the class to whose trials it answers with most spikes on average, the first
    of several; one that never spikes has none. A trial's class is that whose neurons spike most on
    average. A tie is flagged and goes to no class; so does a trial without a spike of a labelled
    neuron, flagged silent. The decision step is the trial's last, `n_steps` in silence.

    With votes "all" a neuron speaks for every class, with each of its spikes in proportion to its
    mean responses :math:`m` to the classes, and ties become rare. Spikes :math:`n_j` of a trial
    give class c the score

    .. math:: \sum_j n_j \frac{m_{cj}}{\sum_k m_{kj}}

    Responses fade by 2 in `half_life` trials, so that labels follow neurons that still learn.

    Parameters
    ----------
    half_life : float, default 1000
        Trials.
    spikes : array, shape (n_classes, n_neurons), optional
        Spikes in the trials of each class so far, faded.
    trials : array, shape (n_classes,), optional
        Trials of each class so far, faded.
    votes : {"own", "all"}, default "own"
        Whether a neuron speaks for the class of its label alone, as the authors' do, or for all.

    Raises
    ------
    DataError
        If a half-life is no number above 0, responses are none, or votes are neither.

    References
    ----------
    P. U. Diehl and M. Cook, Unsupervised learning of digit recognition using
    spike-timing-dependent plasticity, Frontiers in Computational Neuroscience 9 (2015) 99.
    """

    citation: ClassVar[str] = (
        "P. U. Diehl and M. Cook, Unsupervised learning of digit recognition using "
        "spike-timing-dependent plasticity, Frontiers in Computational Neuroscience 9 (2015) 99"
    )

    half_life: float = 1000.0
    spikes: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    trials: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    votes: Votes = "own"

    def __post_init__(self) -> None:
        if not 0 < self.half_life < np.inf:
            raise DataError(f"half_life must be a number of trials above 0, got {self.half_life}.")
        if self.votes not in get_args(Votes):
            raise DataError(f"votes must be one of {get_args(Votes)}, got {self.votes!r}.")
        self.restore({"spikes": self.spikes, "trials": self.trials})

    __hash__ = None  # type: ignore[assignment]  # it learns

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LabelledResponses):
            return NotImplemented
        mine, theirs = self.state(), other.state()
        alike = all(np.array_equal(mine[name], theirs[name]) for name in mine)
        return alike and (self.half_life, self.votes) == (other.half_life, other.votes)

    def __repr__(self) -> str:
        votes = "" if self.votes == "own" else f", votes={self.votes!r}"
        return f"LabelledResponses(half_life={self.half_life:g}{votes})"

    def forget(self) -> None:
        """Have no label for any neuron."""
        self.spikes, self.trials = np.zeros((0, 0)), np.zeros(0)

    def learn(
        self, recording: Recording, labels: NDArray[np.int64], population: str = "output"
    ) -> None:
        """Take in the responses to trials whose classes are known.

        Parameters
        ----------
        recording : Recording
            n trials.
        labels : array of int64, shape (n,)
        population : str

        Raises
        ------
        DataError
            If there is not one label of 0 or more for each trial, or the population has another
            size than that of earlier trials.
        """
        counts = recording.counts(population)
        if not counts.shape[1]:
            raise DataError(f"Population {population!r} is empty: nobody responds.")
        given: NDArray[np.int64] = indices("Labels", labels, np.iinfo(np.int32).max)
        if given.shape != (recording.n_trials,):
            raise DataError(f"{recording.n_trials} trials need as many labels, got {given.size}.")
        self._make_room(int(given.max(initial=-1)) + 1, counts.shape[1])
        keep = 0.5 ** (1 / self.half_life)
        for label, spikes in zip(given.tolist(), counts, strict=True):
            self.spikes *= keep
            self.trials *= keep
            self.spikes[label] += spikes
            self.trials[label] += 1

    def _make_room(self, n_classes: int, n_neurons: int) -> None:
        known, size = self.spikes.shape
        if known and size != n_neurons:
            raise DataError(f"Responses of {size} neurons are known, not of {n_neurons}.")
        if n_classes > known:
            spikes, trials = np.zeros((n_classes, n_neurons)), np.zeros(n_classes)
            if known:
                spikes[:known], trials[:known] = self.spikes, self.trials
            self.spikes, self.trials = spikes, trials

    @property
    def means(self) -> NDArray[np.float64]:
        """Mean spikes in a trial of each class, shape (n_classes, n_neurons); 0 without trials."""
        known = self.trials[:, None] > 0
        return np.divide(
            self.spikes, self.trials[:, None], out=np.zeros_like(self.spikes), where=known
        )

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class of each neuron, shape (n_neurons,); -1 for those that never spiked."""
        mean = self.means
        if not mean.size:
            return np.full(self.spikes.shape[1], -1)
        return np.where(mean.max(axis=0) > 0, mean.argmax(axis=0), -1)

    @property
    def n_unlabelled(self) -> int:
        """Neurons that stand for no class."""
        return int((self.labels < 0).sum())

    def decode(self, recording: Recording, population: str = "output") -> Decisions:
        """Class of every trial.

        Parameters
        ----------
        recording : Recording
        population : str

        Returns
        -------
        Decisions
            Candidates have as many classes as there are neurons: those that no neuron stands for
            are none.

        Raises
        ------
        DataError
            If the population has another size than that whose responses are known.
        """
        score = self.answers(recording, population)
        best = score.max(axis=1, keepdims=True)
        silent = best[:, 0] == 0
        candidates = (score == best) & ~silent[:, None]
        tie = candidates.sum(axis=1) > 1
        decision = np.where(tie | silent, -1, candidates.argmax(axis=1)).astype(np.int64)
        step = np.where(silent, recording.n_steps, recording.n_steps - 1).astype(np.int64)
        return Decisions(decision, step, tie, silent, candidates)

    def answers(self, recording: Recording, population: str = "output") -> NDArray[np.float64]:
        """Score of each class in every trial; 0 for classes for which no neuron speaks.

        Returns
        -------
        array of float64, shape (n, at least n_classes)
            Mean spikes of the neurons of each class, or, with votes "all", the sum of their votes.

        Raises
        ------
        DataError
            If the population has another size than that whose responses are known.
        """
        counts = recording.counts(population)
        n, size = counts.shape
        if self.trials.size and self.spikes.shape[1] != size:
            raise DataError(
                f"Responses of {self.spikes.shape[1]} neurons are known, not of {size}."
            )
        n_classes = max(size, self.trials.size)
        score = np.zeros((n, n_classes))
        if self.votes == "all":
            total = self.means.sum(axis=0)
            shares = np.divide(self.means, total, out=np.zeros_like(self.means), where=total > 0)
            score[:, : self.trials.size] = counts[:, : shares.shape[1]] @ shares.T
            return score
        labels = self.labels if self.trials.size else np.full(size, -1)
        for label in np.unique(labels[labels >= 0]).tolist():
            score[:, label] = counts[:, labels == label].mean(axis=1)
        return score

    def state(self) -> dict[str, NDArray[Any]]:
        """What was learned, for a checkpoint."""
        return {"spikes": self.spikes, "trials": self.trials}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state`.

        Raises
        ------
        DataError
            If it is none.
        """
        spikes, trials = (np.array(state[name], np.float64) for name in ("spikes", "trials"))
        good = spikes.ndim == 2 and trials.shape == spikes.shape[:1]
        if not good or not (np.isfinite(spikes).all() and np.isfinite(trials).all()):
            raise DataError("The responses of a checkpoint are not those of classes and neurons.")
        self.spikes, self.trials = spikes, trials
