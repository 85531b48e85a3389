r"""Pattern generation: a curve that the output is to follow, from inputs that only tell the time.

.. math:: y_k(t) = \frac{1}{|F|} \sum_{f \in F} a_{kf} \sin(2 \pi f t / T + \varphi_{kf})

with :math:`a` uniform in 0.5..2, :math:`\varphi` uniform, T the length of the trial, scaled so that
the largest value is 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.drawn.base import Drawn
from brainsnn.datasets.drawn.populations import check_numbers, population_trains
from brainsnn.errors import ConfigError
from brainsnn.spikes.targets import StepValues
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams


@dataclass(frozen=True)
class PatternGeneration(Drawn[LabelledTrials]):
    """One curve for all trials (module docstring); each trial has other input spikes.

    The trial is cut in as many parts as there are populations; in each part one of them fires.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 200, 50 and 50
    seed : int, default 0
        See `Drawn`.
    n_steps : int, default 1000
        Length of a trial.
    n_outputs : int, default 1
        Curves.
    cycles : tuple of float, default (1, 2, 3, 5)
        Periods of the sines in a trial.
    n_populations, n_each : int, default 5 and 4
        Populations that tell the time, and neurons of each.
    probability : float, default 0.1
        Of a spike in a step while a population fires.

    Raises
    ------
    ConfigError
        If a number is out of range, or there are fewer steps than populations.

    References
    ----------
    G. Bellec et al., A solution to the learning dilemma for recurrent networks of spiking neurons,
    Nature Communications 11, 3625 (2020).
    """

    name: ClassVar[str] = "pattern-generation"
    contents: ClassVar[str] = "Pattern generation: a sum of sines, 20 inputs, values at each step."
    citation: ClassVar[str] = (
        "G. Bellec et al., A solution to the learning dilemma for recurrent networks of spiking "
        "neurons, Nature Communications 11, 3625 (2020)"
    )

    n_train: int = 200
    n_validation: int = 50
    n_test: int = 50
    n_steps: int = 1000
    n_outputs: int = 1
    cycles: tuple[float, ...] = (1, 2, 3, 5)
    n_populations: int = 5
    n_each: int = 4
    probability: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        self._at_least(n_outputs=1, n_populations=1, n_each=1)
        self._at_least(n_steps=self.n_populations)
        check_numbers(self.name, {"probability": self.probability}, 0, 1)
        if not self.cycles or not np.isfinite(self.cycles).all():
            raise ConfigError(f"{self.name}: cycles are finite numbers, got {self.cycles}.")

    def curves(self, streams: Streams) -> NDArray[np.float64]:
        """What the outputs are to follow, shape (n_steps, n_outputs)."""
        rng = streams.fresh(f"{self.name} task")
        shape = (self.n_outputs, len(self.cycles))
        height, phase = rng.uniform(0.5, 2, shape), rng.uniform(0, 2 * np.pi, shape)
        time = np.arange(self.n_steps)[:, None, None] / self.n_steps
        sines = height * np.sin(2 * np.pi * np.array(self.cycles) * time + phase)
        found: NDArray[np.float64] = sines.mean(axis=2)
        return found / np.abs(found).max()

    def part(self, part: str, n: int, streams: Streams) -> LabelledTrials:
        """See `Drawn`."""
        rng = streams.fresh(f"{self.name} {part}")
        now = np.arange(self.n_steps) * self.n_populations // self.n_steps
        active = np.broadcast_to(
            now[:, None] == np.arange(self.n_populations), (n, self.n_steps, self.n_populations)
        )
        on, off = np.full(self.n_populations, self.probability), np.zeros(self.n_populations)
        trains = population_trains(rng, active, self.n_each, on, off)
        values = np.broadcast_to(self.curves(streams), (n, self.n_steps, self.n_outputs))
        return LabelledTrials(trains, StepValues(values))
