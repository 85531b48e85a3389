r"""Spike times with the alpha synapse, in closed form (Comsa et al. 2020).

A neuron spikes once at most, when its potential first rises to the threshold:

.. math::
    V(T) = \sum_{i:\, t_i < T} w_i (T - t_i) e^{-K (T - t_i)} = \theta

With the inputs before T, its causal set C, and :math:`A = \sum_C w_i e^{K t_i}`,
:math:`B = \sum_C w_i t_i e^{K t_i}`, :math:`W = W_0(-\frac{K \theta}{A} e^{K B / A})` (Lambert's
W):

.. math::
    T = \frac{B}{A} - \frac{W}{K}, \qquad
    \frac{\partial T}{\partial w_i} = \frac{e^{K t_i} (t_i - B/A + W/K)}{A (1 + W)}, \qquad
    \frac{\partial T}{\partial t_i} = \frac{w_i e^{K t_i} (K (t_i - B/A) + W + 1)}{A (1 + W)}

Each layer also gets pulses, spikes at times that are learned. The loss is
:math:`-\log(\mathrm{softmax}(-T)_y + 10^{-8})`; a silent neuron passes nothing back, and all
weights that lead to it are pushed up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.indices import indices
from brainsnn.learning.systems.alpha_layer import AlphaLayer

Floats = NDArray[np.float64]

LEAST = 1e-8
"""What is added to the label's share, so that its logarithm is finite."""


@dataclass(frozen=True)
class AlphaGradients:
    """Derivatives of the loss, summed over trials.

    Parameters
    ----------
    weights : list of array, shape (post, pre)
        Of each layer; the pulses are its last inputs.
    pulses : list of array, shape (pulses,)
    loss : array, shape (trials,)
    """

    weights: list[Floats]
    pulses: list[Floats]
    loss: Floats


@dataclass(frozen=True)
class AlphaNetwork:
    """A feed-forward network of alpha synapses (module docstring).

    Parameters
    ----------
    weights : sequence of array, shape (post, pre)
        Of each layer; its inputs are the neurons of the layer before it, then its pulses.
    pulses : sequence of array, shape (pulses,)
        Times of the pulses of each layer.
    decay : float
        K, in one over the unit of times.
    threshold : float, default 1
    clip : float, default infinity
        Largest derivative of a spike time that is passed on.

    Raises
    ------
    LearningError
        If shapes do not fit each other, a number is not finite, or decay, threshold or clip are
        not positive.

    References
    ----------
    I. M. Comsa, K. Potempa, L. Versari, T. Fischbacher, A. Gesmundo and J. Alakuijala, Temporal
    coding in spiking neural networks with alpha synaptic function, ICASSP (2020),
    arXiv:1907.13223.
    """

    weights: Sequence[Floats]
    pulses: Sequence[Floats]
    decay: float
    threshold: float = 1.0
    clip: float = np.inf

    def __post_init__(self) -> None:
        if not (0 < self.decay < np.inf and 0 < self.threshold < np.inf and self.clip > 0):
            raise LearningError(
                f"Alpha synapses: decay, threshold and clip must be positive, got {self.decay}, "
                f"{self.threshold} and {self.clip}."
            )
        if not self.weights or len(self.weights) != len(self.pulses):
            raise LearningError("Alpha synapses: each layer has weights and pulses.")
        for k, (w, p) in enumerate(zip(self.weights, self.pulses, strict=True)):
            before = self.weights[k - 1].shape[0] + p.size if k else w.shape[-1]
            if w.ndim != 2 or p.ndim != 1 or w.shape[1] != before or p.size > w.shape[1]:
                raise LearningError(
                    f"Alpha synapses: layer {k} has weights of shape {w.shape} for {p.size} pulses "
                    f"and {before} inputs in all."
                )
            if not (np.isfinite(w).all() and np.isfinite(p).all()):
                raise LearningError(f"Alpha synapses: layer {k} has numbers that are not finite.")

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
        return [layer.times for layer in self._forward(inputs)]

    def loss(self, inputs: Floats, labels: NDArray[np.int64]) -> Floats:
        """Loss of each trial, shape (trials,)."""
        out = self.times(inputs)[-1]
        return -np.log(_shares(out)[np.arange(len(out)), labels] + LEAST)

    def gradients(
        self, inputs: Floats, labels: NDArray[np.int64], silence_penalty: float = 0.0
    ) -> AlphaGradients:
        """Exact derivatives of the loss by all weights and pulses.

        Parameters
        ----------
        inputs : array, shape (trials, inputs)
        labels : array of int, shape (trials,)
        silence_penalty : float, default 0
            Push on each weight to a neuron that is silent, in each trial.

        Raises
        ------
        LearningError
            As for `times`, or if there is not one label, of an output, a trial.
        """
        layers = self._forward(inputs)
        out = layers[-1].times
        labels = indices("Labels", labels, out.shape[1], error=LearningError)
        if labels.size != len(out):
            raise LearningError(f"{len(out)} trials need as many labels, got {labels.size}.")
        shares, trials = _shares(out), np.arange(len(out))
        loss = -np.log(shares[trials, labels] + LEAST)
        by_time = -shares
        by_time[trials, labels] += 1
        weights, pulses = [], []
        for k in range(len(layers) - 1, -1, -1):
            layer, n_before = layers[k], self.weights[k].shape[1] - self.pulses[k].size
            silent = ~np.isfinite(layer.times)
            since = 0 if k else n_before
            found, by_input = layer.back(by_time, self.clip, since)
            weights.append(found - silence_penalty * silent.sum(axis=0)[:, None])
            by_time = by_input[:, : n_before - since]
            pulses.append(by_input[:, n_before - since :].sum(axis=0))
        return AlphaGradients(weights[::-1], pulses[::-1], loss)

    def _forward(self, inputs: Floats) -> list[AlphaLayer]:
        known = np.asarray(inputs, np.float64)
        n = self.weights[0].shape[1] - self.pulses[0].size
        if known.ndim != 2 or known.shape[1] != n or np.isnan(known).any():
            raise LearningError(
                f"Alpha synapses: inputs are times of shape (trials, {n}), got {known.shape}."
            )
        layers: list[AlphaLayer] = []
        for w, pulses in zip(self.weights, self.pulses, strict=True):
            more = np.broadcast_to(pulses, (len(known), pulses.size))
            together = np.concatenate([known, more], axis=1)
            layers.append(AlphaLayer.of(together, w, self.decay, self.threshold))
            known = layers[-1].times
        return layers


def _shares(times: Floats) -> Floats:
    """Softmax of minus the times; 0 for silent outputs."""
    first = np.where(np.isfinite(times), times, np.inf).min(axis=1, keepdims=True)
    grown = np.where(
        np.isfinite(times), np.exp(np.where(np.isfinite(first), first, 0) - times), 0.0
    )
    total = grown.sum(axis=1, keepdims=True)
    return np.divide(grown, total, out=np.zeros_like(grown), where=total > 0)
