r"""Latency code of oriented edges: simple cells, complex cells, and the order of their strengths.

A simple cell answers to edges of its orientation :math:`\alpha` at its place, of either polarity,
as a Gabor filter does:

.. math:: s_\alpha = |I * g_\alpha|, \qquad
          g_\alpha(x, y) \propto e^{-(u^2 + \gamma^2 v^2) / 2 \sigma^2} \cos(2 \pi u / \lambda) - c,

with :math:`u = x \cos\alpha + y \sin\alpha`, :math:`v = y \cos\alpha - x \sin\alpha`, :math:`\gamma
= 0.3`, :math:`\sigma = \lambda / 2`, :math:`c` such that an even grey gives 0, and
:math:`\sum |g_\alpha| = 1`, so that answers are in levels of intensity. A complex cell answers as
strongly as the best of a square of simple cells of one orientation (Serre et al. 2007). Of an
image's :math:`N` complex cells, that with the :math:`r`-th strongest answer, :math:`r = 0, 1,
\dots`, spikes once (Masquelier and Thorpe 2007), at

.. math:: t = \left\lfloor r \, t_\max / N \right\rfloor.

Contrast and illumination keep the order and so change nothing. Cells whose answer is below one
level of intensity are silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import scipy
from numpy.typing import NDArray

from brainsnn.codes.images import check_images, check_rows_and_columns
from brainsnn.errors import ConfigError
from brainsnn.spikes import SpikeTrains

#: Images filtered at once; bounds memory, changes no result.
BLOCK = 64

#: Width of the envelope of a simple cell's field over its length: gamma.
ASPECT = 0.3


def gabor(wavelength: float, angle: float) -> NDArray[np.float64]:
    r"""Field of a simple cell: zero mean, absolute values that add up to 1.

    Parameters
    ----------
    wavelength : float
        :math:`\lambda` in pixels. The field is round, a wavelength and a half across.
    angle : float
        :math:`\alpha` in radians; 0 answers to vertical edges.

    Returns
    -------
    array of float64, shape (size, size)
        `size` is odd.
    """
    radius = round(0.75 * wavelength)
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(float)
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    envelope = np.exp(-(u**2 + (ASPECT * v) ** 2) / (2 * (wavelength / 2) ** 2))
    field = np.hypot(x, y) <= radius + 0.5
    wave = envelope * np.cos(2 * np.pi * u / wavelength) * field
    wave -= field * wave.sum() / field.sum()
    return wave / np.abs(wave).sum()


@dataclass(frozen=True)
class OrientedLatencyEncoder:
    r"""Each spike is a complex cell's; the stronger its answer, the earlier (module docstring).

    Parameters
    ----------
    n_steps : int, default 256
        :math:`t_\max`, length of a trial in steps.
    wavelength : float, default 4.5
        :math:`\lambda` of the simple cells in pixels.
    n_orientations : int, default 4
        Orientations, evenly spread over half a turn.
    pool : int, default 4
        Rows and columns of the squares of simple cells.
    intensity_max : int, default 255
        Largest intensity of a pixel.

    Raises
    ------
    ConfigError
        If the wavelength is below 2 pixels or another parameter below 1.

    Examples
    --------
    An upright edge: of the cells of four orientations, those for upright edges spike first.

    >>> image = np.zeros((1, 16, 16), np.uint8)
    >>> image[:, :, 8:] = 200
    >>> steps = OrientedLatencyEncoder(n_steps=16, pool=16).encode(image).first_steps()
    >>> int(steps[0].argmin())
    0
    """

    citation: ClassVar[str] = (
        "T. Masquelier and S. J. Thorpe, Unsupervised learning of visual features through spike "
        "timing dependent plasticity, PLoS Computational Biology 3(2), e31 (2007); T. Serre et "
        "al., Robust object recognition with cortex-like mechanisms, IEEE Transactions on Pattern "
        "Analysis and Machine Intelligence 29(3), 411-426 (2007)"
    )

    n_steps: int = 256
    wavelength: float = 4.5
    n_orientations: int = 4
    pool: int = 4
    intensity_max: int = 255

    def __post_init__(self) -> None:
        for key in ("n_steps", "n_orientations", "pool", "intensity_max"):
            if getattr(self, key) < 1:
                raise ConfigError(
                    f"Oriented code: {key} must be 1 or more, got {getattr(self, key)}."
                )
        if not 2 <= self.wavelength < np.inf:
            raise ConfigError(
                f"Oriented code: wavelength must be 2 pixels or more, got {self.wavelength}."
            )

    def neurons(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Orientations, rows and columns of the complex cells for images of (height, width)."""
        return self.n_orientations, *(-(-length // self.pool) for length in shape)

    def encode(self, images: NDArray[np.integer]) -> SpikeTrains:
        """Input spikes of a trial an image.

        Parameters
        ----------
        images : array of int, shape (n_trials, height, width)
            Values in ``0..intensity_max``.

        Returns
        -------
        SpikeTrains
            A neuron a complex cell, in the order of `neurons`.

        Raises
        ------
        DataError
            If the images are not integers, have no rows and columns, or are out of range.
        """
        images = check_images("Oriented code", images, self.intensity_max)
        check_rows_and_columns("Oriented code", images)
        n_neurons = int(np.prod(self.neurons(images.shape[1:])))
        steps = np.empty((len(images), n_neurons), np.int32)
        for start in range(0, len(images), BLOCK):
            answers = self._answers(images[start : start + BLOCK])
            steps[start : start + BLOCK] = self._steps(answers.reshape(-1, n_neurons))
        return SpikeTrains.from_first_steps(steps, self.n_steps)

    def _answers(self, images: NDArray[np.integer]) -> NDArray[np.float64]:
        """Answers of the complex cells, shape (n_trials, orientations, rows, columns)."""
        angles = np.pi * np.arange(self.n_orientations) / self.n_orientations
        fields = [gabor(self.wavelength, angle) for angle in angles]
        around = len(fields[0]) // 2
        padded = np.pad(images, ((0, 0), (around, around), (around, around)), mode="edge")
        simple = scipy.signal.fftconvolve(
            padded[:, None].astype(np.float64), np.stack(fields)[None], "valid", axes=(2, 3)
        )
        return self._pooled(np.abs(simple))

    def _pooled(self, simple: NDArray[np.float64]) -> NDArray[np.float64]:
        """Largest answer in each square; those at the edges may be smaller."""
        for axis in (2, 3):
            starts = np.arange(0, simple.shape[axis], self.pool)
            simple = np.maximum.reduceat(simple, starts, axis=axis)
        return simple

    def _steps(self, answers: NDArray[np.float64]) -> NDArray[np.int64]:
        """Step of each cell, by the rank of its answer among those of its image."""
        order = np.argsort(-answers, axis=1, kind="stable")
        ranks = np.argsort(order, axis=1)
        steps = ranks * self.n_steps // answers.shape[1]
        return np.where(answers >= 1, steps, self.n_steps)
