r"""Bernoulli rate code: the brighter, the more often.

.. math:: P(x_{i,t} = 1) = \frac{I_i}{I_\max} \, p_\max, \qquad t = 1, \dots, T

independently for every sample and neuron.
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
from brainsnn.streams import Streams

#: Draws made at once; bounds memory, changes no result.
BLOCK = 2_000_000


@njit()
def _draw(  # type: ignore[no-untyped-def]
    rng, probabilities, n_steps, sparse, offsets, neuron, step
):
    """Draw once for each trial, step and neuron, in this order; fill in who spiked.

    Everyone is written down, and stays if a spike was drawn: whether it was cannot be foreseen, and
    the columns have a place to spare.
    """
    k = 0
    for trial in range(probabilities.shape[0]):
        p = probabilities[trial]
        drawn = np.flatnonzero(p) if sparse else np.arange(p.size)
        for t in range(n_steps):
            for i in drawn:
                neuron[k], step[k] = i, t
                k += rng.random() < p[i]
        offsets[trial + 1] = k


@dataclass(frozen=True)
class BernoulliEncoder(NeuronAValue):
    r"""Each value is the probability of a spike in each step (Bagheri et al., section 5).

    Parameters
    ----------
    n_steps : int, default 4
        T, length of a trial in steps.
    intensity_max : int, default 255
        :math:`I_\max`, the largest value.
    probability_max : float, default 0.5
        :math:`p_\max`, what the largest value spikes with.
    sparse : bool, default False
        Whether values of 0 take no draws: the same code, other draws, and three times as fast for
        images that are mostly black.

    Raises
    ------
    ConfigError
        If `n_steps` or `intensity_max` is below 1, or `probability_max` not in (0, 1].

    References
    ----------
    A. Bagheri, O. Simeone and B. Rajendran, Training probabilistic spiking neural networks with
    first-to-spike decoding, ICASSP (2018), arXiv:1710.10704.
    """

    citation: ClassVar[str] = (
        "A. Bagheri, O. Simeone and B. Rajendran, Training probabilistic spiking neural networks "
        "with first-to-spike decoding, ICASSP (2018)"
    )

    n_steps: int = 4
    intensity_max: int = 255
    probability_max: float = 0.5
    sparse: bool = False

    def __post_init__(self) -> None:
        for key in ("n_steps", "intensity_max"):
            if getattr(self, key) < 1:
                raise ConfigError(
                    f"Bernoulli code: {key} must be 1 or more, got {getattr(self, key)}."
                )
        if not 0 < self.probability_max <= 1:
            raise ConfigError(
                "Bernoulli code: probability_max must be above 0 and at most 1, got "
                f"{self.probability_max}."
            )

    def probabilities(
        self, images: NDArray[np.integer] | NDArray[np.floating]
    ) -> NDArray[np.float64]:
        """Spike probability of each value in a step, shape (n_trials, n_neurons).

        Raises
        ------
        DataError
            If the images have no axis of neurons, or a value is out of range.
        """
        return fractions("Bernoulli code", images, self.intensity_max) * self.probability_max

    def encode(
        self,
        images: NDArray[np.integer] | NDArray[np.floating],
        rng: np.random.Generator | None = None,
    ) -> SpikeTrains:
        """Input spikes of a trial an image.

        Parameters
        ----------
        images : array of int or float, shape (n_trials, ...)
            Integers in ``0..intensity_max`` or fractions in 0..1; the axes after the first are the
            neurons, in C order.
        rng : numpy.random.Generator, optional
            Draws the spikes; two presentations from one generator are independent. By default the
            stream ``encoding`` of seed 0, from its beginning.

        Returns
        -------
        SpikeTrains

        Raises
        ------
        DataError
            As for `probabilities`.
        """
        rng = Streams(0).fresh("encoding") if rng is None else rng
        probabilities = self.probabilities(images)
        n = probabilities.shape[1]
        size = max(1, BLOCK // (self.n_steps * max(n, 1)))
        begins = range(0, max(len(probabilities), 1), size)
        return SpikeTrains.concatenate(
            self._block(probabilities[k : k + size], n, rng) for k in begins
        )

    def _block(
        self, probabilities: NDArray[np.float64], n: int, rng: np.random.Generator
    ) -> SpikeTrains:
        offsets = np.zeros(len(probabilities) + 1, np.int64)
        room = self.n_steps * int(np.count_nonzero(probabilities)) + 1
        neuron, step = np.empty(room, np.int32), np.empty(room, np.int32)
        _draw(rng, probabilities, self.n_steps, self.sparse, offsets, neuron, step)
        end = offsets[-1]
        return SpikeTrains(n, self.n_steps, offsets, neuron[:end].copy(), step[:end].copy())
