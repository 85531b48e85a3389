"""Store and recall: a bit is shown, kept through a delay while others come, and asked for."""

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
class StoreRecall(Drawn[LabelledTrials]):
    """Working memory for one bit; the class is the bit that was to be stored.

    A trial is a row of symbols of `n_symbol` steps each. In each but the last, one of the
    populations 0 and 1 fires: a bit, drawn at random. In one of them the population "store" (2)
    fires too; in the last, "recall" (3) fires alone. From the one to the other is a delay of
    `shortest` to `longest` symbols, drawn at random. Other populations are silent.

    The paper's trials hold several stores and recalls; here each has one, and so a class.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 1000, 200 and 200
    seed : int, default 0
        See `Drawn`.
    n_symbol : int, default 100
        Steps of a symbol.
    shortest, longest : int, default 1 and 4
        Delay, from store to recall, in symbols.
    n_each : int, default 10
        Neurons of each of the four populations.
    probability : float, default 0.05
        Of a spike in a step (50 Hz with steps of 1 ms).

    Raises
    ------
    ConfigError
        If a number is out of range, or the shortest delay longer than the longest.

    References
    ----------
    G. Bellec, D. Salaj, A. Subramoney, R. Legenstein and W. Maass, Long short-term memory and
    learning-to-learn in networks of spiking neurons, NeurIPS (2018).
    """

    name: ClassVar[str] = "store-recall"
    contents: ClassVar[str] = "Store-recall: one bit kept through a delay, 40 inputs, 2 classes."
    citation: ClassVar[str] = (
        "G. Bellec, D. Salaj, A. Subramoney, R. Legenstein and W. Maass, Long short-term memory "
        "and learning-to-learn in networks of spiking neurons, NeurIPS (2018)"
    )

    n_symbol: int = 100
    shortest: int = 1
    longest: int = 4
    n_each: int = 10
    probability: float = 0.05

    def __post_init__(self) -> None:
        super().__post_init__()
        self._at_least(n_symbol=1, shortest=1, longest=1, n_each=1)
        check_numbers(self.name, {"probability": self.probability}, 0, 1)
        if self.shortest > self.longest:
            raise ConfigError(
                f"{self.name}: the shortest delay, {self.shortest}, is longer than the longest, "
                f"{self.longest}."
            )

    @property
    def n_steps(self) -> int:
        """Length of a trial."""
        return (self.longest + 1) * self.n_symbol

    def part(self, part: str, n: int, streams: Streams) -> LabelledTrials:
        """See `Drawn`."""
        rng = streams.fresh(f"{self.name} {part}")
        bits = rng.integers(0, 2, (n, self.longest))
        store = self.longest - rng.integers(self.shortest, self.longest + 1, n)
        active = np.zeros((n, self.longest + 1, 4), bool)
        active[:, :-1, 0], active[:, :-1, 1] = bits == 0, bits == 1
        active[np.arange(n), store, 2] = True
        active[:, -1, 3] = True
        on, off = np.full(4, self.probability), np.zeros(4)
        steps = np.repeat(active, self.n_symbol, axis=1)
        trains = population_trains(rng, steps, self.n_each, on, off)
        return LabelledTrials(trains, bits[np.arange(n), store])
