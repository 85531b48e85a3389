"""The search for parameters: one run with its gradient, descents from first values, curvature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from brainsnn.engine.derived import CompiledGradient
from brainsnn.learning.base import RowGradient
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.optimisers.adam import Adam
from brainsnn.training.fitting.neuron import CELL, PULL
from brainsnn.training.fitting.targets import Target

Floats = NDArray[np.float64]

NUDGE = 1e-6
"""Steps of differences of the gradient, as shares of the parameters' ranges."""

AGAIN, GAIN = 4, 0.99
"""Times that a descent starts anew from its best, and by what it must lower the loss for that."""


@dataclass
class Search:
    """A loss by parameters, each a share of its range.

    Parameters
    ----------
    derived : DerivedNetwork
    target : Target
    names : tuple of str
    low, width : array of float64, one a parameter
    compiled : bool
        Whether runs are generated C++.
    learning_rate : float
        Of Adam, in shares of the ranges.
    """

    derived: DerivedNetwork
    target: Target
    names: tuple[str, ...]
    low: Floats
    width: Floats
    compiled: bool
    learning_rate: float
    simulations: int = 0
    best: tuple[float, Floats] = field(default=(np.inf, np.empty(0)), init=False)

    def __post_init__(self) -> None:
        step = self.derived.neurons[CELL].derived
        self._state = self.target.state if self.target.state in step.states else ""
        readout = [(CELL, self._state)] if self._state else []
        self._program = CompiledGradient(self.derived, readout) if self.compiled else None

    def pull(self, rate: float) -> None:
        """Let the recorded trace pull the potential at a rate, in 1/s."""
        self.derived.populations[CELL].values[PULL] = np.array([rate])

    def _run(self) -> tuple[Floats, Floats, Any]:
        """States, spikes, and what gives the gradient of the run."""
        n, none = self.target.n_steps, np.zeros(self.target.n_steps)
        if self._program is not None:
            found = self._program.run({}, n, n_trials=1)
            spiking = CELL in found.spikes
            spikes = found.raster(CELL).reshape(-1) if spiking else none
            states = found.states[CELL, self._state].reshape(-1) if self._state else none
            return states, spikes, self._program.gradient
        trace = self.derived.run({}, n, n_trials=1)
        states = np.array([now[CELL][self._state] for now in trace.threshold]).reshape(-1)
        return states, trace.spikes[CELL].reshape(-1), lambda *by: self.derived.gradient(trace, *by)

    def __call__(self, share: Floats) -> tuple[float, Floats]:
        """The loss and its gradient; infinite where the equations overflow."""
        self.simulations += 1
        keys = [(CELL, name) for name in self.names]
        for key, value in zip(keys, self.low + share * self.width, strict=True):
            self.derived.values(key)[...] = value
        with np.errstate(all="ignore"):
            states, spikes, gradient = self._run()
            told = self.target(states, spikes)
            if not np.isfinite(told.value):
                return np.inf, np.zeros(share.size)
            found = gradient(told.by_spike, told.by_state)
        slope = np.array([float(np.sum(found[key])) for key in keys]) * self.width
        if told.value < self.best[0]:
            self.best = told.value, share.copy()
        return told.value, np.where(np.isfinite(slope), slope, 0.0)

    def descend(
        self, first: Floats, how: Literal["lbfgs", "adam"], iterations: int, pulls: Sequence[float]
    ) -> dict[str, float]:
        """The row of one start: where it ended, its error, and how many runs that took."""
        self.simulations, share = 0, first
        for rate in pulls:
            if self.target.state != PULL and PULL in self.derived.populations[CELL].values:
                self.pull(rate)
            self.best = np.inf, share
            if how == "lbfgs":
                self._quasi_newton(share, iterations)
            else:
                self._adam(share, iterations)
            share = self.best[1]
        values = dict(zip(self.names, self.low + share * self.width, strict=True))
        error = self.best[0] * self.target.scale
        return values | {"error": error, "simulations": self.simulations}

    def _quasi_newton(self, first: Floats, iterations: int) -> None:
        """L-BFGS-B, again from its best where a jump of the loss has misled its curvature."""
        share, before = first, np.inf
        for _ in range(AGAIN):
            scipy.optimize.minimize(
                self,
                share,
                jac=True,
                method="L-BFGS-B",
                bounds=[(0.0, 1.0)] * first.size,
                options={
                    "maxiter": iterations,
                    "maxfun": 2 * iterations,
                    "ftol": 1e-15,
                    "gtol": 1e-10,
                },
            )
            if not self.best[0] < GAIN * before:
                return
            before, share = self.best[0], self.best[1]

    def _adam(self, first: Floats, iterations: int) -> None:
        share, adam, row = first.reshape(1, -1).copy(), Adam(0.9, 0.99), np.zeros(1, np.int64)
        for k in range(iterations):
            _, slope = self(share[0])
            size = float(np.linalg.norm(slope))
            if size > 0:  # Surrogates of explosive neurons differ by orders of magnitude.
                slope = slope / max(size, 1.0)
            rate = self.learning_rate * (1 - k / iterations)
            adam.step(CELL, share, RowGradient(row, slope.reshape(1, -1)), rate)
            np.clip(share, 0.0, 1.0, out=share)

    def deviations(self, values: Floats) -> Floats:
        """Standard errors at some values, by differences of the gradient."""
        share = (values - self.low) / self.width
        value, _ = self(share)
        information = self.target.information_at(value, share.size)
        if not np.isfinite(information):
            return np.full(share.size, np.nan)
        bend = np.empty((share.size, share.size))
        for k in range(share.size):
            ahead, behind = share.copy(), share.copy()
            ahead[k] += NUDGE
            behind[k] -= NUDGE
            bend[k] = (self(ahead)[1] - self(behind)[1]) / (2 * NUDGE)
        bend = (bend + bend.T) / 2 * information
        if not np.isfinite(bend).all() or np.linalg.eigvalsh(bend).min() <= 0:
            return np.full(share.size, np.nan)
        return np.asarray(np.sqrt(np.diag(np.linalg.inv(bend))) * self.width)
