r"""Spike probability against membrane potential, :math:`g(u)`, in the log domain.

All activations here are symmetric, :math:`1 - g(u) = g(-u)`, so that the log-probability of a spike
is :math:`\log g(u)` and that of silence :math:`\log g(-u)`. With

.. math:: \rho(u) = \frac{g'(u)}{g(u)\, g(-u)}

(Bagheri et al., eq. 9) the derivative of a Bernoulli log-likelihood with respect to the potential
is :math:`\rho(u)\,(y - g(u))`; :math:`\rho = 1` for the sigmoid. Everything is finite for any
finite potential up to the square root of the largest float.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.jit import njit, vectorize
from brainsnn.registry import Registry

SIGMOID, PROBIT, CAUCHIT = 0, 1, 2

_LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)
#: Below this the normal tail is taken from its asymptotic series, whose error is then below 1e-15.
_FAR = -30.0


@njit()
def _log_normal_tail(u: float) -> float:
    """Logarithm of the standard normal distribution function for u < `_FAR`."""
    s = 1.0 / (u * u)
    series = 1.0 - s * (1.0 - 3.0 * s * (1.0 - 5.0 * s * (1.0 - 7.0 * s * (1.0 - 9.0 * s))))
    return -0.5 * u * u - math.log(-u) - _LOG_SQRT_2PI + math.log(series)


@njit()
def log_g(u: float, code: int) -> float:
    """Log-probability of a spike at potential `u`, for the activation of number `code`."""
    if code == SIGMOID:
        return -math.log1p(math.exp(-u)) if u > -30.0 else u - math.log1p(math.exp(u))
    if code == PROBIT:
        if u < _FAR:
            return _log_normal_tail(u)
        if u > 0.0:
            return math.log1p(-0.5 * math.erfc(u / math.sqrt(2.0)))
        return math.log(0.5 * math.erfc(-u / math.sqrt(2.0)))
    if u > 0.0:
        return math.log1p(-math.atan2(1.0, u) / math.pi)
    return math.log(math.atan2(1.0, -u) / math.pi)


@njit()
def g(u: float, code: int) -> float:
    """Probability of a spike at potential `u`."""
    if code == SIGMOID:
        if u < 0.0:
            e = math.exp(u)
            return e / (1.0 + e)
        return 1.0 / (1.0 + math.exp(-u))
    return math.exp(log_g(u, code))


@njit()
def rho(u: float, code: int) -> float:
    """Eq. 9 at potential `u`."""
    if code == SIGMOID:
        return 1.0
    if code == PROBIT:
        log_density = -0.5 * u * u - _LOG_SQRT_2PI
        return math.exp(log_density - log_g(u, code) - log_g(-u, code))
    log_density = -math.log(math.pi) - math.log1p(u * u)
    return math.exp(log_density - log_g(u, code) - log_g(-u, code))


@njit()
def terms(u: float, code: int) -> tuple[float, float, float, float]:
    """`log_g` at u and -u, `g` and `rho` at u, with one exponential for the sigmoid."""
    if code == SIGMOID:
        e = math.exp(-abs(u))
        near = -math.log1p(e)
        far = near - abs(u)
        if u < 0.0:
            return far, near, e / (1.0 + e), 1.0
        return near, far, 1.0 / (1.0 + e), 1.0
    return log_g(u, code), log_g(-u, code), g(u, code), rho(u, code)


_log_g = vectorize(["float64(float64, int64)"])(log_g.py_func)
_g = vectorize(["float64(float64, int64)"])(g.py_func)
_rho = vectorize(["float64(float64, int64)"])(rho.py_func)


@dataclass(frozen=True)
class Activation:
    """A symmetric activation function.

    Parameters
    ----------
    name : str
        Name in the registry.
    code : int
        What compiled code knows it by.
    threshold : str
        Brian2 condition, true with probability g(v) when drawn once a step.
    """

    name: str
    code: int
    threshold: str

    def probability(self, u: ArrayLike) -> NDArray[np.float64]:
        """g(u), elementwise."""
        return _g(np.asarray(u, np.float64), self.code)

    def log_probability(self, u: ArrayLike) -> NDArray[np.float64]:
        """Log g(u), elementwise; the log-probability of silence is that of -u."""
        return _log_g(np.asarray(u, np.float64), self.code)

    def rho(self, u: ArrayLike) -> NDArray[np.float64]:
        """Eq. 9, elementwise."""
        return _rho(np.asarray(u, np.float64), self.code)


ACTIVATIONS: Registry[Activation] = Registry("activation")
ACTIVATIONS.add("sigmoid", Activation("sigmoid", SIGMOID, "rand() < 1 / (1 + exp(-v))"))
ACTIVATIONS.add("probit", Activation("probit", PROBIT, "randn() < v"))
ACTIVATIONS.add("cauchit", Activation("cauchit", CAUCHIT, "rand() < 0.5 + arctan(v) / pi"))
