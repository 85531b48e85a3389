"""One layer of neurons with alpha synapses: spike times and their derivatives, in closed form.

The equations stand in `brainsnn.learning.systems.alpha`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import lambertw

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AlphaLayer:
    """What a layer did: times, and A, B / A and W where it spiked, all relative to `zero`.

    Parameters
    ----------
    inputs : array, shape (trials, inputs)
        Times at which spikes arrive; infinity for none.
    times : array, shape (trials, neurons)
        Infinity where a neuron is silent.
    causal : array of bool, shape (trials, neurons, inputs)
        Which arrivals came before the spike.
    total, middle, lambert : array, shape (trials, neurons)
    zero : array, shape (trials, 1)
    decay : float
    """

    inputs: Floats
    times: Floats
    causal: NDArray[np.bool_]
    total: Floats
    middle: Floats
    lambert: Floats
    zero: Floats
    decay: float

    @classmethod
    def of(cls, inputs: Floats, w: Floats, decay: float, threshold: float) -> AlphaLayer:
        """Find the first set of inputs that makes each neuron spike before the next one comes.

        Parameters
        ----------
        inputs : array, shape (trials, inputs)
        w : array, shape (neurons, inputs)
        decay, threshold : float
        """
        order = np.argsort(inputs, axis=1, kind="stable")
        t = np.take_along_axis(inputs, order, axis=1)
        spiking = np.isfinite(t)
        zero = np.where(spiking, t, 0.0).max(axis=1, initial=0.0)[:, None]
        moved = np.where(spiking, t - zero, 0.0)
        rise = np.where(spiking, np.exp(decay * moved), 0.0)
        by_input = w.T[order] * rise[:, :, None]
        a = np.cumsum(by_input, axis=1)
        b = np.cumsum(by_input * moved[:, :, None], axis=1)
        middle = np.divide(b, a, out=np.zeros_like(a), where=a > 0)
        inner = np.full_like(a, -np.inf)
        good = (a > 0) & spiking[:, :, None]
        with np.errstate(over="ignore"):
            inner[good] = -decay * threshold / a[good] * np.exp(decay * middle[good])
        good &= inner >= -np.exp(-1)
        lambert = np.zeros_like(a)
        lambert[good] = lambertw(inner[good]).real
        when = middle - lambert / decay + zero[:, :, None]
        after = np.concatenate([t[:, 1:], np.full((len(t), 1), np.inf)], axis=1)
        good &= (when >= t[:, :, None]) & (when <= after[:, :, None])
        place = good.argmax(axis=1)[:, None]

        def at(values: Floats) -> Floats:
            return np.take_along_axis(values, place, axis=1)[:, 0]

        found = good.any(axis=1)
        times = np.where(found, at(when), np.inf)
        rank = np.argsort(order, axis=1)
        causal = (rank[:, None, :] <= place[:, 0, :, None]) & found[:, :, None]
        return cls(inputs, times, causal, at(a), at(middle), at(lambert), zero, decay)

    def derivatives(self, w: Floats, clip: float = np.inf) -> tuple[Floats, Floats]:
        """Derivatives of each spike time by weights and by input times, (trials, post, pre).

        Parameters
        ----------
        w : array, shape (neurons, inputs)
            Those that the layer was made with.
        clip : float, default infinity
            Largest derivative.
        """
        moved = np.where(np.isfinite(self.inputs), self.inputs - self.zero, 0.0)
        rise, apart = np.exp(self.decay * moved)[:, None], moved[:, None] - self.middle[:, :, None]
        lambert = self.lambert[:, :, None]
        below = np.where(self.causal, self.total[:, :, None] * (1 + lambert), 1.0)
        by_weight = rise * (apart + lambert / self.decay) / below
        by_input = w * rise * (self.decay * apart + lambert + 1) / below
        kept = (np.where(self.causal, d, 0.0) for d in (by_weight, by_input))
        first, second = (np.clip(d, -clip, clip) for d in kept)
        return first, second
