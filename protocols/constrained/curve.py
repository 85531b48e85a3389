r"""The f-I curve of a neuron, measured in the engine, as the response of a unit.

Constant currents drive the neurons that the network will have, for as long as a trial; the means of
their rates are made smooth by a cubic smoothing spline (its penalty by generalised
cross-validation), so that the response :math:`f` has a derivative. Its value is
:math:`a = \tau f(I)`, spikes a membrane time constant; below the measured currents the unit is
silent, above them it answers as at the last.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import make_smoothing_spline

from brainsnn.engine import Engine
from brainsnn.errors import DataError
from brainsnn.spikes import SpikeTrains

Values = NDArray[np.float32]

FINE = 4096
"""Points of the table that values and slopes are read from."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A measured f-I curve.

    Parameters
    ----------
    currents : array of float, shape (n,)
        Constant currents, rising, five or more.
    rates : array of float, shape (n,)
        Mean rates in Hz.
    tau : float
        Membrane time constant in seconds.

    Raises
    ------
    DataError
        If these are not such numbers.
    """

    currents: NDArray[np.float64]
    rates: NDArray[np.float64]
    tau: float
    _table: tuple[NDArray[np.float64], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        currents, rates = (np.asarray(a, np.float64) for a in (self.currents, self.rates))
        if currents.ndim != 1 or currents.shape != rates.shape or currents.size < 5:
            raise DataError(
                "An f-I curve has five or more currents and a rate for each, got shapes "
                f"{currents.shape} and {rates.shape}."
            )
        known = np.isfinite(currents).all() and np.isfinite(rates).all() and (rates >= 0).all()
        if not known or (np.diff(currents) <= 0).any() or not 0 < self.tau < np.inf:
            raise DataError(
                "An f-I curve has rising currents, finite rates of 0 or more and a time constant "
                f"above 0, got currents {currents}, rates {rates} and {self.tau} s."
            )
        spline = make_smoothing_spline(currents, self.tau * rates)
        fine = np.linspace(currents[0], currents[-1], FINE)
        value, slope = spline(fine), spline.derivative()(fine)
        slope[(value <= 0) | (slope < 0)] = 0.0
        object.__setattr__(self, "_table", (fine, np.maximum(value, 0), slope))

    def value(self, current: Values) -> Values:
        """Spikes a time constant at each current."""
        fine, value, _ = self._table
        return np.interp(current, fine, value).astype(np.float32)

    def slope(self, current: Values) -> Values:
        """Derivative of `value`; 0 beyond the measured currents."""
        fine, _, slope = self._table
        return np.interp(current, fine, slope, left=0.0, right=0.0).astype(np.float32)

    def table(self) -> pd.DataFrame:
        """A row a current: the measured value, the smooth one and its derivative."""
        current = np.asarray(self.currents, np.float32)
        return pd.DataFrame(
            {
                "current": self.currents,
                "measured": self.tau * self.rates,
                "smooth": self.value(current),
                "slope": self.slope(current),
            }
        )


def measure(
    engine: Engine, currents: NDArray[np.float64], n_trials: int, tau: float, population: str
) -> Curve:
    """Drive the neurons of a population by constant currents and count spikes.

    Parameters
    ----------
    engine : Engine
        Of a network whose population has the learned parameter ``bias``, a current; all that the
        engine has learned is replaced by zeros and these currents.
    currents : array of float
        Rising.
    n_trials : int
        Trials a current.
    tau : float
        Membrane time constant in seconds.
    population : str

    Raises
    ------
    DataError
        If the currents are no curve's.
    """
    size, name = engine.populations[population], f"{population}.bias"
    zeros = {key: np.zeros_like(value) for key, value in engine.weights.items()}
    silence = SpikeTrains(
        engine.n_inputs,
        engine.n_steps,
        np.zeros(n_trials + 1, np.int64),
        np.empty(0, np.int32),
        np.empty(0, np.int32),
    )
    seconds, rates = engine.n_steps * engine.model.dt, []
    for start in range(0, len(currents), size):
        part = np.resize(currents[start : start + size], size)
        engine.set_weights({**zeros, name: part[None]})
        counts = engine.run(silence).counts(population)
        rates.append(counts.mean(axis=0)[: len(currents) - start] / seconds)
    return Curve(currents, np.concatenate(rates), tau)
