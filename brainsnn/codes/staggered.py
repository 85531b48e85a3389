r"""Latency code whose neighbouring inputs answer at staggered levels, so that grey survives.

At any step, the spikes so far of the plain latency code are the image cut at one level, black and
white: what an instantaneous synapse adds up says nothing of the greys on either side. Here the
spike of the value at row :math:`y` and column :math:`x` is moved by a fixed offset,

.. math:: t = \left\lfloor \frac{I_\max - I}{I_\max} \, t_\max \right\rfloor + o_{yx}, \qquad
          o_{yx} = a \left( \frac{2 B_{y \bmod n,\, x \bmod n} + 1}{n^2} - 1 \right),

with :math:`B` the n x n matrix of ordered dithering, which holds :math:`0 \dots n^2 - 1` such that
any few neighbours are spread over the whole range (Bayer 1973). The number of spikes of a
neighbourhood then grows with its mean brightness at every step, as the dots of a printed photograph
do. A spike moved before the first step is at the first; one moved beyond the last is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.base import NeuronAValue
from brainsnn.codes.images import check_rows_and_columns
from brainsnn.codes.latency import LatencyEncoder
from brainsnn.errors import ConfigError
from brainsnn.indices import MOST
from brainsnn.spikes import SpikeTrains


def bayer(size: int) -> NDArray[np.int64]:
    """Matrix of ordered dithering: 0 to ``size**2 - 1``, near values far apart.

    Parameters
    ----------
    size : int
        A power of two.

    Examples
    --------
    >>> bayer(2)
    array([[0, 2],
           [3, 1]])
    """
    matrix = np.zeros((1, 1), np.int64)
    while len(matrix) < size:
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return matrix


@dataclass(frozen=True)
class StaggeredLatencyEncoder(NeuronAValue):
    r"""Latency code with an ordered offset of each input (module docstring).

    Parameters
    ----------
    n_steps : int, default 256
        :math:`t_\max`, length of a trial in steps.
    amplitude : float, default 128
        :math:`a`, the bound of the offsets in steps, either way; they are rounded to steps.
    tile : int, default 4
        :math:`n`, a power of two: offsets repeat every so many rows and columns.
    intensity_max : int, default 255
        :math:`I_\max`.

    Raises
    ------
    ConfigError
        If `amplitude` is negative, `tile` no power of two, or another parameter impossible.

    Examples
    --------
    >>> encoder = StaggeredLatencyEncoder(n_steps=256, amplitude=128, tile=2)
    >>> encoder.encode(np.full((1, 2, 2), 128)).first_steps().reshape(2, 2)
    array([[ 31, 159],
           [223,  95]], dtype=int32)
    """

    citation: ClassVar[str] = (
        "B. E. Bayer, An optimum method for two-level rendition of continuous-tone pictures, IEEE "
        "International Conference on Communications 1, 26-11 to 26-15 (1973)"
    )

    n_steps: int = 256
    amplitude: float = 128.0
    tile: int = 4
    intensity_max: int = 255

    def __post_init__(self) -> None:
        if not 0 <= self.amplitude <= MOST // 2:
            raise ConfigError(
                f"Staggered latency code: amplitude must be in 0..{MOST // 2}, got "
                f"{self.amplitude}."
            )
        if self.tile < 1 or self.tile & (self.tile - 1):
            raise ConfigError(
                f"Staggered latency code: tile must be a power of two, got {self.tile}."
            )
        self._plain()

    def encode(self, images: NDArray[np.integer]) -> SpikeTrains:
        """Input spikes of a trial an image.

        Parameters
        ----------
        images : array of int, shape (n_trials, height, width)
            Values in ``0..intensity_max``; the pixels are the input neurons, in C order.

        Returns
        -------
        SpikeTrains

        Raises
        ------
        DataError
            If the images are not integers, have no rows and columns, or are out of range.
        """
        images = np.asarray(images)
        check_rows_and_columns("Staggered latency code", images)
        steps = self._plain().encode(images).first_steps().reshape(images.shape)
        steps += self._offsets(*images.shape[1:])
        return SpikeTrains.from_first_steps(
            np.maximum(steps, 0).reshape(len(images), -1), self.n_steps
        )

    def _plain(self) -> LatencyEncoder:
        return LatencyEncoder(self.n_steps, self.intensity_max)

    def _offsets(self, height: int, width: int) -> NDArray[np.int32]:
        """Offset of each pixel in steps."""
        places = bayer(self.tile)[
            np.ix_(np.arange(height) % self.tile, np.arange(width) % self.tile)
        ]
        return np.rint(self.amplitude * ((2 * places + 1) / self.tile**2 - 1)).astype(np.int32)
