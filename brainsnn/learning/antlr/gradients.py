r"""The gradients of one layer in one trial, as recurrences backwards in time.

With :math:`\delta^S, \delta^T` the derivatives of the loss with respect to activation and time of
the layer's spikes, :math:`k_t = 1 - S[t]` and :math:`V'[t] = \max(V[t] - k_{t-1} V[t-1], v_0)`,

.. math::
    \delta^V[t] &= \lambda_{act}\,\sigma'(V[t])\,\delta^S[t]
        - \lambda_{tim}\,S[t]\,\delta^T[t] / V'[t] && \text{(eqs. 6, 7, 8)} \\
    \bar V[t] &= \delta^V[t] + \alpha_v k_t \bar V[t+1] \\
    \bar I[t] &= \beta_v \bar V[t] + \alpha_i k_t \bar I[t+1]

so that :math:`\bar I` is the sum of :math:`\delta^V` over the kernel up to the neuron's next
reset: the derivative of the loss with respect to what arrives at a step. From it

.. math::
    \partial L / \partial w_{ij} = \beta_i \sum_t S_i[t]\, \bar I_j[t], \quad
    \partial L / \partial b_j = \beta_b \sum_t \bar V_j[t], \quad
    \delta^S_i[t] = \beta_i \sum_j w_{ij}\, \bar I_j[t]
    \qquad \text{(eq. 9)}

in the layer below. The time of its spikes is felt through the kernel's slope, a central difference
:math:`\epsilon'[\tau] = (\epsilon[\tau + 1] - \epsilon[\tau - 1]) / 2`,

.. math::
    \delta^T_i[t] = -S_i[t] \sum_j w_{ij} \sum_{\tau \ge 0} \epsilon'[\tau]\, \delta^V_j[t + \tau]
    \qquad \text{(eq. 10)}

again up to the next reset, and by the same kind of recurrence (:math:`D, E` below)

.. math::
    D[t] &= k_t\,(\tfrac12 \delta^V[t+1] + \alpha_v D[t+1]) - \tfrac12 \alpha_v \delta^V[t] \\
    E[t] &= k_t\,\alpha_i E[t+1] + \beta_v\,(D[t] - \tfrac12 \alpha_i \delta^V[t]), \qquad
    \delta^T_i[t] = \beta_i S_i[t] \sum_j w_{ij} E_j[t].

With the path through the reset (appendix C), a spike's activation also had a part in the state that
it wiped out: :math:`\delta^S[t]` gains
:math:`-\alpha_v V[t] \bar V[t+1] - \alpha_i I[t] \bar I[t+1]`. Without that path the RNN-like form
(section 2.2.1) and the SRM form (eq. 6) are one and the same.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.antlr.potentials import Floats, Raster, Steps


@numba.njit(cache=True)
def _decay(x: float) -> float:
    """Exponential of a number of 0 or less, to 1e-12 of it down to 1e-80.

    A series at a 1024th of the number, squared ten times: unlike a call of the mathematical
    library it is worked out for several neurons at once.
    """
    r = max(x, -700.0) / 1024
    low = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r / 120))))
    high = 1 / 720 + r * (1 / 5040 + r * (1 / 40320 + r * (1 / 362880 + r / 3628800)))
    value = low + r**6 * high
    for _ in range(10):
        value *= value
    return value


@numba.njit(cache=True)
def _by_activation(wanted: Floats, potential: Floats, theta: float, p: Floats, out: Floats) -> None:
    """Activation-based part of a step's derivatives, into `out`; p as `parameters`."""
    scale, _, height, sharpness = p[:4]
    for j in range(out.size):
        near = height * _decay(-sharpness * abs(potential[j] - theta))
        out[j] = scale * (near * wanted[j])


@numba.njit(cache=True)
def _add_by_time(
    wanted: Floats, spikes: Raster, potential: Floats, before: Floats, p: Floats, out: Floats
) -> None:
    """Add the timing-based part at a step's spikes; `before` is what the last step left."""
    for j in range(out.size):
        if spikes[j]:
            out[j] += p[1] * (wanted[j] / -max(potential[j] - before[j], p[4]))


@numba.njit(cache=True)
def _through_reset(
    potential: Floats, current: Floats, v: Floats, i: Floats, c: Floats, wanted: Floats
) -> None:
    """Take off what a step's spikes wiped out, given the derivatives of the state after it."""
    for j in range(wanted.size):
        wanted[j] -= c[1] * potential[j] * v[j] + c[0] * current[j] * i[j]


@numba.njit(cache=True)
def _towards_times(
    spikes: Raster,
    error: Floats,
    c: Floats,
    error_after: Floats,
    trace: Floats,
    later: Floats,
    out: Floats,
) -> None:
    """One step of the recurrences D (`trace`, kept from step to step) and E (`later`, `out`)."""
    for j in range(out.size):
        kept = 0.0 if spikes[j] else error_after[j] / 2 + c[1] * trace[j]
        trace[j] = kept - c[1] * error[j] / 2
        after = 0.0 if spikes[j] else c[0] * later[j]
        out[j] = after + c[3] * (trace[j] - c[0] * error[j] / 2)
        error_after[j] = error[j]


@numba.njit(cache=True)
def backward(
    by_activation: Floats,
    by_time: Floats,
    spikes: Raster,
    current: Floats,
    potential: Floats,
    coefficients: Floats,
    parameters: Floats,
    into_bias: Floats,
    into_current: Floats,
    into_time: Floats,
) -> None:
    r"""Fill in :math:`\bar I` and :math:`E`, and sum :math:`\bar V` (module docstring).

    Tables are of shape (n_steps, n). In: `by_activation` (overwritten if the path through the
    reset is followed) and `by_time`, :math:`\delta^S` and :math:`\delta^T`; what `integrate` gave;
    numbers as of `pack` and `Antlr.parameters`. Out: :math:`\bar V` of all steps, added to
    `into_bias` (n,); `into_current`; and `into_time`, unless it has no rows, as nobody asks for it.
    """
    alpha_i, alpha_v, _, beta_v, _, theta = coefficients
    n_steps, n = spikes.shape
    zeros, error, error_after, trace = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    v, i_after, e_after = np.zeros(n), zeros, zeros
    for t in range(n_steps - 1, -1, -1):
        felt, fired, wanted = potential[t], spikes[t], by_activation[t]
        error[:] = 0.0
        if parameters[0] != 0.0:
            if parameters[5] != 0.0:
                _through_reset(felt, current[t], v, i_after, coefficients, wanted)
            _by_activation(wanted, felt, theta, parameters, error)
        if parameters[1] != 0.0:
            before = np.where(spikes[t - 1], 0.0, potential[t - 1]) if t else zeros
            _add_by_time(by_time[t], fired, felt, before, parameters, error)
        i = into_current[t]
        for j in range(n):
            v[j] = error[j] + (0.0 if fired[j] else alpha_v * v[j])
            into_bias[j] += v[j]
            i[j] = beta_v * v[j] + (0.0 if fired[j] else alpha_i * i_after[j])
        i_after = i
        if into_time.shape[0]:
            _towards_times(fired, error, coefficients, error_after, trace, e_after, into_time[t])
            e_after = into_time[t]


@numba.njit(cache=True)
def add_weight_gradient(
    step: Steps,
    neuron: Steps,
    place: NDArray[np.int64],
    into_current: Floats,
    beta_i: float,
    values: Floats,
) -> None:
    """Add each input spike's share to the gradient of the weights.

    Parameters
    ----------
    step, neuron : array of int32, shape (n_spikes,)
        Input spikes.
    place : array of int64, shape (pre,)
        Row of `values` of each presynaptic neuron.
    into_current : array of float64, shape (n_steps, post)
    beta_i : float
    values : array of float64, shape (n_rows, post)
        Added to.
    """
    for k in range(step.size):
        row, source = values[place[neuron[k]]], into_current[step[k]]
        for j in range(row.size):
            row[j] += beta_i * source[j]


@numba.njit(cache=True)
def times_below(
    step: Steps, neuron: Steps, weights: Floats, into_time: Floats, beta_i: float, out: Floats
) -> None:
    r"""Fill in :math:`\delta^T` (n_steps, pre) of the layer below at its spikes, and only there."""
    for k in range(step.size):
        row, source = weights[neuron[k]], into_time[step[k]]
        total = 0.0
        for j in range(row.size):
            total += row[j] * source[j]
        out[step[k], neuron[k]] = beta_i * total


@numba.njit(cache=True)
def forget_the_spent(step: Steps, neuron: Steps, by_activation: Floats) -> None:
    r"""Put :math:`\delta^S` after each spike to 0, for neurons that spike at most once.

    Such a neuron cannot spike again whatever its potential.
    """
    for k in range(step.size):
        by_activation[step[k] + 1 :, neuron[k]] = 0.0
