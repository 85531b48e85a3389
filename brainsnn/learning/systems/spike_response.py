r"""The spike response model SRM0, with a sharp threshold or escape noise, and its likelihood.

With the last own spike at h and input spikes at :math:`t_i`, each acting on later steps alone,

.. math::
    u(t) &= u_0 + \eta(t - h) + \sum_i w_i \sum_{t_i < t} \epsilon(t - t_i) \\
    \epsilon(s) &= \tfrac{\tau_m}{\tau_m - \tau_s}\,(e^{-s/\tau_m} - e^{-s/\tau_s}), \qquad
    \eta(s) = -\eta_0\, e^{-s/\tau_\eta}

No spike comes within the absolute refractory time of the last. Else the neuron spikes where u
reaches the threshold from below, or, with escape noise, in a step dt with probability
:math:`1 - e^{-\rho\,dt}`, :math:`\rho = \rho_0\, e^{(u - \theta)/\Delta}`. The log-likelihood of
spikes S is then

.. math::
    \log L = \sum_{t \in S} \log(1 - e^{-\rho(t)\,dt}) - \sum_{t \notin S} \rho(t)\,dt

over the steps that are not refractory; it has one maximum over weights, threshold and
:math:`\eta_0`.

References
----------
W. Gerstner, W.M. Kistler, R. Naud and L. Paninski, Neuronal Dynamics, Cambridge University Press
(2014), sections 6.4, 9.1 and 9.4; L. Paninski, Maximum likelihood estimation of cascade
point-process neural encoding models, Network 15, 243-262 (2004).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import DataError, LearningError

Floats = NDArray[np.float64]
Spikes = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Fitted:
    """A neuron refitted to its spikes.

    Parameters
    ----------
    model : SpikeResponse
        With the threshold and eta0 that were found.
    weights : array of float64, shape (n_inputs,)
    log_likelihood : float
    deviations : array of float64, shape (n_inputs + 2,)
        Standard errors of weights, threshold and eta0, by the curvature at the maximum.
    """

    model: SpikeResponse
    weights: Floats
    log_likelihood: float
    deviations: Floats


@dataclass(frozen=True)
class SpikeResponse:
    """The model (module docstring); times in seconds, potentials in one unit, usually mV.

    Parameters
    ----------
    dt : float
        A step.
    tau_m, tau_s, tau_eta : float, default 0.01, 0.0025 and 0.025
    eta0 : float, default 12
    rest, theta : float, default -65 and -55
    refractory : float, default 0.002
        Absolute refractory time.
    rho0 : float, default 1000
        Rate at the threshold, 1/s.
    width : float, default 1
        Delta.

    Raises
    ------
    LearningError
        If a number is not finite or out of range, or tau_m and tau_s are equal.
    """

    dt: float
    tau_m: float = 0.01
    tau_s: float = 0.0025
    tau_eta: float = 0.025
    eta0: float = 12.0
    rest: float = -65.0
    theta: float = -55.0
    refractory: float = 0.002
    rho0: float = 1000.0
    width: float = 1.0

    def __post_init__(self) -> None:
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        above = ("dt", "tau_m", "tau_s", "tau_eta", "rho0", "width")
        wrong = [k for k, value in given.items() if not math.isfinite(value)]
        wrong += [k for k in above if not given[k] > 0]
        if wrong or self.refractory < 0 or self.tau_m == self.tau_s:
            raise LearningError(
                "SpikeResponse: all numbers are finite; steps, time constants, rate and width are "
                f"above 0; refractory is not below 0; tau_m is not tau_s. Got {self}."
            )

    def driven(self, inputs: ArrayLike) -> Floats:
        """Input spikes through epsilon, of the same shape (n_steps, n_inputs).

        Raises
        ------
        DataError
            If they are no raster.
        """
        table = _raster(inputs, "Input")
        earlier = np.zeros_like(table, np.float64)
        earlier[1:] = table[:-1]
        found = np.zeros_like(earlier)
        for tau, sign in ((self.tau_m, 1.0), (self.tau_s, -1.0)):
            fall = math.exp(-self.dt / tau)
            found += sign * scipy.signal.lfilter([fall], [1.0, -fall], earlier, axis=0)
        scale = self.tau_m / (self.tau_m - self.tau_s)
        return np.asarray(scale * found)

    def since(self, spikes: ArrayLike) -> Floats:
        """Steps since the last own spike before each step; infinite before the first."""
        table = _raster(spikes, "Own")
        steps = np.arange(len(table), dtype=np.float64)[:, None]
        last = np.where(table, steps, -np.inf)
        before = np.full_like(last, -np.inf)
        before[1:] = np.maximum.accumulate(last, axis=0)[:-1]
        return np.asarray(steps - before)

    def free(self, spikes: ArrayLike) -> Spikes:
        """Whether a spike can come at each step, after those of the steps before."""
        return np.asarray(self._free(self.since(spikes)))

    def potentials(self, inputs: ArrayLike, weights: ArrayLike, spikes: ArrayLike) -> Floats:
        """Potentials u given own spikes, shape (n_steps, n); at a spike, what made it.

        Parameters
        ----------
        inputs, spikes : array of bool, shape (n_steps, n_inputs) and (n_steps, n)
        weights : array of float64, shape (n_inputs, n)
        """
        driven, table = self.driven(inputs), _raster(spikes, "Own")
        _check_length(driven, table)
        drive = driven @ _weights(weights, driven.shape[1], table.shape[1])
        return np.asarray(self.rest + drive + self._after(self.since(table)))

    def run(
        self, inputs: ArrayLike, weights: ArrayLike, uniforms: ArrayLike | None = None
    ) -> tuple[Spikes, Floats]:
        """Let neurons spike.

        Parameters
        ----------
        inputs : array of bool, shape (n_steps, n_inputs)
        weights : array of float64, shape (n_inputs, n)
        uniforms : array of float64, shape (n_steps, n), optional
            Draws from 0..1: with them the threshold is soft, without it is sharp.

        Returns
        -------
        spikes : array of bool, shape (n_steps, n)
        potentials : array of float64, of the same shape

        Raises
        ------
        DataError
            If the arrays do not fit.
        """
        driven = self.driven(inputs)
        table = np.asarray(weights, np.float64)
        drive = driven @ _weights(table, driven.shape[1], table.shape[-1] if table.ndim else 0)
        draws = None if uniforms is None else np.asarray(uniforms, np.float64)
        if draws is not None and draws.shape != drive.shape:
            raise DataError(f"Draws must have shape {drive.shape}, got {draws.shape}.")
        spikes, u = np.zeros(drive.shape, bool), np.empty_like(drive)
        since, below = np.full(drive.shape[1], np.inf), np.ones(drive.shape[1], bool)
        for t in range(len(drive)):
            u[t] = self.rest + drive[t] + self._after(since)
            free = self._free(since)
            if draws is None:
                fired = free & below & (u[t] >= self.theta)
                below = ~free | (u[t] < self.theta)
            else:
                fired = free & (draws[t] < -np.expm1(-self._expected(u[t])))
            spikes[t], since = fired, np.where(fired, 0.0, since) + 1.0
        return spikes, u

    def log_likelihood(self, inputs: ArrayLike, weights: ArrayLike, spikes: ArrayLike) -> float:
        """Natural logarithm of the probability of the spikes, given the inputs."""
        u = self.potentials(inputs, weights, spikes)
        return self._told(u, _raster(spikes, "Own"), self.free(spikes))[0]

    def gradient(self, inputs: ArrayLike, weights: ArrayLike, spikes: ArrayLike) -> Floats:
        """Derivative of the log-likelihood by the weights, the spikes held fixed."""
        u = self.potentials(inputs, weights, spikes)
        slope = self._told(u, _raster(spikes, "Own"), self.free(spikes))[1]
        return np.asarray(self.driven(inputs).T @ slope)

    def fit(self, inputs: ArrayLike, spikes: ArrayLike) -> Fitted:
        """Find weights, threshold and eta0 of largest likelihood for one neuron's spikes.

        Time constants, rest, rate and width are this model's.

        Parameters
        ----------
        inputs : array of bool, shape (n_steps, n_inputs)
        spikes : array of bool, shape (n_steps,)

        Raises
        ------
        DataError
            If the arrays do not fit, or there is no spike.
        """
        table = _raster(np.asarray(spikes)[:, None], "Own")
        if not table.any():
            raise DataError("There is no spike to fit a neuron to.")
        since = self.since(table)
        after, free = np.exp(-self.dt * since / self.tau_eta), self._free(since)
        driven = self.driven(inputs)
        _check_length(driven, table)
        acts_on = np.hstack([driven, -np.ones_like(after), -after])

        def loss(values: Floats) -> tuple[float, Floats]:
            value, slope, _ = self._told(self._distance(acts_on @ values), table, free)
            return -value, -(acts_on.T @ slope)[:, 0]

        first = np.zeros(acts_on.shape[1])
        first[-2:] = self.theta - self.rest, self.eta0
        found = scipy.optimize.minimize(
            loss, first, jac=True, method="L-BFGS-B", options={"maxiter": 2000}
        ).x
        value, _, curvature = self._told(self._distance(acts_on @ found), table, free)
        covariance = np.linalg.pinv((acts_on * curvature).T @ acts_on)
        made = replace(self, theta=self.rest + float(found[-2]), eta0=float(found[-1]))
        deviations = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        return Fitted(made, found[:-2], value, deviations)

    def _distance(self, drive: Floats) -> Floats:
        """Potentials of a neuron whose threshold is a part of its drive."""
        return np.asarray(self.theta + drive[:, None])

    def _after(self, since: Floats) -> Any:
        """Eta, of steps since the last own spike."""
        return -self.eta0 * np.exp(-self.dt * since / self.tau_eta)

    def _free(self, since: Floats) -> Any:
        """Whether a spike can come, so many steps after the last."""
        return since > round(self.refractory / self.dt)

    def _expected(self, u: Floats) -> Any:
        """Rho dt."""
        return self.dt * self.rho0 * np.exp((u - self.theta) / self.width)

    def _told(self, u: Floats, spikes: Spikes, free: Any) -> tuple[float, Floats, Floats]:
        """Log-likelihood, its derivative by each potential, and minus its second one."""
        expected = self._expected(u)
        few = np.maximum(expected, 1e-300)
        value = np.where(spikes, np.log(-np.expm1(-few)), -expected)
        ratio = few / np.expm1(np.minimum(few, 700.0))
        slope = np.where(spikes, ratio, -expected) / self.width
        bend = np.where(spikes, ratio * (few + ratio - 1.0), expected) / self.width**2
        return float(value[free].sum()), np.where(free, slope, 0.0), np.where(free, bend, 0.0)


def _raster(given: ArrayLike, what: str) -> Spikes:
    """Spikes as a table of steps and neurons.

    Raises
    ------
    DataError
    """
    table = np.asarray(given)
    if table.ndim != 2 or not len(table) or not np.isin(table, (0, 1)).all():
        raise DataError(
            f"{what} spikes are a raster of 0 and 1, shape (n_steps, n), got {table.dtype} of "
            f"{table.shape}."
        )
    return table.astype(bool)


def _weights(given: ArrayLike, n_inputs: int, n: int) -> Floats:
    table = np.asarray(given, np.float64)
    if table.shape != (n_inputs, n) or not n or not np.isfinite(table).all():
        raise DataError(
            f"Weights must be finite and of shape ({n_inputs}, {n or 'n'}), got {table.shape}."
        )
    return table


def _check_length(acts_on: Floats, spikes: Spikes) -> None:
    if len(acts_on) != len(spikes):
        raise DataError(f"Inputs have {len(acts_on)} steps, own spikes {len(spikes)}.")
