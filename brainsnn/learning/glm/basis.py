r"""Basis functions of synaptic and feedback kernels.

A kernel over a window of :math:`\tau` past samples is :math:`\alpha = A w` (Bagheri et al., eq. 3):
fixed functions, the columns of :math:`A`, times learnable weights. Row :math:`\ell - 1` of every
matrix here belongs to lag :math:`\ell = 1, \dots, \tau`, the sample :math:`\ell` steps ago.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError
from brainsnn.registry import Registry

FloatArray = NDArray[np.float64]

BASES: Registry[Callable[[int, int], FloatArray]] = Registry("basis")
"""From a number of functions and a window, in samples, to the matrix (window, n_functions)."""


@BASES.register("raised_cosine")
def raised_cosines(
    n_functions: int, window: int, stretch: float = 7500.0, offset: float = 1.0
) -> FloatArray:
    r"""Raised cosines on a logarithmic axis of time.

    .. math:: b_k(t) = \tfrac12 \cos(a \log(t + c) - \phi_k) + \tfrac12
              \quad\text{where}\quad |a \log(t + c) - \phi_k| \le \pi, \text{ else } 0

    with :math:`\phi_{k+1} - \phi_k = \pi / 2`. Function 1 peaks at lag 1, the most recent sample,
    and a sample lasts as long as peaks are apart there, so function :math:`k` peaks at lag
    :math:`k` and is one half at the lags beside it.

    Parameters
    ----------
    n_functions : int
        How many, numbered from the one that peaks first.
    window : int
        Lags, in samples.
    stretch, offset : float, default 7500.0 and 1.0
        :math:`a` and :math:`c`; the defaults are those of Bagheri et al., Figure 3. The paper gives
        neither the phases nor the length of a sample: the phases are those of Pillow et al., and
        the sample is :math:`c (e^{\pi / 2a} - 1)`, about 0.21 ms.

    Returns
    -------
    array of float64, shape (window, n_functions)

    Raises
    ------
    ConfigError
        If there is no function, more functions than lags, or `stretch` or `offset` is not positive.

    References
    ----------
    J. W. Pillow et al., Spatio-temporal correlations and visual signalling in a complete neuronal
    population, Nature 454, 995-999 (2008), Methods.

    Examples
    --------
    >>> raised_cosines(2, 3).round(3)
    array([[1. , 0.5],
           [0.5, 1. ],
           [0. , 0.5]])
    """
    _check(n_functions, window)
    if not (stretch > 0 and offset > 0):
        raise ConfigError(
            f"Raised cosines: stretch and offset must be positive, got {stretch} and {offset}."
        )
    sample = offset * np.expm1(np.pi / (2 * stretch))
    place = stretch * np.log(np.arange(1, window + 1) * sample + offset)
    phase = place[0] + np.arange(n_functions) * np.pi / 2
    distance = np.clip(place[:, None] - phase, -np.pi, np.pi)
    return 0.5 * np.cos(distance) + 0.5


@BASES.register("unit")
def unit_vectors(n_functions: int, window: int) -> FloatArray:
    """Return a unit vector a lag: the unstructured kernel when there are as many as lags.

    Raises
    ------
    ConfigError
        If there is no function, or more functions than lags.
    """
    _check(n_functions, window)
    return np.eye(window, n_functions)


@BASES.register("postsynaptic")
def postsynaptic_potential(
    n_functions: int, window: int, membrane: float = 10.0, synapse: float = 5.0
) -> FloatArray:
    r"""Return one fixed shape, :math:`e^{-\ell/\tau_m} - e^{-\ell/\tau_s}`, largest value 1.

    Parameters
    ----------
    n_functions : int
        1: a kernel of this kind has a single weight.
    window : int
        Lags, in samples.
    membrane, synapse : float, default 10.0 and 5.0
        Time constants in samples.

    Raises
    ------
    ConfigError
        If more than one function is asked for, or the time constants are not falling and positive.

    References
    ----------
    B. Gardner and A. Gruning, Supervised learning in spiking neural networks for precise temporal
    encoding, PLoS ONE 11(8), e0161335 (2016).
    """
    _check_single("postsynaptic", n_functions, window)
    if not membrane > synapse > 0:
        raise ConfigError(
            f"Postsynaptic kernel: needs membrane > synapse > 0, got {membrane} and {synapse}."
        )
    lag = np.arange(1.0, window + 1)
    shape = np.exp(-lag / membrane) - np.exp(-lag / synapse)
    return (shape / shape.max())[:, None]


@BASES.register("exponential")
def exponential(n_functions: int, window: int, decay: float = 10.0) -> FloatArray:
    r"""Return one fixed shape, :math:`e^{-(\ell - 1)/\tau}`: a leaky memory of past spikes.

    Raises
    ------
    ConfigError
        If more than one function is asked for, or `decay` is not positive.
    """
    _check_single("exponential", n_functions, window)
    if not decay > 0:
        raise ConfigError(f"Exponential kernel: decay must be positive, got {decay}.")
    return np.exp(-np.arange(window) / decay)[:, None]


def _check(n_functions: int, window: int) -> None:
    if window < 1:
        raise ConfigError(f"A kernel needs a window of at least one sample, got {window}.")
    if not 1 <= n_functions <= window:
        raise ConfigError(
            f"A kernel over {window} samples takes 1 to {window} basis functions, "
            f"got {n_functions}."
        )


def _check_single(name: str, n_functions: int, window: int) -> None:
    _check(n_functions, window)
    if n_functions != 1:
        raise ConfigError(f"The {name} kernel is one function, got n_functions = {n_functions}.")
