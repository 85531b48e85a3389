"""What a connectivity of a connection is, and the layout of images in populations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ModelError
from brainsnn.indices import seal, size
from brainsnn.streams import Streams, seed_of

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


class Connectivity(ABC):
    """Which synapses a connection has, and which of them share a weight.

    A source neuron has at most one synapse to each target. A population that holds an image has
    its channels last: row y, column x and channel c are neuron ``(y*width + x)*channels + c``.
    """

    name: ClassVar[str]

    shares_weights: ClassVar[bool] = False
    """Whether synapses share weights, or have none of their own."""

    def seeded(self, owner: str) -> Connectivity:  # noqa: ARG002 - for those that draw
        """Return it with a seed of its own, where it draws and was given none.

        Parameters
        ----------
        owner : str
            Name of the connection, which then decides what is drawn.
        """
        return self

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

    def fan_in(self, n_source: int, n_target: int) -> int | NDArray[np.int64]:
        """Synapses that meet in a target: one number, or one for each weight."""
        return self.shape(n_source, n_target)[0]

    def fan_out(self, n_source: int, n_target: int) -> NDArray[np.int64]:
        """Number of synapses of each source neuron."""
        found = self.synapses(n_source, n_target).source
        return np.bincount(found, minlength=n_source).astype(np.int64)

    @abstractmethod
    def summary(self, n_source: int, n_target: int) -> str:
        """Describe it in words and sizes."""


@dataclass(frozen=True)
class ImageConnectivity(Connectivity):
    """A connectivity between populations that hold images.

    Parameters
    ----------
    height, width, channels : int
        Size of the source's image.

    Raises
    ------
    ModelError
        If a number is below 1.
    """

    shares_weights: ClassVar[bool] = True

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
        for what, given, image, fits in (
            ("source", n_source, (self.height, self.width, self.channels), self.n_source),
            ("target", n_target, self.output, self.n_target),
        ):
            if given != fits:
                raise ModelError(
                    f"{type(self).__name__}: the {what} holds an image of "
                    f"{' x '.join(map(str, image))} = {fits} neurons (height, width, channels), "
                    f"but the population has {given}."
                )


class ListedConnectivity(Connectivity):
    """A connectivity that is a list of pairs; weights of shape (1, synapses), one each.

    The weights stand in the order of the synapses: by source, then by target.
    """

    @abstractmethod
    def pairs(self, n_source: int, n_target: int) -> tuple[Index, Index]:
        """Sources and targets of all synapses, in order of source, then target."""

    def check(self, n_source: int, n_target: int) -> None:
        """Check that there is a synapse."""
        if not self.n_synapses(n_source, n_target):
            raise ModelError(
                f"{type(self).__name__}: no synapse between {n_source} and {n_target} neurons."
            )

    def shape(self, n_source: int, n_target: int) -> tuple[int, int]:
        """Return (1, synapses): a weight a synapse, in their order."""
        return 1, self.n_synapses(n_source, n_target)

    def n_synapses(self, n_source: int, n_target: int) -> int:
        """Return the number of pairs."""
        return int(self.pairs(n_source, n_target)[0].size)

    def synapses(self, n_source: int, n_target: int) -> SynapseList:
        """List every synapse."""
        source, target = self.pairs(n_source, n_target)
        return SynapseList(source, target, np.arange(source.size, dtype=np.int32))

    def fan_in(self, n_source: int, n_target: int) -> NDArray[np.int64]:
        """Synapses that meet in the target of each synapse."""
        target = self.pairs(n_source, n_target)[1]
        return np.bincount(target, minlength=n_target)[target]


@dataclass(frozen=True)
class DrawnConnectivity(ListedConnectivity):
    """A connectivity whose synapses are drawn, once: the same seed and sizes give the same.

    Parameters
    ----------
    self_connections : bool, default True
        Whether a neuron may have a synapse to itself, within one population.
    seed : int, optional
        What is drawn follows from it; by default, from the name of the connection.

    Raises
    ------
    ModelError
        If the seed is negative.
    """

    self_connections: bool = field(default=True, kw_only=True)
    seed: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.seed is not None:
            size(f"{type(self).__name__}: seed", self.seed, 0, ModelError)

    def seeded(self, owner: str) -> DrawnConnectivity:
        """Return it with the seed that the connection's name stands for, if it has none."""
        return self if self.seed is not None else replace(self, seed=seed_of(owner))

    @abstractmethod
    def draw(
        self, rng: np.random.Generator, n_source: int, n_target: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw sources and targets, in any order."""

    def check(self, n_source: int, n_target: int) -> None:
        """Check that there is a synapse, and, without self-connections, only one population."""
        if not self.self_connections and n_source != n_target:
            raise ModelError(
                f"{type(self).__name__}: self_connections=False is for a population's connection "
                f"to itself, not from {n_source} to {n_target} neurons."
            )
        super().check(n_source, n_target)

    def pairs(self, n_source: int, n_target: int) -> tuple[Index, Index]:
        """Sources and targets of all synapses, drawn the first time."""
        return _drawn(self, n_source, n_target)


@lru_cache(maxsize=32)
def _drawn(connectivity: DrawnConnectivity, n_source: int, n_target: int) -> tuple[Index, Index]:
    rng = Streams(connectivity.seed or 0).fresh("connectivity")
    source, target = connectivity.draw(rng, n_source, n_target)
    order = np.lexsort((target, source))
    columns = source[order].astype(np.int32), target[order].astype(np.int32)
    seal(*columns)
    return columns
