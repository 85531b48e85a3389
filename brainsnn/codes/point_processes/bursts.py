"""Burst code: short volleys at random times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.point_processes.base import FloatArray, RateEncoder
from brainsnn.errors import ConfigError


@dataclass(frozen=True)
class BurstEncoder(RateEncoder):
    """Bursts of a few evenly spaced spikes, with exponential gaps between them.

    From the last spike of a burst to the first of the next there are ``spikes / rate - (spikes - 1)
    interval`` seconds on average, so the mean rate is that of the value. The trial begins at no
    special moment, maybe in the middle of a burst.

    Parameters
    ----------
    n_steps, intensity_max, rate_max, dt
        As for `RateEncoder`. Two spikes of a step are one.
    spikes : int, default 3
        Spikes of a burst.
    interval : float, default 0.004
        Seconds between spikes of a burst.

    Raises
    ------
    ConfigError
        If a setting is impossible, or bursts of the largest rate would leave no gap.
    """

    citation: ClassVar[str] = (
        "M. J. Chacron, A. Longtin and L. Maler, To burst or not to burst?, J. Comput. Neurosci. "
        "17, 127 (2004), for bursts as events of their own"
    )

    spikes: int = 3
    interval: float = 0.004

    def __post_init__(self) -> None:
        super().__post_init__()
        self._within("spikes", 0, 2**31)
        self._within("interval", 0, np.inf)
        if self.spikes != int(self.spikes) or self._gap(self.rate_max) <= 0:
            raise ConfigError(
                f"{self._name}: {self.spikes} spikes every {self.interval:g} s leave no gap "
                f"between bursts at rate_max = {self.rate_max:g} 1/s."
            )

    @property
    def _length(self) -> float:
        """Seconds from the first to the last spike of a burst."""
        return (self.spikes - 1) * self.interval

    def _gap(self, rate: float) -> float:
        return self.spikes / rate - self._length

    def draw(self, rates: FloatArray, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Spikes of one trial: a burst of every neuron that has not passed the end, in turn."""
        alive = np.flatnonzero(rates > 0)
        gap = self.spikes / rates[alive] - self._length
        under_way = rng.random(alive.size) * (gap + self._length) < self._length
        since = rng.random(alive.size) * self._length
        first = np.where(under_way, -since, rng.exponential(gap))
        within = np.arange(self.spikes) * self.interval
        neurons, times = [np.empty(0, np.int64)], [np.empty(0)]
        while alive.size:
            inside = first < self.n_steps * self.dt
            alive, gap, first = alive[inside], gap[inside], first[inside]
            neurons.append(np.repeat(alive, self.spikes))
            times.append((first[:, None] + within).ravel())
            first = first + self._length + rng.exponential(gap)
        return self.on_steps(np.concatenate(neurons), np.concatenate(times), rates.size)
