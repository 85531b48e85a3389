r"""Evenly spaced spikes: a constant current into integrate-and-fire input neurons.

An input neuron with threshold 1, a reset that subtracts it, and an initial potential :math:`\phi`
receives in every step its value :math:`x \in [0, 1]` as a current. It then spikes at step t
(from 0) where

.. math:: \lfloor \phi + (t + 1)\,x \rfloor > \lfloor \phi + t\,x \rfloor,

that is :math:`\lfloor \phi + T x \rfloor` times in T steps: with :math:`\phi = 1/2`, the nearest
count to :math:`T x`. Nothing is drawn, so a value is always the same spikes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.base import NeuronAValue
from brainsnn.codes.images import fractions
from brainsnn.errors import ConfigError
from brainsnn.jit import njit
from brainsnn.spikes import SpikeTrains

ROUNDING = 1e-9
"""By how much a sum of currents may miss a whole number and still count as having reached it."""


@njit()
def _space(values, n_steps, phase, offsets, neuron, step):  # type: ignore[no-untyped-def]
    """Fill in the spikes of every trial, in order of step and neuron."""
    k = 0
    for trial in range(values.shape[0]):
        x = values[trial]
        for t in range(n_steps):
            for i in range(x.size):
                if np.floor(phase + (t + 1) * x[i]) > np.floor(phase + t * x[i]):
                    neuron[k], step[k] = i, t
                    k += 1
        offsets[trial + 1] = k


@dataclass(frozen=True)
class RegularEncoder(NeuronAValue):
    r"""Each value is a rate, kept as evenly as whole steps allow (module docstring).

    Parameters
    ----------
    n_steps : int, default 20
        T, length of a trial in steps.
    intensity_max : int, default 255
        What integers are divided by.
    phase : float, default 0.5
        :math:`\phi`, from 0 to less than 1.
    peak : float, default 1
        Spikes a step of the largest value, above 0 to 1.

    Raises
    ------
    ConfigError
        If `n_steps` or `intensity_max` is below 1, `phase` not in [0, 1), or `peak` not in (0, 1].

    References
    ----------
    J. Wu, Y. Chua, M. Zhang, Q. Yang, G. Li and H. Li, Deep spiking neural network with spike count
    based learning rule, IJCNN (2019), arXiv:1902.05705.
    """

    citation: ClassVar[str] = (
        "J. Wu, Y. Chua, M. Zhang, Q. Yang, G. Li and H. Li, Deep spiking neural network with "
        "spike count based learning rule, IJCNN (2019)"
    )

    n_steps: int = 20
    intensity_max: int = 255
    phase: float = 0.5
    peak: float = 1.0

    def __post_init__(self) -> None:
        if self.n_steps < 1 or self.intensity_max < 1 or not 0 <= self.phase < 1:
            raise ConfigError(
                "Regular code: n_steps and intensity_max must be 1 or more and phase in [0, 1), "
                f"got {self.n_steps}, {self.intensity_max} and {self.phase}."
            )
        if not 0 < self.peak <= 1:
            raise ConfigError(f"Regular code: peak must be above 0 and at most 1, got {self.peak}.")

    def encode(self, images: NDArray[np.integer] | NDArray[np.floating]) -> SpikeTrains:
        """Input spikes of a trial an image.

        Parameters
        ----------
        images : array of int or float, shape (n_trials, ...)
            Integers in ``0..intensity_max`` or fractions in 0..1; the axes after the first are the
            neurons, in C order.

        Raises
        ------
        DataError
            If the images have no axis of neurons, or a value is out of range.
        """
        values = fractions("Regular code", images, self.intensity_max) * self.peak
        n_spikes = int(np.floor(self.phase + ROUNDING + self.n_steps * values).sum())
        neuron, step = np.empty(n_spikes, np.int32), np.empty(n_spikes, np.int32)
        offsets = np.zeros(len(values) + 1, np.int64)
        _space(values, self.n_steps, self.phase + ROUNDING, offsets, neuron, step)
        return SpikeTrains(values.shape[1], self.n_steps, offsets, neuron, step)
