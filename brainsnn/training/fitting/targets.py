r"""What a neuron is fitted to: losses of one run, and their derivatives by states and spikes.

================ =================================================================================
`TraceTarget`    :math:`\sum_t m_t (x_t - x^*_t)^2 / (\sigma^2 \sum_t m_t)`, :math:`\sigma` the
                 deviation of the recorded trace, :math:`m` 0 in what is left out
`TrainTarget`    distance of spike trains smoothed by an exponential, of van Rossum (2001), over
                 that of the recorded train from silence
`SpikeTarget`    minus the log-likelihood of the spikes, which the neuron sums itself
================ =================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.losses.spike_train import SpikeTrainLoss
from brainsnn.spikes import SpikeTrains
from brainsnn.training.fitting.neuron import CELL, UNLIKELIHOOD

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Slopes:
    """A loss and its derivatives, each of shape (n_steps, 1, 1).

    Parameters
    ----------
    value : float
    by_spike, by_state : mapping, optional
        As `DerivedNetwork.gradient` takes them.
    """

    value: float
    by_spike: Mapping[str, Floats]
    by_state: Mapping[tuple[str, str], Floats]


class Target(Protocol):
    """What a neuron is fitted to."""

    @property
    def state(self) -> str:
        """The state that is read."""

    @property
    def n_steps(self) -> int:
        """Steps of a run."""

    @property
    def scale(self) -> float:
        """By which the loss is multiplied to be an error in its own units."""

    def information_at(self, value: float, n_parameters: int) -> float:
        """Fisher information by curvature of the loss where it is `value`; NaN if none."""

    def __call__(self, states: Floats, spikes: Floats) -> Slopes:
        """Loss of a run; `states` and `spikes` have shape (n_steps,)."""


@dataclass(frozen=True)
class TraceTarget:
    """A recorded trace; see the module docstring.

    Parameters
    ----------
    wanted : array of float64, shape (n_steps,)
    counted : array of float64, shape (n_steps,)
        0 where the trace is left out, else 1.
    state : str
    """

    wanted: Floats
    counted: Floats
    state: str

    @property
    def n_steps(self) -> int:
        """Steps of the trace."""
        return self.wanted.size

    @property
    def scale(self) -> float:
        """Variance of what counts."""
        return float(np.var(self.wanted[self.counted > 0])) or 1.0

    def information_at(self, value: float, n_parameters: int) -> float:
        """Fisher information by curvature: half the samples over the variance of errors."""
        n = float(self.counted.sum())
        return max(n - n_parameters, 1.0) / (2 * max(value, 1e-300))

    def __call__(self, states: Floats, spikes: Floats) -> Slopes:  # noqa: ARG002
        """Mean squared difference, in variances of the trace."""
        kept = self.counted > 0
        apart = np.where(kept, states - self.wanted, 0.0)
        n = self.scale * float(self.counted.sum())
        slope = (2 * apart / n).reshape(-1, 1, 1)
        return Slopes(float(np.sum(apart**2)) / n, {}, {(CELL, self.state): slope})


@dataclass(frozen=True)
class TrainTarget:
    """A recorded spike train; see the module docstring.

    Parameters
    ----------
    wanted : SpikeTrains
        One trial of one neuron.
    loss : SpikeTrainLoss
    state : str
    """

    wanted: SpikeTrains
    loss: SpikeTrainLoss
    state: str
    scale: ClassVar[float] = 1.0

    @property
    def n_steps(self) -> int:
        """Steps of the recording."""
        return self.wanted.n_steps

    def information_at(self, value: float, n_parameters: int) -> float:  # noqa: ARG002
        """There is none: the loss is flat between its jumps."""
        return float("nan")

    @property
    def _silence(self) -> float:
        silent = np.zeros((1, self.n_steps, 1), bool)
        return float(self.loss.value(silent, self.wanted)[0])

    def __call__(self, states: Floats, spikes: Floats) -> Slopes:  # noqa: ARG002
        """Distance from the recorded train over that of silence."""
        raster, most = (spikes > 0.5).reshape(1, -1, 1), self._silence
        value = float(self.loss.value(raster, self.wanted)[0])
        slope = self.loss.activation(raster, self.wanted)[0].reshape(-1, 1, 1)
        return Slopes(value / most, {CELL: slope / most}, {})


@dataclass(frozen=True)
class SpikeTarget:
    """Recorded spikes and their likelihood, summed by a state of the neuron's.

    Parameters
    ----------
    recorded_steps : int
        A run takes one more, in which the last step counts.
    """

    recorded_steps: int
    state: ClassVar[str] = UNLIKELIHOOD
    scale: ClassVar[float] = 1.0

    @property
    def n_steps(self) -> int:
        """Steps of a run."""
        return self.recorded_steps + 1

    def information_at(self, value: float, n_parameters: int) -> float:  # noqa: ARG002
        """The curvature is the information itself."""
        return 1.0

    def __call__(self, states: Floats, spikes: Floats) -> Slopes:  # noqa: ARG002
        """Minus the log-likelihood."""
        slope = np.zeros((states.size, 1, 1))
        slope[-1] = 1.0
        return Slopes(float(states[-1]), {}, {(CELL, self.state): slope})
