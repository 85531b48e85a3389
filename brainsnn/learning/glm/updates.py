"""Stochastic gradient ascent on a GLM likelihood, a trial at a time, compiled.

The equations are those of `rate` and `first_to_spike`; what differs is the order of work. Input
spikes are binary and rare, so each of them adds one row of weights to a sum per sample and basis
function, and the kernels act on those few sums: work is in proportion to spikes. Spikes are drawn
within the loop from the pixels that are not black, anew in each presentation.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError, LearningError
from brainsnn.indices import indices
from brainsnn.jit import njit
from brainsnn.learning.glm.activations import terms
from brainsnn.learning.glm.inputs import RESOLUTION, SparseProbabilities, draw_spikes
from brainsnn.learning.glm.likelihood import Likelihood
from brainsnn.learning.glm.rate import RateLikelihood
from brainsnn.learning.glm.structure import GLM, GLMWeights

FloatArray = NDArray[np.float64]


@njit()
def gather(synaptic, spikes, counts, sums):  # type: ignore[no-untyped-def]
    """Sum the weight rows of the neurons that spike in each sample; the last reaches no potential.

    `synaptic` and `sums` have a column for each basis function and class, class fastest.
    """
    sums[:] = 0.0
    width = synaptic.shape[1]
    for s in range(counts.size - 1):
        for m in range(counts[s]):
            row = synaptic[spikes[s, m]]
            for q in range(width):
                sums[s, q] += row[q]


@njit()
def potentials_of(sums, basis, bias, u):  # type: ignore[no-untyped-def]
    """Potentials without feedback, from the sums of `gather`."""
    n_steps, n_classes = u.shape
    window, n_functions = basis.shape
    for t in range(n_steps):
        for i in range(n_classes):
            u[t, i] = bias[i]
        for s in range(max(0, t - window), t):
            for k in range(n_functions):
                a = basis[t - s - 1, k]
                if a != 0.0:
                    for i in range(n_classes):
                        u[t, i] += a * sums[s, k * n_classes + i]


@njit()
def _rate_error(u, label, gap, feedback, own, code, error):  # type: ignore[no-untyped-def]
    """Log-likelihood of the desired trains; fills `error`. `own` is the trace of their spikes."""
    total = 0.0
    n_steps, n_classes = u.shape
    for t in range(n_steps):
        for k in range(feedback.shape[0]):
            u[t, label] += own[t, k] * feedback[k, label]
        for i in range(n_classes):
            spike, silence, probability, rho = terms(u[t, i], code)
            if i == label and t % (gap + 1) == gap:
                total += spike
                error[t, i] = rho * (1.0 - probability)
            else:
                total += silence
                error[t, i] = -rho * probability
    return total


@njit()
def _first_to_spike_error(u, label, code, log_p, error):  # type: ignore[no-untyped-def]
    """Log-likelihood of a right first spike; fills `error`, overwrites `u`."""
    n_steps, n_classes = u.shape
    silence, largest = 0.0, -np.inf
    for t in range(n_steps):
        own = 0.0
        for i in range(n_classes):
            spike, silent, probability, rho = terms(u[t, i], code)
            u[t, i] = rho * probability
            if i == label:
                log_p[t], own, error[t, i] = spike, silent, rho
            else:
                silence += silent
        log_p[t] += silence
        silence += own
        largest = max(largest, log_p[t])
    total = 0.0
    for t in range(n_steps):
        total += math.exp(log_p[t] - largest)
    h = 0.0
    for t in range(n_steps - 1, -1, -1):
        q = math.exp(log_p[t] - largest) / total
        h += q
        for i in range(n_classes):
            reward = error[t, i] * q if i == label else 0.0
            error[t, i] = reward - h * u[t, i]
    return largest + math.log(total)


@njit()
def _ascend(  # type: ignore[no-untyped-def]
    synaptic, feedback, bias, basis, own, label, step_size, spikes, counts, error, sums
):
    """Add `step_size` times the gradient to the weights; overwrites `sums`."""
    n_steps, n_classes = error.shape
    window, n_functions = basis.shape
    sums[:] = 0.0
    for t in range(n_steps):
        for s in range(max(0, t - window), t):
            for k in range(n_functions):
                a = step_size * basis[t - s - 1, k]
                if a != 0.0:
                    for i in range(n_classes):
                        sums[s, k * n_classes + i] += a * error[t, i]
        for i in range(n_classes):
            bias[i] += step_size * error[t, i]
        for k in range(feedback.shape[0]):
            feedback[k, label] += step_size * own[t, k] * error[t, label]
    width = synaptic.shape[1]
    for s in range(n_steps - 1):
        for m in range(counts[s]):
            row = synaptic[spikes[s, m]]
            for q in range(width):
                row[q] += sums[s, q]


@njit(nogil=True)
def _epoch(  # type: ignore[no-untyped-def]
    weights, matrices, own, trials, labels, order, state, step_size, code, number, gap
):
    """Present the trials in the given order; the mean log-likelihood, each before its update."""
    synaptic, feedback, bias = weights
    basis = matrices[0]
    offsets, neuron, threshold = trials
    n_steps, n_classes = own.shape[0], bias.size
    spikes = np.empty((n_steps, synaptic.shape[0] + 1), np.int32)
    counts = np.zeros(n_steps, np.int64)
    sums = np.empty((n_steps, synaptic.shape[1]))
    u, error, log_p = (
        np.empty((n_steps, n_classes)),
        np.empty((n_steps, n_classes)),
        np.empty(n_steps),
    )
    total = 0.0
    for k in order:
        mine = slice(offsets[k], offsets[k + 1])
        draw_spikes(neuron[mine], threshold[mine], state, spikes, counts)
        gather(synaptic, spikes, counts, sums)
        potentials_of(sums, basis, bias, u)
        if number == 0:
            total += _rate_error(u, labels[k], gap, feedback, own, code, error)
        else:
            total += _first_to_spike_error(u, labels[k], code, log_p, error)
        changed = (synaptic, feedback, bias, basis, own, labels[k], step_size)
        _ascend(*changed, spikes, counts, error, sums)
    return total / order.size


class Ascent:
    """Stochastic gradient ascent with batches of one.

    Parameters
    ----------
    glm : GLM
    likelihood : Likelihood
        ``rate`` or ``first_to_spike``.
    weights : GLMWeights
        Changed in place.
    trials : SparseProbabilities
        Training trials.
    labels : array of int, shape (n_trials,)

    Raises
    ------
    DataError
        If labels and trials do not fit each other or the network.
    LearningError
        If there is nothing to learn from: no trial, or one class.
    """

    def __init__(
        self,
        glm: GLM,
        likelihood: Likelihood,
        weights: GLMWeights,
        trials: SparseProbabilities,
        labels: NDArray[np.integer],
    ) -> None:
        glm.check(weights)
        self._labels = indices("Labels", labels, glm.n_classes)
        self._check(glm, trials)
        threshold = np.rint(trials.probability * RESOLUTION).astype(np.int64)
        self._trials = (trials.offsets, trials.neuron, threshold)
        for name, array in weights.arrays().items():
            if not (array.flags.c_contiguous and array.flags.writeable):
                raise LearningError(
                    f"GLM weights {name!r} must be contiguous and open to writing: they are "
                    "changed in place."
                )
        synaptic = weights.synaptic.reshape(glm.n_inputs, -1)
        self._weights = (synaptic, weights.feedback, weights.bias)
        self._matrices = (glm.basis, glm.feedback)
        desired = likelihood.targets(np.zeros(1, np.int64), glm.n_steps, glm.n_classes)
        self._own = np.ascontiguousarray(glm.traces(desired, glm.feedback)[0, :, 0])
        gap = likelihood.gap if isinstance(likelihood, RateLikelihood) else 0
        self._options = (glm.activation.code, likelihood.number, gap)

    def _check(self, glm: GLM, trials: SparseProbabilities) -> None:
        labels = self._labels
        if trials.n_inputs != glm.n_inputs or labels.shape != (trials.n_trials,):
            raise DataError(
                f"{labels.size} labels and {trials.n_trials} trials of {trials.n_inputs} inputs do "
                f"not fit a network of {glm.n_inputs} inputs."
            )
        if np.unique(labels).size < 2:
            raise LearningError(
                "GLM: trials of at least two classes are needed, or there is nothing to tell apart."
            )

    def epoch(
        self, learning_rate: float, order: NDArray[np.integer], rng: np.random.Generator
    ) -> float:
        """Present trials once.

        Parameters
        ----------
        learning_rate : float
        order : array of int
            Trials in the order of their presentation.
        rng : numpy.random.Generator
            Seeds the draws of the input spikes.

        Returns
        -------
        float
            Mean log-likelihood of the trials, each before its own update.

        Raises
        ------
        DataError
            If there is no trial to present, or one that is not there.
        """
        order = indices("Trials to present", order, self._labels.size)
        if not order.size:
            raise DataError("An epoch needs a trial to present.")
        arguments = (self._weights, self._matrices, self._own, self._trials, self._labels, order)
        state = rng.integers(2**64, size=4, dtype=np.uint64)
        return float(_epoch(*arguments, state, learning_rate, *self._options))
