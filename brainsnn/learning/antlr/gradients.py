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

A penalty of hidden spikes, :math:`\frac{\lambda_s}{2} \sum_t S[t]^2` for each hidden neuron (not in
the paper), adds :math:`\lambda_s S[t]` to its :math:`\delta^S[t]`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import copy_row, njit
from brainsnn.learning.antlr.potentials import Floats, Steps

#: Adding it to a number rounds that to a whole one, which the lowest bits of the sum then are.
_ROUNDING = 1.5 * 2.0**52
_LOG_2 = float(np.log(2))


@njit()
def _powers_of_two(exponent: Floats, out: Floats) -> None:
    """2 to powers from -1000 to 0, to 1e-11; `exponent` is overwritten.

    The whole part goes into the exponent of the floating-point number, the rest into a series:
    unlike calls of the mathematical library, both are worked out for several numbers at once.
    """
    for j in range(out.size):
        power = max(exponent[j], -1000.0)
        exponent[j] = power + _ROUNDING
        x = _LOG_2 * (power - (exponent[j] - _ROUNDING))
        low = 1 + x * (1 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x / 120))))
        high = 1 / 720 + x * (1 / 5040 + x * (1 / 40320 + x / 362880))
        out[j] = low + x * x * x * x * x * x * high
    bits, whole = out.view(np.int64), exponent.view(np.int64)
    for j in range(out.size):
        bits[j] += whole[j] << 52


@njit()
def _by_activation(
    wanted: Floats, potential: Floats, theta: float, p: Floats, scratch: Floats, out: Floats
) -> None:
    """Activation-based part of a step's derivatives, into `out`; p as `Antlr.parameters`."""
    scale, _, height, sharpness = p[:4]
    for j in range(out.size):
        scratch[j] = -sharpness / _LOG_2 * abs(potential[j] - theta)
    _powers_of_two(scratch, out)
    for j in range(out.size):
        out[j] = scale * (height * out[j] * wanted[j])


@njit()
def _leak(state: Floats, kept: float, given: Floats, scale: float) -> None:
    """One step of a leaky sum; loops over few arrays are worked out several numbers at once."""
    for j in range(state.size):
        state[j] = kept * state[j] + scale * given[j]


@njit()
def _add(given: Floats, total: Floats) -> None:
    for j in range(given.size):
        total[j] += given[j]


@njit()
def _through_reset(
    potential: Floats, current: Floats, v: Floats, i: Floats, c: Floats, wanted: Floats
) -> None:
    """Take off what a step's spikes wiped out, given the derivatives of the state after it."""
    for j in range(wanted.size):
        wanted[j] -= c[1] * potential[j] * v[j] + c[0] * current[j] * i[j]


@njit()
def _towards_times(
    error: Floats, c: Floats, error_after: Floats, trace: Floats, later: Floats, out: Floats
) -> None:
    """One step of the recurrences D (`trace`) and E (`later`), whose state goes on; E to `out`."""
    for j in range(out.size):
        trace[j] = error_after[j] / 2 + c[1] * trace[j] - c[1] * error[j] / 2
        later[j] = c[0] * later[j] + c[3] * (trace[j] - c[0] * error[j] / 2)
        error_after[j], out[j] = error[j], later[j]


@njit()
def backward(
    by_activation: Floats,
    by_time: Floats,
    own: tuple[Steps, Steps],
    felt: tuple[Floats, Floats, Floats],
    c: Floats,
    p: Floats,
    into_bias: Floats,
    into_current: Floats,
    into_time: Floats,
) -> None:
    r"""Fill in :math:`\bar I` and :math:`E`, and sum :math:`\bar V` (module docstring).

    Parameters
    ----------
    by_activation : array of float64, shape (n_steps, n)
        :math:`\delta^S`; overwritten if the path through the reset is followed.
    by_time : array of float64, shape (n_spikes,)
        :math:`\delta^T` of each own spike.
    own, felt
        Own spikes, and the currents, potentials and slopes that `integrate` gave.
    c, p : array of float64
        See `pack` and `Antlr.parameters`.
    into_bias : array of float64, shape (n,)
        :math:`\bar V` of all steps is added.
    into_current : array of float64, shape (at most n_steps, n)
        :math:`\bar I` of the first steps, as many as there are rows.
    into_time : array of float64, shape (n_steps, n) or (0, n)
        :math:`E`, unless nobody asks for it.
    """
    current, potential, slope = felt
    n_steps, n = potential.shape
    state, k = np.zeros((5, n)), own[0].size - 1
    v, i, trace, error_after, later = state
    error, scratch = np.zeros(n), np.empty(n)
    for t in range(n_steps - 1, -1, -1):
        if p[5] != 0.0 and p[0] != 0.0:
            _through_reset(potential[t], current[t], v, i, c, by_activation[t])
        if p[0] != 0.0:
            _by_activation(by_activation[t], potential[t], c[5], p, scratch, error)
        else:
            error[:] = 0.0
        while k >= 0 and own[0][k] == t:
            state[:, own[1][k]] = 0.0
            if p[1] != 0.0:
                error[own[1][k]] += p[1] * (by_time[k] / -max(slope[k], p[4]))
            k -= 1
        _leak(v, c[1], error, 1.0)
        _leak(i, c[0], v, c[3])
        _add(v, into_bias)
        if t < len(into_current):
            copy_row(i, into_current[t])
        if into_time.shape[0]:
            _towards_times(error, c, error_after, trace, later, into_time[t])


@njit()
def add_weight_gradient(
    source: tuple[Steps, Steps],
    place: NDArray[np.int64],
    into_current: Floats,
    beta_i: float,
    values: Floats,
) -> None:
    """Add each input spike's share to the gradient of the weights.

    Parameters
    ----------
    source : pair of array of int32
        Steps and neurons of the input spikes.
    place : array of int64, shape (pre,)
        Row of `values` of each presynaptic neuron.
    into_current : array of float64, shape (n_steps, post)
    beta_i : float
    values : array of float64, shape (n_rows, post)
        Added to.
    """
    for k in range(source[0].size):
        row, share = values[place[source[1][k]]], into_current[source[0][k]]
        for j in range(row.size):
            row[j] += beta_i * share[j]


@njit()
def times_below(
    source: tuple[Steps, Steps], weights: Floats, into_time: Floats, beta_i: float, out: Floats
) -> None:
    r"""Fill in :math:`\delta^T` of each spike of the layer below."""
    for k in range(source[0].size):
        row, share = weights[source[1][k]], into_time[source[0][k]]
        total = 0.0
        for j in range(row.size):
            total += row[j] * share[j]
        out[k] = beta_i * total


@njit()
def penalise(own: tuple[Steps, Steps], penalty: float, by_activation: Floats) -> None:
    r"""Add the penalty of hidden spikes to :math:`\delta^S` (module docstring)."""
    for k in range(own[0].size):
        by_activation[own[0][k], own[1][k]] += penalty


@njit()
def forget_the_spent(own: tuple[Steps, Steps], by_activation: Floats) -> None:
    r"""Put :math:`\delta^S` after each spike to 0, for neurons that spike at most once.

    Such a neuron cannot spike again whatever its potential.
    """
    for k in range(own[0].size):
        by_activation[own[0][k] + 1 :, own[1][k]] = 0.0
