r"""Latency code by rank: a pixel's step is its place among the pixels of its own image.

.. math:: t_i = \left\lfloor \frac{\left|\{j : I_j > I_i\}\right|}{N} \, t_\max \right\rfloor

with :math:`N` the pixels of the image. At step :math:`t`, the brightest :math:`t / t_\max` of them
have fired, whatever the light: the greys of every image are spread over the whole trial (its
histogram is made even), where the plain latency code spends its steps on levels that the image may
not have. Equal pixels fire together; black, :math:`I = 0`, never does. Order alone carries what
there is to tell, as in the rank-order code of Thorpe and Gautrais (1998). With a `share` :math:`a`
below 1, the step is :math:`\lfloor a\,t_i + (1 - a)\,t'_i \rfloor`, with :math:`t'` that of the
plain latency code (`brainsnn.codes.latency`), so that light counts in part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.base import NeuronAValue
from brainsnn.codes.images import check_images, check_lengths
from brainsnn.errors import ConfigError
from brainsnn.jit import njit
from brainsnn.spikes import SpikeTrains


@njit()
def _rank(
    images: NDArray[np.integer], levels: int, n_steps: int, share: float, steps: NDArray[np.int32]
) -> None:
    """Fill in the step of every pixel of images of shape (n_trials, n_pixels)."""
    n_trials, n_pixels = images.shape
    counts, brighter = np.empty(levels, np.int64), np.empty(levels, np.int64)
    for trial in range(n_trials):
        counts[:] = 0
        for i in range(n_pixels):
            counts[images[trial, i]] += 1
        total = 0
        for level in range(levels - 1, -1, -1):
            brighter[level] = total
            total += counts[level]
        for level in range(1, levels):
            ranked = brighter[level] * n_steps // n_pixels
            plain = (levels - 1 - level) * n_steps // (levels - 1)
            brighter[level] = int(share * ranked + (1.0 - share) * plain)
        for i in range(n_pixels):
            level = images[trial, i]
            steps[trial, i] = brighter[level] if level else n_steps


@dataclass(frozen=True)
class RankLatencyEncoder(NeuronAValue):
    r"""Each value's rank among its image's is the latency of one spike (module docstring).

    Parameters
    ----------
    n_steps : int, default 256
        :math:`t_\max`, length of a trial in steps.
    share : float, default 1
        :math:`a`, from 0, the plain latency code, to 1.
    intensity_max : int, default 255
        :math:`I_\max`, the largest value that is allowed.

    Raises
    ------
    ConfigError
        If `n_steps` or `intensity_max` is below 1 or too large, or `share` not in 0..1.

    Examples
    --------
    >>> import numpy as np
    >>> encoder = RankLatencyEncoder(n_steps=8)
    >>> encoder.encode(np.array([[90, 20, 70, 90]])).first_steps()
    array([[0, 6, 4, 0]], dtype=int32)
    """

    citation: ClassVar[str] = (
        "S. Thorpe and J. Gautrais, Rank order coding, in Computational Neuroscience: Trends in "
        "Research, 113-118 (1998)"
    )

    n_steps: int = 256
    share: float = 1.0
    intensity_max: int = 255

    def __post_init__(self) -> None:
        check_lengths("Rank code", self.n_steps, self.intensity_max)
        if not 0 <= self.share <= 1:
            raise ConfigError(f"Rank code: share must be in 0..1, got {self.share}.")

    def encode(self, images: NDArray[np.integer]) -> SpikeTrains:
        """Input spikes of a trial an image.

        Parameters
        ----------
        images : array of int, shape (n_trials, ...)
            Values in ``0..intensity_max``. The axes after the first are the input neurons, in
            C order.

        Returns
        -------
        SpikeTrains

        Raises
        ------
        DataError
            If the images are not integers, have no axis of neurons, or are out of range.
        """
        images = check_images("Rank code", images, self.intensity_max, scaled=False)
        flat = images.reshape(len(images), int(np.prod(images.shape[1:])))
        steps = np.empty(flat.shape, np.int32)
        _rank(flat, self.intensity_max + 1, self.n_steps, self.share, steps)
        return SpikeTrains.from_first_steps(steps, self.n_steps)
