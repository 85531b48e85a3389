r"""SpikeProp: gradients of spike times through several delayed synapses a connection.

A neuron spikes once at most, when its potential first rises to the threshold:

.. math::
    u_j(t) = \sum_i \sum_k w_{jik}\, \epsilon(t - t_i - d_k), \qquad
    \epsilon(s) = \frac{s}{\tau}\, e^{1 - s/\tau} \quad (s > 0)

with one weight a terminal k. The error is :math:`\frac12 \sum_j (t_j - t_j^*)^2` over outputs, and

.. math::
    \frac{\partial t_j}{\partial w_{jik}} = -\frac{\epsilon(t_j - t_i - d_k)}{u_j'(t_j)}, \qquad
    \frac{\partial t_j}{\partial t_i} =
    \frac{\sum_k w_{jik}\, \epsilon'(t_j - t_i - d_k)}{u_j'(t_j)}

exactly; each terminal is an input of an `AlphaLayer`, so spike times are in closed form too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.systems.alpha_layer import AlphaLayer

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SpikeProp:
    """A feed-forward network of such neurons (module docstring).

    Parameters
    ----------
    weights : sequence of array, shape (post, pre, terminals)
        Of each layer.
    delays : array, shape (terminals,)
        d, of 0 or more.
    tau : float, default 7
        Time constant, in the unit of times and delays.
    threshold : float, default 1

    Raises
    ------
    LearningError
        If shapes do not fit each other, a number is not finite, or tau, the threshold or a delay
        are out of range.

    References
    ----------
    S. M. Bohte, J. N. Kok and H. La Poutre, Error-backpropagation in temporally encoded networks
    of spiking neurons, Neurocomputing 48, 17-37 (2002).
    """

    weights: Sequence[Floats]
    delays: Floats
    tau: float = 7.0
    threshold: float = 1.0

    def __post_init__(self) -> None:
        delays = np.asarray(self.delays, np.float64)
        fine = delays.ndim == 1 and np.isfinite(delays).all() and (delays >= 0).all()
        if not (0 < self.tau < np.inf and 0 < self.threshold < np.inf and fine):
            raise LearningError(
                "SpikeProp: tau and threshold must be positive and delays a row of 0 or more, got "
                f"{self.tau}, {self.threshold} and {self.delays}."
            )
        shapes = [np.shape(w) for w in self.weights]
        fits = all(len(s) == 3 and s[2] == delays.size for s in shapes)
        if not shapes or not fits or any(a[0] != b[1] for a, b in pairwise(shapes)):
            raise LearningError(
                f"SpikeProp: weights are of shape (post, pre, {delays.size}), layer after layer, "
                f"got {shapes}."
            )
        if not all(np.isfinite(w).all() for w in self.weights):
            raise LearningError("SpikeProp: weights must be finite.")

    def times(self, inputs: Floats) -> list[Floats]:
        """Spike times of every layer.

        Parameters
        ----------
        inputs : array, shape (trials, inputs)
            Times; infinity for none.

        Returns
        -------
        list of array, shape (trials, neurons)
            Infinity where a neuron is silent.

        Raises
        ------
        LearningError
            If there are other inputs than weights, or a time is not a number.
        """
        return [layer.times for layer in self.forward(inputs)]

    def gradients(
        self, inputs: Floats, wanted: Floats, push: float = 0.0
    ) -> tuple[Floats, list[Floats]]:
        """Error of each trial, and its exact derivatives, summed over trials.

        An output that is silent has no time, so it counts nothing and passes nothing back.

        Parameters
        ----------
        inputs : array, shape (trials, inputs)
        wanted : array, shape (trials, outputs)
            When each output is to spike.
        push : float, default 0
            What each weight to a neuron that is silent is pushed up by, a trial.

        Returns
        -------
        error : array, shape (trials,)
        gradients : list of array, shape (post, pre, terminals)

        Raises
        ------
        LearningError
            As for `times`, or if what is wanted has another shape or is not finite.
        """
        return self.back(self.forward(inputs), wanted, push)

    def back(
        self, layers: Sequence[AlphaLayer], wanted: Floats, push: float = 0.0
    ) -> tuple[Floats, list[Floats]]:
        """Error and derivatives, as `gradients` gives them, of what `forward` gave."""
        out = layers[-1].times
        if np.shape(wanted) != out.shape or not np.isfinite(wanted).all():
            raise LearningError(
                f"SpikeProp: finite times of shape {out.shape} are wanted, got {np.shape(wanted)}."
            )
        by_time = np.where(np.isfinite(out), out, wanted) - wanted
        error, found = 0.5 * (by_time**2).sum(axis=1), []
        for layer, w in zip(reversed(layers), reversed(self.weights), strict=True):
            by_weight, arrivals = layer.back(by_time)
            silent = ~np.isfinite(layer.times)
            slope = by_weight - push * silent.sum(axis=0)[:, None]
            found.append(slope.reshape(w.shape))
            by_time = arrivals.reshape(len(out), -1, self.delays.size).sum(axis=2)
        return error, found[::-1]

    def forward(self, inputs: Floats) -> list[AlphaLayer]:
        """What every layer does; see `times`."""
        known, n = np.asarray(inputs, np.float64), self.weights[0].shape[1]
        if known.ndim != 2 or known.shape[1] != n or np.isnan(known).any():
            raise LearningError(
                f"SpikeProp: inputs are times of shape (trials, {n}), got {known.shape}."
            )
        layers: list[AlphaLayer] = []
        threshold = self.threshold * self.tau / np.e
        for w in self.weights:
            arrivals = (known[:, :, None] + self.delays).reshape(len(known), -1)
            layers.append(AlphaLayer.of(arrivals, w.reshape(len(w), -1), 1 / self.tau, threshold))
            known = layers[-1].times
        return layers
