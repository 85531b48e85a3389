r"""Bernoulli rate code: the brighter, the more often.

.. math:: P(x_{i,t} = 1) = \frac{I_i}{I_\max} \, p_\max, \qquad t = 1, \dots, T

independently for every sample and neuron.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.images import check_images
from brainsnn.errors import ConfigError
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

#: Draws made at once; bounds memory, changes no result.
BLOCK = 2_000_000


@dataclass(frozen=True)
class BernoulliEncoder:
    r"""Each value is the probability of a spike in each step (Bagheri et al., section 5).

    Parameters
    ----------
    n_steps : int
        T, length of a trial in steps.
    intensity_max : int
        :math:`I_\max`, the largest value.
    probability_max : float
        :math:`p_\max`, what the largest value spikes with.

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

    def probabilities(self, images: NDArray[np.integer]) -> NDArray[np.float64]:
        """Spike probability of each value in a step, shape (n_trials, n_neurons).

        Raises
        ------
        DataError
            If the images are not integers, have no axis of neurons, or are out of range.
        """
        images = check_images("Bernoulli code", images, self.intensity_max)
        flat = images.reshape(len(images), -1)
        return flat.astype(np.float64) * (self.probability_max / self.intensity_max)

    def encode(
        self, images: NDArray[np.integer], rng: np.random.Generator | None = None
    ) -> SpikeTrains:
        """Input spikes of a trial an image.

        Parameters
        ----------
        images : array of int, shape (n_trials, ...)
            Values in ``0..intensity_max``; the axes after the first are the neurons, in C order.
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
        draws = rng.random((len(probabilities), self.n_steps, n))
        trial, step, neuron = np.nonzero(draws < probabilities[:, None])
        offsets = np.searchsorted(trial, np.arange(len(probabilities) + 1)).astype(np.int64)
        return SpikeTrains(n, self.n_steps, offsets, neuron.astype(np.int32), step.astype(np.int32))
