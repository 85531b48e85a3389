"""Gamma renewal code: intervals more regular, or more irregular, than Poisson's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.point_processes.base import FloatArray, RateEncoder


@dataclass(frozen=True)
class GammaEncoder(RateEncoder):
    r"""Independent intervals of a gamma distribution with the mean of the rate.

    :math:`p(s) = (k r)^k s^{k - 1} e^{-k r s} / \Gamma(k)`; the CV of intervals is
    :math:`1 / \sqrt{k}`. The trial begins at no special moment: the first interval is what is left
    of one that is under way (equilibrium process), so the rate is the same at all times.

    Parameters
    ----------
    n_steps, intensity_max, rate_max, dt
        As for `RateEncoder`. Two spikes of a step are one.
    order : float, default 4.0
        k; 1 is Poisson, more is more regular.
    """

    citation: ClassVar[str] = (
        "D. R. Cox, Renewal Theory, Methuen (1962), chapter 2: equilibrium renewal processes"
    )

    order: float = 4.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._within("order", 0, np.inf)

    def draw(self, rates: FloatArray, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Spikes of one trial: an interval of every neuron that has not passed the end, in turn."""
        alive = np.flatnonzero(rates > 0)
        scale = 1 / (self.order * rates[alive])
        # An interval that covers a given moment is drawn in proportion to its length.
        time = rng.standard_gamma(self.order + 1, alive.size) * scale * rng.random(alive.size)
        neurons, times = [np.empty(0, np.int64)], [np.empty(0)]
        while alive.size:
            inside = time < self.n_steps * self.dt
            alive, scale, time = alive[inside], scale[inside], time[inside]
            neurons.append(alive)
            times.append(time)
            time = time + rng.standard_gamma(self.order, alive.size) * scale
        return self.on_steps(np.concatenate(neurons), np.concatenate(times), rates.size)
