"""What a structure of a connection is, and the layout of images in populations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ModelError
from brainsnn.registry import Registry

Index = NDArray[np.int32]


@dataclass(frozen=True)
class SynapseList:
    """Every synapse of a connection, in order of its source.

    Parameters
    ----------
    source, target : array of int32
        Neurons that it leads from and to.
    entry : array of int32
        Place of its weight in the connection's array of weights, row after row.
    """

    source: Index
    target: Index
    entry: Index


class Structure(ABC):
    """Which synapses a connection has, and which of them share a weight.

    A source neuron has at most one synapse to each target. A population that holds an image has
    its channels last: row y, column x and channel c are neuron ``(y*width + x)*channels + c``.
    """

    name: ClassVar[str]

    @property
    def fixed_weight(self) -> float | None:
        """The weight of every synapse where there is nothing to learn, else None."""
        return None

    @abstractmethod
    def check(self, n_source: int, n_target: int) -> None:
        """Check that it fits between populations of these sizes.

        Raises
        ------
        ModelError
            If it does not; the message says which sizes do.
        """

    @abstractmethod
    def shape(self, n_source: int, n_target: int) -> tuple[int, int]:
        """Shape of the array of weights; the first number is the fan-in of a target."""

    @abstractmethod
    def n_synapses(self, n_source: int, n_target: int) -> int:
        """Number of synapses."""

    @abstractmethod
    def synapses(self, n_source: int, n_target: int) -> SynapseList:
        """List every synapse."""

    def fan_out(self, n_source: int, n_target: int) -> NDArray[np.int64]:
        """Number of synapses of each source neuron."""
        found = self.synapses(n_source, n_target).source
        return np.bincount(found, minlength=n_source).astype(np.int64)

    @abstractmethod
    def summary(self, n_source: int, n_target: int) -> str:
        """Describe it in words and sizes."""


@dataclass(frozen=True)
class ImageStructure(Structure):
    """A structure between populations that hold images.

    Parameters
    ----------
    height, width, channels : int
        Size of the source's image.

    Raises
    ------
    ModelError
        If a number is below 1.
    """

    height: int
    width: int
    channels: int

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 1:
                raise ModelError(f"{type(self).__name__}: {name} must be 1 or more, got {value}.")

    @property
    @abstractmethod
    def output(self) -> tuple[int, int, int]:
        """Height, width and channels of the target's image."""

    @property
    def n_source(self) -> int:
        """Number of neurons of the source."""
        return self.height * self.width * self.channels

    @property
    def n_target(self) -> int:
        """Number of neurons of the target."""
        height, width, channels = self.output
        return height * width * channels

    def check(self, n_source: int, n_target: int) -> None:
        """Check that the populations have the sizes of the images."""
        for what, size, image, fits in (
            ("source", n_source, (self.height, self.width, self.channels), self.n_source),
            ("target", n_target, self.output, self.n_target),
        ):
            if size != fits:
                raise ModelError(
                    f"{type(self).__name__}: the {what} holds an image of "
                    f"{' x '.join(map(str, image))} = {fits} neurons (height, width, channels), "
                    f"but the population has {size}."
                )


STRUCTURES: Registry[type[Structure]] = Registry("structure")
