"""Poisson rate code, step by step or from spike to spike, with a dead time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.point_processes.base import Columns, FloatArray, RateEncoder
from brainsnn.codes.point_processes.processes import spikes_by_gaps, spikes_per_step
from brainsnn.errors import ConfigError


@dataclass(frozen=True)
class PoissonEncoder(RateEncoder):
    r"""A spike in a step where a uniform number is at most :math:`r \, dt` (Heeger 2000).

    Counts of n steps have the mean :math:`n p` and variance :math:`n p (1 - p)`, :math:`p = r dt`:
    the Fano factor is :math:`1 - p`, not 1. A dead time of k steps lowers the rate to
    :math:`p / (1 + k p) / dt`.

    Parameters
    ----------
    n_steps, intensity_max, rate_max, dt
        As for `RateEncoder`. A rate of more than one spike a step is one spike a step.
    dead_time : float, default 0.0
        Seconds after a spike in which there is none, rounded to steps.
    method : {"per_step", "gaps"}, default "per_step"
        How trains of this one distribution are drawn: a number a step and neuron, or a geometric
        gap a spike, with work in proportion to spikes.
    """

    citation: ClassVar[str] = "D. Heeger, Poisson model of spike generation, handout (2000)"

    dead_time: float = 0.0
    method: Literal["per_step", "gaps"] = "per_step"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._within("dead_time", 0, 2**31 * self.dt, low=True)
        if self.method not in ("per_step", "gaps"):
            raise ConfigError(f"{self._name}: methods are per_step and gaps, not {self.method!r}.")

    @property
    def _dead_steps(self) -> int:
        return round(self.dead_time / self.dt)

    def draw(self, rates: FloatArray, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Spikes of one trial: a number drawn for each step and neuron, in this order."""
        uniforms = rng.random((self.n_steps, rates.size))
        return spikes_per_step(uniforms, rates * self.dt, self._dead_steps)

    def columns(self, rates: FloatArray, rng: np.random.Generator) -> Columns:
        """See `RateEncoder`."""
        if self.method == "per_step":
            return super().columns(rates, rng)
        return spikes_by_gaps(rng, rates * self.dt, self.n_steps, self._dead_steps)
