"""What lies between two populations of a NIR graph as synapses; images have their channels last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.conversion.channels_first import image_order
from brainsnn.conversion.nir.maps import Map, Shape, padding_of, pair
from brainsnn.network.connectivity import (
    AllToAll,
    AveragePooling,
    Connectivity,
    Convolution,
    GivenPairs,
)


def synapses_of(
    nodes: Sequence[Any], found: Map, source: Shape
) -> tuple[Connectivity, NDArray[np.float64] | None]:
    """Connectivity and weights; no weights where they are fixed.

    Parameters
    ----------
    nodes : sequence of nir nodes
        From the source on.
    found : Map
        All of them.
    source : tuple of int
        Shape of the source.
    """
    nodes = [node for node in nodes if type(node).__name__ != "Delay"]
    kinds = [type(node).__name__ for node in nodes]
    if kinds == ["Conv2d"] and _plain(nodes[0]):
        weight = np.asarray(nodes[0].weight, np.float64)
        filters, channels, kernel, _ = weight.shape
        shared = Convolution(source[1], source[2], channels, kernel, filters)
        return shared, weight.transpose(2, 3, 1, 0).reshape(-1, filters)
    if kinds == ["AvgPool2d"] and _side_by_side(nodes[0], source):
        channels, height, width = source
        return AveragePooling(height, width, channels, pair(nodes[0].kernel_size)[0]), None
    own = found.matrix[image_order(found.shape)][:, image_order(source)]
    if {"Linear", "Affine"} & set(kinds):
        return AllToAll(), own.toarray().T
    entries = own.T.tocoo()
    order = np.lexsort((entries.col, entries.row))
    return GivenPairs(entries.row[order], entries.col[order]), entries.data[order][None]


def _plain(node: Any) -> bool:
    """Whether a convolution has square kernels and nothing that `Convolution` has not."""
    high, wide = np.shape(node.weight)[2:]
    padding = padding_of(node.padding)
    edge = {"valid": (0, 0), "same": (high // 2, wide // 2)}.get(str(padding), padding)
    steps = (pair(node.stride), pair(node.dilation), edge, int(node.groups))
    return high == wide and steps == ((1, 1), (1, 1), (0, 0), 1)


def _side_by_side(node: Any, source: Shape) -> bool:
    """Whether squares lie side by side and fill the image."""
    high, wide = pair(node.kernel_size)
    fills = not source[1] % high and not source[2] % high
    return (
        high == wide and fills and pair(node.stride) == (high, high) and not any(pair(node.padding))
    )
