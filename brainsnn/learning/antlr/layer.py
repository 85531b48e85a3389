"""A connection and the population it leads to, at work on one trial after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.antlr.gradients import (
    add_weight_gradient,
    backward,
    forget_the_spent,
    times_below,
)
from brainsnn.learning.antlr.potentials import Floats, arrivals, integrate
from brainsnn.learning.antlr.trials import LayerSpikes


class Layer:
    """Work space for a trial's recurrences, and the gradients that trials add up to.

    Parameters
    ----------
    weights : array of float64, shape (pre, post)
    bias : array of float64, shape (post,)
    rows : array of int64
        Presynaptic neurons whose weights have a gradient.
    n_steps : int
        Length of a trial.
    coefficients, parameters : array of float64
        See `pack` and `Antlr.parameters`.
    first : bool
        Whether its source is the input, whose spikes have no derivatives.

    Attributes
    ----------
    by_activation, by_time : array of float64, shape (horizon, post)
        Derivatives with respect to its spikes in the trial at hand.
    weight_gradient : array of float64, shape (n_rows, post)
        Summed over the trials so far.
    silent : array of int64, shape (post,)
        Trials so far in which each neuron was silent.
    """

    def __init__(
        self,
        weights: Floats,
        bias: Floats,
        rows: NDArray[np.int64],
        n_steps: int,
        coefficients: Floats,
        parameters: Floats,
        first: bool,
    ) -> None:
        n_pre, n = weights.shape
        self.weights, self.bias, self.rows = np.ascontiguousarray(weights), bias, rows
        self.coefficients, self.parameters = coefficients, parameters
        self._place = np.zeros(n_pre, np.int64)
        self._place[rows] = np.arange(rows.size)
        self.weight_gradient, self._into_bias = np.zeros((rows.size, n)), np.zeros(n)
        self.silent = np.zeros(n, np.int64)
        self._tables = np.zeros((6, n_steps, n))
        self._raster = np.zeros((n_steps, n), np.bool_)
        self._first = first
        self.begin(n_steps)

    def begin(self, horizon: int) -> None:
        """Set out for a trial of which the steps from `horizon` on do not count."""
        cut = self._tables[:, :horizon]
        self.by_activation, self.by_time, self._current, self._potential = cut[:4]
        self._into_current, self._into_time = cut[4:]
        if self._first:
            self._into_time = self._into_time[:0]
        self._spikes = self._raster[:horizon]

    def feel(self, source: LayerSpikes, own: LayerSpikes) -> None:
        """Recompute currents and potentials of the trial."""
        own.raster(self._spikes)
        arrivals(source.step, source.neuron, self.weights, self._current)
        felt = (self._current, self._potential)
        integrate(self._current, self._spikes, self.bias, self.coefficients, *felt)

    def learn(self, source: LayerSpikes, own: LayerSpikes, once: bool) -> None:
        """Add the trial's gradient, from `by_activation` and `by_time`."""
        if once:
            forget_the_spent(own.step, own.neuron, self.by_activation)
        felt = (self._spikes, self._current, self._potential, self.coefficients, self.parameters)
        into = (self._into_bias, self._into_current, self._into_time)
        backward(self.by_activation, self.by_time, *felt, *into)
        shares = (self._into_current, self.coefficients[2], self.weight_gradient)
        add_weight_gradient(source.step, source.neuron, self._place, *shares)

    def pass_down(self, source: LayerSpikes, below: Layer) -> None:
        """Give the layer below the derivatives with respect to its spikes (eqs. 9 and 10)."""
        beta_i = self.coefficients[2]
        if self.parameters[0]:
            np.dot(self._into_current, self.weights.T, out=below.by_activation)
            below.by_activation *= beta_i
        if self.parameters[1]:
            felt = (self.weights, self._into_time, beta_i)
            times_below(source.step, source.neuron, *felt, below.by_time)

    @property
    def bias_gradient(self) -> Floats:
        """Gradient of the biases, summed over the trials so far."""
        gradient: Floats = self.coefficients[4] * self._into_bias
        return gradient

    def count_silence(self, own: LayerSpikes) -> None:
        """Note who was silent in the whole trial."""
        self.silent += 1
        self.silent[np.unique(own.neuron)] -= 1
