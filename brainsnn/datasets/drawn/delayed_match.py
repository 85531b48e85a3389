"""Delayed match to sample: whether two cues, with a delay between them, were the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from brainsnn.datasets.drawn.base import Drawn
from brainsnn.datasets.drawn.populations import check_numbers, population_trains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams


@dataclass(frozen=True)
class DelayedMatch(Drawn[LabelledTrials]):
    """Class 1 where the second cue is the first one again, else 0; rates alone do not tell.

    The first cue takes the first `n_cue` steps, then comes a delay, the second cue, and an answer
    of `n_cue` steps without any input. A cue is one of `n_cues` populations firing. Cues and
    whether they match are drawn with equal probabilities.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 1000, 200 and 200
    seed : int, default 0
        See `Drawn`.
    n_cues : int, default 2
        Populations, 2 or more.
    n_cue, n_delay : int, default 50 and 100
        Steps of a cue and of the delay.
    n_each : int, default 10
        Neurons of each population.
    probability : float, default 0.1
        Of a spike in a step while a population fires.
    background : float, default 0.005
        The same while it does not.

    Raises
    ------
    ConfigError
        If a number is out of range.

    References
    ----------
    E. K. Miller, C. A. Erickson and R. Desimone, Neural mechanisms of visual working memory in
    prefrontal cortex of the macaque, Journal of Neuroscience 16(16), 5154-5167 (1996).
    """

    name: ClassVar[str] = "delayed-match"
    contents: ClassVar[str] = "Delayed match: two cues and a delay, 20 inputs, same or other."
    citation: ClassVar[str] = (
        "E. K. Miller, C. A. Erickson and R. Desimone, Neural mechanisms of visual working memory "
        "in prefrontal cortex of the macaque, Journal of Neuroscience 16(16), 5154-5167 (1996)"
    )

    n_cues: int = 2
    n_cue: int = 50
    n_delay: int = 100
    n_each: int = 10
    probability: float = 0.1
    background: float = 0.005

    def __post_init__(self) -> None:
        super().__post_init__()
        self._at_least(n_cues=2, n_cue=1, n_delay=0, n_each=1)
        chances = {"probability": self.probability, "background": self.background}
        check_numbers(self.name, chances, 0, 1)

    @property
    def n_steps(self) -> int:
        """Length of a trial."""
        return 3 * self.n_cue + self.n_delay

    def part(self, part: str, n: int, streams: Streams) -> LabelledTrials:
        """See `Drawn`."""
        rng = streams.fresh(f"{self.name} {part}")
        labels, sample = rng.integers(0, 2, n), rng.integers(0, self.n_cues, n)
        other = (sample + rng.integers(1, self.n_cues, n)) % self.n_cues
        test, cues = np.where(labels == 1, sample, other), np.arange(self.n_cues)
        active = np.zeros((n, self.n_steps, self.n_cues), bool)
        second = self.n_cue + self.n_delay
        active[:, : self.n_cue] = (sample[:, None] == cues)[:, None]
        active[:, second : second + self.n_cue] = (test[:, None] == cues)[:, None]
        on, off = (np.full(self.n_cues, p) for p in (self.probability, self.background))
        return LabelledTrials(population_trains(rng, active, self.n_each, on, off), labels)
