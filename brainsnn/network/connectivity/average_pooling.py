"""Average pooling: the mean of the spikes of a small square, nothing of it learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from brainsnn.errors import ModelError
from brainsnn.network.connectivity.base import ImageConnectivity, SynapseList


@dataclass(frozen=True)
class AveragePooling(ImageConnectivity):
    """Squares that do not overlap, each with the mean of its channel; every weight 1 / size**2.

    Neuron (y, x, c) of the source has one synapse, to (y // size, x // size, c).

    Parameters
    ----------
    height, width, channels : int
        Size of the source's image.
    size : int
        Height and width of the squares.

    Raises
    ------
    ModelError
        If a number is below 1, or `size` does not divide height and width.

    Examples
    --------
    >>> AveragePooling(24, 24, 12, size=2).output
    (12, 12, 12)
    """

    name: ClassVar[str] = "average_pooling"

    size: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.height % self.size or self.width % self.size:
            raise ModelError(
                f"AveragePooling: squares of {self.size} x {self.size} do not divide the image of "
                f"{self.height} x {self.width}."
            )

    @property
    def fixed_weight(self) -> float:
        """The weight of every synapse, 1 / size**2."""
        return 1.0 / self.size**2

    @property
    def output(self) -> tuple[int, int, int]:
        """Height, width and channels of the target's image."""
        return self.height // self.size, self.width // self.size, self.channels

    def shape(self, n_source: int, n_target: int) -> tuple[int, int]:  # noqa: ARG002
        """Return (1, 1): every synapse has the same weight."""
        return 1, 1

    def n_synapses(self, n_source: int, n_target: int) -> int:  # noqa: ARG002
        """Return the size of the source: one synapse a neuron."""
        return n_source

    def synapses(self, n_source: int, n_target: int) -> SynapseList:  # noqa: ARG002
        """List every synapse."""
        source = np.arange(n_source, dtype=np.int32)
        place, c = np.divmod(source, np.int32(self.channels))
        y, x = np.divmod(place, np.int32(self.width))
        column = x // self.size
        target = (y // self.size * (self.width // self.size) + column) * self.channels + c
        return SynapseList(source, target.astype(np.int32), np.zeros(n_source, np.int32))

    def summary(self, n_source: int, n_target: int) -> str:
        """Describe it in words and sizes."""
        return (
            f"average pooling of {self.height} x {self.width} x {self.channels} by {self.size} x "
            f"{self.size} to {' x '.join(map(str, self.output))}, weight 1/{self.size**2}, "
            f"{self.n_synapses(n_source, n_target):,} synapses"
        )
