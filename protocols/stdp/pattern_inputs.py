"""Spike trains in which some afferents repeat a piece of 50 ms, and nothing else tells it apart.

Each afferent is a Poisson process whose rate wanders between 0 and its largest, and which spikes
at least once in the length of a pattern. The pattern is a piece of such trains, of some afferents;
it is put in their place in some windows, jittered. All have independent spikes besides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.config import Config
from brainsnn.spikes import SpikeTrains

Floats = NDArray[np.float64]

#: Rates change, and a process spikes at most once, in each of these.
MS = 1e-3


@dataclass(frozen=True)
class Times:
    """Spikes of afferents in any order: who, and when in ms."""

    neuron: NDArray[np.int64]
    time: Floats

    def where(self, chosen: NDArray[np.bool_]) -> Times:
        """Some of the spikes."""
        return Times(self.neuron[chosen], self.time[chosen])


class PatternInputs(Config):
    """Settings of the input spikes.

    Parameters
    ----------
    length : int, default 50
        Of the pattern and of a window, in ms.
    part : float, default 0.5
        Of the afferents, the first ones, that take part in the pattern.
    presented : float, default 0.25
        Part of the windows that have it; never two in a row.
    rate_max : float, default 90
        Largest rate of a process, in 1/s.
    fastest, change : float, default 1800 and 360
        Largest change of a rate, in 1/s a second, and by how much that changes at most in a ms.
    noise : float, default 10
        Rate of the spikes besides, in 1/s.
    jitter : float, default 1
        Standard deviation of the pattern's spikes in ms.
    """

    length: int = Field(default=50, ge=1)
    part: float = Field(default=0.5, gt=0, le=1)
    presented: float = Field(default=0.25, gt=0, le=0.5)
    rate_max: float = Field(default=90.0, gt=0, le=1000)
    fastest: float = Field(default=1800.0, ge=0)
    change: float = Field(default=360.0, ge=0)
    noise: float = Field(default=10.0, ge=0)
    jitter: float = Field(default=1.0, ge=0)

    def pattern(self, afferents: int, rng: np.random.Generator) -> Times:
        """The piece that is repeated, from 0 ms on."""
        drawn = self._wandering(afferents, self.length, rng)
        return drawn.where(drawn.neuron < round(self.part * afferents))

    def piece(
        self, pattern: Times, afferents: int, windows: int, rng: np.random.Generator
    ) -> tuple[Times, NDArray[np.int64]]:
        """Spikes of so many windows, and where in ms the pattern begins in them.

        Parameters
        ----------
        pattern : Times
        afferents, windows : int
        rng : numpy.random.Generator
        """
        duration = windows * self.length
        drawn = self._wandering(afferents, duration, rng)
        has = np.zeros(windows, bool)
        has[apart(windows, round(self.presented * windows), rng)] = True
        begins = np.flatnonzero(has) * self.length
        taken = drawn.neuron < round(self.part * afferents)
        kept = drawn.where(~(taken & has[(drawn.time // self.length).astype(int)]))
        copies = np.tile(pattern.time, begins.size) + np.repeat(begins, pattern.time.size)
        copies += self.jitter * rng.standard_normal(copies.size)
        more = rng.poisson(self.noise * MS * duration * afferents)
        neuron = (
            kept.neuron,
            np.tile(pattern.neuron, begins.size),
            rng.integers(afferents, size=more),
        )
        time = (kept.time, copies, duration * rng.random(more))
        return Times(np.concatenate(neuron), np.concatenate(time)), begins

    def _wandering(self, afferents: int, duration: int, rng: np.random.Generator) -> Times:
        """Processes whose rates wander, for so many ms."""
        rate = np.float32(self.rate_max) * rng.random(afferents, np.float32)
        speed = np.float32(self.fastest) * (2 * rng.random(afferents, np.float32) - 1)
        quiet = rng.integers(0, self.length, afferents)
        who = []
        for begin in range(0, duration, self.length):
            here = min(self.length, duration - begin)
            turns, chances = rng.random((2, here, afferents), np.float32)
            turns = np.float32(self.change) * (2 * turns - 1)
            chances /= np.float32(MS)
            for turn, chance in zip(turns, chances, strict=True):
                speed += turn
                np.clip(speed, -self.fastest, self.fastest, out=speed)
                rate += np.float32(MS) * speed
                np.clip(rate, 0, self.rate_max, out=rate)
                quiet += 1
                spikes = np.flatnonzero((chance < rate) | (quiet >= self.length))
                quiet[spikes] = 0
                who.append(spikes)
        neuron = np.concatenate(who)
        ms = np.repeat(np.arange(duration), [spikes.size for spikes in who])
        return Times(neuron, ms + rng.random(neuron.size))


def apart(windows: int, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """So many windows in ascending order, no two in a row, all such choices equally likely."""
    chosen = np.sort(rng.choice(windows - n + 1, n, replace=False))
    return chosen + np.arange(n)


def on_steps(times: Times, afferents: int, n_steps: int, dt: float) -> SpikeTrains:
    """One trial of these spikes; those of one neuron and step are one, those outside are none.

    Parameters
    ----------
    times : Times
    afferents, n_steps : int
    dt : float
        In ms.
    """
    step = np.floor(times.time / dt).astype(np.int64)
    within = (step >= 0) & (step < n_steps)
    key = np.sort(step[within] * afferents + times.neuron[within])
    key = key[np.diff(key, prepend=-1) > 0]
    columns = (key % afferents).astype(np.int32), (key // afferents).astype(np.int32)
    return SpikeTrains(afferents, n_steps, np.array([0, key.size], np.int64), *columns)
