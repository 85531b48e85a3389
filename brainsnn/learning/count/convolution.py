r"""Convolution with shared kernels, as products of matrices.

Images are channels-last, neuron = (y width + x) channels + c; row (dy k + dx) channels + c of the
weights meets the pixel (y + dy, x + dx, c). With the patches of all trials and places as rows of a
matrix P, what arrives is :math:`P W`, the gradient :math:`P^T \delta`, and
:math:`\delta W^T` is what goes back to each patch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainsnn.errors import LearningError
from brainsnn.learning.count.connection import CountConnection, Floats, table
from brainsnn.learning.count.products import add_patches, back, over_trials, patches


@dataclass(frozen=True)
class ConvolutionConnection(CountConnection):
    """Shared kernels of `kernel` x `kernel` pixels, stride 1, no padding.

    Parameters
    ----------
    height, width, channels : int
        Of the image below.
    kernel, filters : int
        Side of a kernel, and how many there are. Weights have shape (kernel * kernel * channels,
        filters).

    Raises
    ------
    LearningError
        If a number is below 1 or the kernel larger than the image.
    """

    height: int
    width: int
    channels: int
    kernel: int
    filters: int

    def __post_init__(self) -> None:
        if min(vars(self).values()) < 1:
            raise LearningError(f"Numbers of a convolution must be 1 or more, got {self}.")
        if self.kernel > min(self.height, self.width):
            raise LearningError(
                f"A kernel of {self.kernel} x {self.kernel} pixels does not fit into an image of "
                f"{self.height} x {self.width}."
            )

    @property
    def _places(self) -> tuple[int, int]:
        return self.height - self.kernel + 1, self.width - self.kernel + 1

    @property
    def _image(self) -> tuple[int, int, int]:
        return self.height, self.width, self.channels

    @property
    def _rows(self) -> int:
        return self.kernel * self.kernel * self.channels

    def ends(self, weights: Floats | None) -> tuple[int, int]:  # noqa: ARG002
        """See `CountConnection`."""
        down, across = self._places
        return self.height * self.width * self.channels, down * across * self.filters

    def shape(self, pre: int, post: int) -> tuple[int, int]:  # noqa: ARG002
        """See `CountConnection`."""
        return self._rows, self.filters

    def _patches(self, counts: Floats) -> Floats:
        """Rows of patches, shape (n_trials * places, kernel * kernel * channels)."""
        down, across = self._places
        out = np.empty((len(counts) * down * across, self._rows))
        pixels = table(counts, self.height * self.width * self.channels)
        patches(pixels, *self._image, self.kernel, out)
        return out

    def forward(self, counts: Floats, weights: Floats | None) -> Floats:
        """See `CountConnection`."""
        assert weights is not None
        return np.asarray(self._patches(counts) @ weights).reshape(len(counts), -1)

    def gradient(self, counts: Floats, error: Floats) -> Floats:
        """See `CountConnection`."""
        out = np.empty((self._rows, self.filters))
        given = table(error, self.ends(None)[1], len(counts)).reshape(-1, self.filters)
        over_trials(self._patches(counts), given, out)
        return out

    def below(self, error: Floats, weights: Floats | None) -> Floats:
        """See `CountConnection`."""
        assert weights is not None
        given = table(error, self.ends(None)[1]).reshape(-1, self.filters)
        seen = np.empty((len(given), self._rows))
        back(given, np.ascontiguousarray(weights), seen)
        out = np.zeros((len(error), self.height * self.width * self.channels))
        add_patches(seen, *self._image, self.kernel, out)
        return out
