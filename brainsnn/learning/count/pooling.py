"""Average pooling: squares of pixels to one neuron, with fixed weights of 1 / size**2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from brainsnn.errors import LearningError
from brainsnn.learning.count.connection import CountConnection, Floats, table
from brainsnn.learning.count.products import unpooled


@dataclass(frozen=True)
class PoolingConnection(CountConnection):
    """Mean over squares that do not overlap; nothing is learned.

    Parameters
    ----------
    height, width, channels : int
        Of the image below, channels-last.
    size : int
        Side of a square.

    Raises
    ------
    LearningError
        If a number is below 1 or the squares do not divide the image.
    """

    learned: ClassVar[bool] = False

    height: int
    width: int
    channels: int
    size: int

    def __post_init__(self) -> None:
        if min(vars(self).values()) < 1:
            raise LearningError(f"Numbers of a pooling must be 1 or more, got {self}.")
        if self.height % self.size or self.width % self.size:
            raise LearningError(
                f"Squares of {self.size} x {self.size} do not divide an image of {self.height} x "
                f"{self.width}."
            )

    def ends(self, weights: Floats | None) -> tuple[int, int]:  # noqa: ARG002
        """See `CountConnection`."""
        pre = self.height * self.width * self.channels
        return pre, pre // self.size**2

    def shape(self, pre: int, post: int) -> None:
        """See `CountConnection`: nothing is learned."""

    def forward(self, counts: Floats, weights: Floats | None) -> Floats:  # noqa: ARG002
        """See `CountConnection`."""
        down, across = self.height // self.size, self.width // self.size
        squares = counts.reshape(-1, down, self.size, across, self.size, self.channels)
        return np.asarray(squares.mean(axis=(2, 4))).reshape(len(counts), -1)

    def gradient(self, counts: Floats, error: Floats) -> Floats:  # noqa: ARG002
        """See `CountConnection`: there is none."""
        raise LearningError("Average pooling has no weights to learn.")

    def below(self, error: Floats, weights: Floats | None) -> Floats:  # noqa: ARG002
        """See `CountConnection`."""
        out = np.empty((len(error), self.height * self.width * self.channels))
        image = self.height, self.width, self.channels
        unpooled(table(error, self.ends(None)[1]), *image, self.size, out)
        return out
