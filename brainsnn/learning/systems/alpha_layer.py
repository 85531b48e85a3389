"""One layer of neurons with alpha synapses: spike times and their derivatives, in closed form.

The equations stand in `brainsnn.learning.systems.alpha`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.systems.alpha_kernel import derivatives, first_spikes

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class AlphaLayer:
    """What a layer did.

    Parameters
    ----------
    inputs : array, shape (trials, inputs)
        Times at which spikes arrive; infinity for none.
    order : array of int, shape (trials, inputs)
        Sorts them.
    weights : array, shape (inputs, neurons)
    times : array, shape (trials, neurons)
        Infinity where a neuron is silent.
    last : array of int, shape (trials, neurons)
        Place in `order` of the last arrival before the spike; -1 where a neuron is silent.
    slope : array, shape (trials, neurons)
        Of the potential at the spike.
    decay : float
    """

    inputs: Floats
    order: Places
    weights: Floats
    times: Floats
    last: Places
    slope: Floats
    decay: float

    @classmethod
    def of(cls, inputs: Floats, w: Floats, decay: float, threshold: float) -> AlphaLayer:
        """Find the first set of inputs that makes each neuron spike before the next one comes.

        Parameters
        ----------
        inputs : array, shape (trials, inputs)
        w : array, shape (neurons, inputs)
            Its transpose is not copied if that is contiguous.
        decay, threshold : float

        Raises
        ------
        LearningError
            If shapes do not fit, or a time is minus infinity or not a number.
        """
        weights = np.ascontiguousarray(np.transpose(w), np.float64)
        known = np.ascontiguousarray(inputs, np.float64)
        if weights.ndim != 2 or known.ndim != 2 or known.shape[1] != len(weights):
            raise LearningError(
                f"Alpha synapses: inputs of shape {known.shape} do not fit weights of shape "
                f"{np.shape(w)}."
            )
        if not (known > -np.inf).all():
            raise LearningError("Alpha synapses: inputs are times, or infinity for none.")
        order = np.argsort(known, axis=1, kind="stable")
        shape = len(known), weights.shape[1]
        times, last, slope = np.empty(shape), np.empty(shape, np.int64), np.empty(shape)
        first_spikes(known, order, weights, decay, threshold, times, last, slope)
        return cls(known, order, weights, times, last, slope, decay)

    def back(self, by_time: Floats, clip: float = np.inf, since: int = 0) -> tuple[Floats, Floats]:
        """Derivatives of a loss by weights, summed over trials, and by times of inputs.

        Parameters
        ----------
        by_time : array, shape (trials, neurons)
            Derivatives of the loss by spike times; those of silent neurons count nothing.
        clip : float, default infinity
            Largest derivative of a spike time.
        since : int, default 0
            First input by whose time derivatives are wanted.

        Returns
        -------
        array, shape (neurons, inputs)
        array, shape (trials, inputs - since)

        Raises
        ------
        LearningError
            If derivatives have another shape, or there is no such input.
        """
        n_trials, n_inputs = self.inputs.shape
        if np.shape(by_time) != self.times.shape or not 0 <= since <= n_inputs:
            raise LearningError(
                f"Alpha synapses: derivatives by times of shape {self.times.shape}, and by inputs "
                f"from 0 to {n_inputs}, are possible, got {np.shape(by_time)} and {since}."
            )
        bar = np.ascontiguousarray(by_time, np.float64)
        by_weight, by_input = np.zeros(self.weights.shape), np.empty((n_trials, n_inputs - since))
        spikes, constants = (self.times, self.last, self.slope), (self.decay, float(clip))
        derivatives(
            self.inputs,
            self.order,
            self.weights,
            spikes,
            bar,
            constants,
            since,
            by_weight,
            by_input,
        )
        return by_weight.T, by_input
