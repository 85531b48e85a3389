"""Poisson rate code whose rates rise and fall in the course of a trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.point_processes.base import FloatArray, RateEncoder
from brainsnn.codes.point_processes.processes import (
    rescaled_times,
    spikes_per_step,
    thinned_times,
)
from brainsnn.errors import ConfigError


@dataclass(frozen=True)
class ModulatedPoissonEncoder(RateEncoder):
    r"""Inhomogeneous Poisson trains of rate :math:`r (1 + d \sin(2 \pi f t))`.

    Parameters
    ----------
    n_steps, intensity_max, rate_max, dt
        As for `RateEncoder`; the rate is the mean over a period.
    depth : float, default 0.8
        d, from 0 to 1.
    frequency : float, default 5.0
        f in Hz.
    method : {"per_step", "thinning", "rescaling"}, default "per_step"
        How trains are drawn: a number a step and neuron, with the rate at the start of the step; or
        in continuous time, by thinning candidates or by time rescaling, spikes then lying on the
        steps in which they fall.

    Raises
    ------
    ConfigError
        If a setting is impossible.
    """

    citation: ClassVar[str] = (
        "P. A. W. Lewis and G. S. Shedler, Simulation of nonhomogeneous Poisson processes by "
        "thinning, Naval Res. Logist. Q. 26, 403 (1979)"
    )

    depth: float = 0.8
    frequency: float = 5.0
    method: Literal["per_step", "thinning", "rescaling"] = "per_step"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._within("frequency", 0, np.inf)
        if not 0 <= self.depth <= 1:
            raise ConfigError(f"{self._name}: depth must be in 0..1, got {self.depth}.")
        if self.method not in ("per_step", "thinning", "rescaling"):
            raise ConfigError(
                f"{self._name}: methods are per_step, thinning and rescaling, not {self.method!r}."
            )

    def modulation(self, time: FloatArray) -> FloatArray:
        """Rate over its mean at times in seconds."""
        return np.asarray(1 + self.depth * np.sin(2 * np.pi * self.frequency * time), np.float64)

    def cumulative(self, time: FloatArray) -> FloatArray:
        """Integral of `modulation` from 0."""
        angular = 2 * np.pi * self.frequency
        return np.asarray(time + self.depth * (1 - np.cos(angular * time)) / angular, np.float64)

    def draw(self, rates: FloatArray, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Spikes of one trial."""
        if self.method == "per_step":
            factor = self.modulation(np.arange(self.n_steps) * np.float64(self.dt))
            uniforms = rng.random((self.n_steps, rates.size))
            return spikes_per_step(uniforms, factor[:, None] * (rates * self.dt))
        duration = self.n_steps * self.dt
        times = [self._times(float(rate), duration, rng) for rate in rates]
        neuron = np.repeat(np.arange(rates.size), [t.size for t in times])
        return self.on_steps(neuron, np.concatenate([np.empty(0), *times]), rates.size)

    def _times(self, rate: float, duration: float, rng: np.random.Generator) -> FloatArray:
        """Times of one neuron; numbers are drawn until they surely suffice."""
        if rate == 0:
            return np.empty(0)
        bound = rate * (1 + self.depth)
        pairs = rng.random((_enough(bound * duration), 2))
        while -np.log1p(-pairs[:, 0]).sum() <= bound * duration:
            pairs = np.concatenate((pairs, rng.random(pairs.shape)))
        if self.method == "thinning":
            return thinned_times(pairs, lambda t: rate * self.modulation(t), bound, duration)
        return rescaled_times(pairs[:, 0], lambda t: rate * self.cumulative(t), duration)


def _enough(mean: float) -> int:
    """As many numbers as a Poisson count of that mean hardly ever passes."""
    return int(mean + 6 * np.sqrt(mean)) + 10
