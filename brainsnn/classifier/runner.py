"""A network with its weights, ready to run trials: built when it is first asked to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.classifier.plan import Plan
from brainsnn.codes import (
    Decisions,
    FirstSpikeDecoder,
    LabelledResponses,
    PotentialDecoder,
    RateDecoder,
)
from brainsnn.engine import Engine, build_engine
from brainsnn.learning.optimisers import OptimiserConfig
from brainsnn.spikes import Recording
from brainsnn.spikes.unencoded import Trains, at_hand
from brainsnn.streams import Streams

BLOCK = 500
"""Trials at once; bounds memory, changes no result."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Left:
    """What a training leaves, beside the weights, to one that goes on from it.

    Parameters
    ----------
    optimiser : OptimiserConfig
    state : dict of str to array
        Of the optimiser, as a checkpoint holds it.
    """

    optimiser: OptimiserConfig
    state: dict[str, NDArray[Any]]


class Runner:
    """Runs trials of a planned network.

    Parameters
    ----------
    plan : Plan
    engine, workers : str, int
        See `build_engine`.
    seed : int
        Of the first weights and of all streams.
    weights : dict of str to array, optional
        Learned ones; drawn by default.

    Attributes
    ----------
    streams : Streams
    left : Left or None
        What the last training left.
    """

    def __init__(
        self,
        plan: Plan,
        engine: str,
        workers: int,
        seed: int,
        weights: dict[str, Floats] | None = None,
    ) -> None:
        self.plan, self.seed, self.streams = plan, seed, Streams(seed)
        self.kind, self.workers = engine, workers
        self._weights = weights or plan.model.draw_weights(self.streams)
        self._engine: Engine | None = None
        self.left: Left | None = None

    @property
    def engine(self) -> Engine:
        """The engine, with the present weights."""
        if self._engine is None:
            plan = self.plan
            self._engine = build_engine(
                self.kind, plan.model, plan.n_steps, self.streams, self.workers
            )
            self._engine.set_weights(self._weights)
        return self._engine

    @property
    def weights(self) -> dict[str, Floats]:
        """Present weights, by name."""
        now = self._weights if self._engine is None else self._engine.weights
        return {name: array.copy() for name, array in now.items()}

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the engine, which is made again where it is needed."""
        return {**self.__dict__, "_weights": self.weights, "_engine": None}

    def close(self) -> None:
        """Free the engine, if there is one."""
        if self._engine is not None:
            self._weights = self.weights
            self._engine.close()
            self._engine = None

    def decide(self, trains: Trains) -> tuple[NDArray[np.int64], Floats]:
        """Class of each trial, as its position, and the probability of every class.

        Silence and ties are decided as the decoder does; a tie that it leaves open goes to the
        first of the classes that tie.

        Returns
        -------
        decisions : array of int64, shape (n,)
        probabilities : array of float64, shape (n, n_classes)
        """
        output = self.plan.model.output.name
        parts = []
        for start in range(0, trains.n_trials, BLOCK):
            index = np.arange(start, min(start + BLOCK, trains.n_trials))
            recording = self.engine.fixed().run(*at_hand(trains, index))
            recording = self.plan.bound.observe(recording, self.engine.weights)
            decisions = self.plan.decoder.decode(recording, output)
            parts.append(evidence(recording, decisions, self.plan.decoder, output))
        scores = np.concatenate(parts)
        if isinstance(self.plan.decoder, LabelledResponses):
            scores = scores[:, : self.plan.n_classes]
            return scores.argmax(axis=1), shares(scores)
        scaled = (scores - scores.max(axis=1, keepdims=True)) / self.plan.temperature
        exponential = np.exp(scaled)
        probabilities = exponential / exponential.sum(axis=1, keepdims=True)
        return scores.argmax(axis=1), probabilities


def shares(answers: Floats) -> Floats:
    """Share of each class in the answers of a trial; the same of all where nothing answers."""
    total = answers.sum(axis=1, keepdims=True)
    even = np.full_like(answers, 1 / answers.shape[1])
    return np.divide(answers, total, out=even, where=total > 0)


def evidence(recording: Recording, decisions: Decisions, decoder: Any, population: str) -> Floats:
    """How much speaks for each class, shape (n, n_classes), largest for the decided one.

    Spikes for a decoder of rates, steps left after the first spike for one of first spikes,
    potentials for one of these, mean answers of its neurons for labelled ones; for any other,
    whether the class was a candidate. Half a spike or step goes to the class that a tie or silence
    was decided for.
    """
    if isinstance(decoder, LabelledResponses):
        return decoder.answers(recording, population)
    if isinstance(decoder, RateDecoder):
        scores = recording.counts(population).astype(np.float64)
    elif isinstance(decoder, FirstSpikeDecoder):
        scores = (recording.n_steps - recording.first_steps(population)).astype(np.float64)
    elif isinstance(decoder, PotentialDecoder):
        return decoder.evidence(recording, population).copy()
    else:
        scores = decisions.candidates.astype(np.float64)
    known = np.flatnonzero(decisions.decision >= 0)
    scores[known, decisions.decision[known]] += 0.5
    return scores
