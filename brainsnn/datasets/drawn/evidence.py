"""Evidence accumulation: cues left and right, a delay, and the side on which there were more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from brainsnn.datasets.drawn.base import Drawn
from brainsnn.datasets.drawn.populations import check_numbers, population_trains
from brainsnn.errors import ConfigError
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams


@dataclass(frozen=True)
class EvidenceAccumulation(Drawn[LabelledTrials]):
    """A row of cues, each left or right; class 0 where most were left, 1 where most were right.

    The populations are left, right, recall and noise. Each cue is one population firing for `n_cue`
    steps, with gaps of `n_gap`; then a delay, and the answer of `n_recall` steps, in which the
    population "recall" fires. "Noise" fires throughout. In a trial, each cue is on one and the same
    side, left or right with equal probability, with the probability `bias`.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 1000, 200 and 200
    seed : int, default 0
        See `Drawn`.
    n_cues : int, default 7
        An odd number, so that there is a majority.
    n_cue, n_gap, n_delay, n_recall : int, default 100, 50, 1000 and 150
        Steps; with steps of 1 ms as in the paper, where the delay varies from 500 to 1500.
    n_each : int, default 10
        Neurons of each of the four populations.
    probability : float, default 0.04
        Of a spike in a step while a population fires.
    noise : float, default 0.01
        The same for the population "noise".
    bias : float, default 0.7

    Raises
    ------
    ConfigError
        If a number is out of range.

    References
    ----------
    G. Bellec et al., A solution to the learning dilemma for recurrent networks of spiking neurons,
    Nature Communications 11, 3625 (2020), figure 3; after A. S. Morcos and C. D. Harvey (2016).
    """

    name: ClassVar[str] = "evidence-accumulation"
    contents: ClassVar[str] = "Evidence accumulation: seven cues, a delay, 40 inputs, 2 classes."
    citation: ClassVar[str] = (
        "G. Bellec et al., A solution to the learning dilemma for recurrent networks of spiking "
        "neurons, Nature Communications 11, 3625 (2020)"
    )

    n_cues: int = 7
    n_cue: int = 100
    n_gap: int = 50
    n_delay: int = 1000
    n_recall: int = 150
    n_each: int = 10
    probability: float = 0.04
    noise: float = 0.01
    bias: float = 0.7

    def __post_init__(self) -> None:
        super().__post_init__()
        self._at_least(n_cues=1, n_cue=1, n_gap=0, n_delay=0, n_recall=1, n_each=1)
        if self.n_cues % 2 == 0:
            raise ConfigError(f"{self.name}: n_cues must be odd, got {self.n_cues}: no majority.")
        chances = {"probability": self.probability, "noise": self.noise, "bias": self.bias}
        check_numbers(self.name, chances, 0, 1)

    @property
    def n_steps(self) -> int:
        """Length of a trial."""
        return self.n_cues * (self.n_cue + self.n_gap) + self.n_delay + self.n_recall

    def part(self, part: str, n: int, streams: Streams) -> LabelledTrials:
        """See `Drawn`."""
        rng = streams.fresh(f"{self.name} {part}")
        towards = rng.integers(0, 2, (n, 1))
        sides = np.where(rng.random((n, self.n_cues)) < self.bias, towards, 1 - towards)
        active = np.zeros((n, self.n_steps, 4), bool)
        for k in range(self.n_cues):
            begin = k * (self.n_cue + self.n_gap)
            for side in (0, 1):
                active[:, begin : begin + self.n_cue, side] = (sides[:, k] == side)[:, None]
        active[:, self.n_steps - self.n_recall :, 2] = True
        on = np.array([self.probability] * 3 + [self.noise])
        trains = population_trains(rng, active, self.n_each, on, np.array([0, 0, 0, self.noise]))
        return LabelledTrials(trains, (2 * sides.sum(axis=1) > self.n_cues).astype(np.int64))
