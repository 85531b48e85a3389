"""Codes of images by name, and what a configuration says of them."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.analysis.weights import edge_fields, receptive_fields
from brainsnn.codes import (
    Encoder,
    LatencyEncoder,
    OrientedLatencyEncoder,
    RankLatencyEncoder,
    StaggeredLatencyEncoder,
)
from brainsnn.config import Choice
from brainsnn.registry import Registry


class ImageCodeConfig(Choice):
    """Base of the settings of codes that turn an image into input spikes."""

    variants: ClassVar[Registry[type[ImageCodeConfig]]] = Registry("code of images")

    def build(self, n_steps: int) -> Encoder:
        """Make the encoder, for trials of that length."""
        raise NotImplementedError

    def fields(self, weights: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Weights of input neurons with the axes `shape` as images, one a postsynaptic neuron."""
        height, width = shape
        return receptive_fields(weights, (height, width))


@ImageCodeConfig.variants.register("latency")
class LatencyCodeConfig(ImageCodeConfig):
    """A spike a pixel: the brighter, the earlier (`LatencyEncoder`)."""

    name: Literal["latency"] = "latency"

    def build(self, n_steps: int) -> Encoder:
        """Make a `LatencyEncoder`."""
        return LatencyEncoder(n_steps)


@ImageCodeConfig.variants.register("rank")
class RankCodeConfig(ImageCodeConfig):
    """The same, by the pixel's rank in its own image (`RankLatencyEncoder`).

    Parameters
    ----------
    share : float, default 1
        Share of the rank in a spike's time; the rest is the intensity's.
    """

    name: Literal["rank"] = "rank"
    share: float = Field(default=1.0, ge=0, le=1)

    def build(self, n_steps: int) -> Encoder:
        """Make a `RankLatencyEncoder`."""
        return RankLatencyEncoder(n_steps, self.share)


@ImageCodeConfig.variants.register("staggered")
class StaggeredCodeConfig(ImageCodeConfig):
    """The same, neighbouring pixels at staggered levels (`StaggeredLatencyEncoder`).

    Parameters
    ----------
    amplitude : float, default 128
        Bound of the offsets in steps.
    tile : int, default 4
        Rows and columns after which they repeat, a power of two.
    """

    name: Literal["staggered"] = "staggered"
    amplitude: float = Field(default=128.0, ge=0)
    tile: int = Field(default=4, ge=1)

    def build(self, n_steps: int) -> Encoder:
        """Make a `StaggeredLatencyEncoder`."""
        return StaggeredLatencyEncoder(n_steps, self.amplitude, self.tile)


@ImageCodeConfig.variants.register("oriented")
class OrientedCodeConfig(ImageCodeConfig):
    """A spike a complex cell: the stronger its edge, the earlier (`OrientedLatencyEncoder`).

    Parameters
    ----------
    wavelength : float, default 4.5
        Of the simple cells, in pixels.
    n_orientations : int, default 4
        Orientations of the cells.
    pool : int, default 4
        Rows and columns of simple cells under a complex one.
    """

    name: Literal["oriented"] = "oriented"
    wavelength: float = Field(default=4.5, ge=2)
    n_orientations: int = Field(default=4, ge=1)
    pool: int = Field(default=4, ge=1)

    def build(self, n_steps: int) -> Encoder:
        """Make an `OrientedLatencyEncoder`."""
        return OrientedLatencyEncoder(n_steps, self.wavelength, self.n_orientations, self.pool)

    def fields(self, weights: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Draw them as edges."""
        n_orientations, rows, columns = shape
        return edge_fields(weights, (n_orientations, rows, columns))
