"""What lies between two populations of a NIR graph, as one linear map of flattened values.

Images are (channels, height, width), as in NIR. Padding is with zeros, which count in a mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, eye_array

from brainsnn.errors import ModelError

Shape = tuple[int, ...]
FloatArray = NDArray[np.float64]
WEIGHTS = ("Linear", "Affine", "Conv2d")
"""Nodes with weights, of which one stands between two populations."""
POOLING = ("SumPool2d", "AvgPool2d")


@dataclass(frozen=True, eq=False)
class Map:
    """``matrix @ x + bias``.

    Parameters
    ----------
    shape : tuple of int
        Of what comes out.
    matrix : sparse array, shape (n_out, n_in)
    bias : array of float, shape (n_out,)
    """

    shape: Shape
    matrix: Any
    bias: FloatArray

    @staticmethod
    def identity(shape: Shape) -> Map:
        """Values as they are."""
        n = int(np.prod(shape))
        return Map(shape, csr_array(eye_array(n)), np.zeros(n))

    def then(self, node: str, found: Any) -> Map:
        """The map with another node behind it.

        Parameters
        ----------
        node : str
            Its name, for messages.
        found : nir node
            Linear, Affine, Conv2d, SumPool2d, AvgPool2d, Flatten or Delay.

        Raises
        ------
        ModelError
            Naming the node, if what comes in does not fit.
        """
        kind = type(found).__name__
        where = f"Node {node!r} ({kind})"
        if kind == "Delay":
            return self
        if kind == "Flatten":
            return Map((int(np.prod(self.shape)),), self.matrix, self.bias)
        make = (
            _dense if kind in ("Linear", "Affine") else _pooled if kind in POOLING else _convolved
        )
        shape, matrix, bias = make(where, found, self.shape)
        return Map(shape, matrix @ self.matrix, matrix @ self.bias + bias)


def pair(value: Any) -> tuple[int, int]:
    """Height and width of a setting that may be one number."""
    high, wide = np.broadcast_to(np.ravel(np.asarray(value)), 2)
    return int(high), int(wide)


def padding_of(value: Any) -> str | tuple[int, int]:
    """Padding as it is told: ``same``, ``valid`` (from files, bytes), or sizes."""
    if isinstance(value, bytes):
        return value.decode()
    return value if isinstance(value, str) else pair(value)


def _dense(where: str, found: Any, shape: Shape) -> tuple[Shape, Any, FloatArray]:
    weight = np.asarray(found.weight, np.float64)
    if weight.ndim != 2 or shape != weight.shape[1:]:
        raise ModelError(
            f"{where}: weights of shape {weight.shape} for values of shape {shape}; rows of values "
            "are needed (Flatten makes them)."
        )
    bias = np.ravel(np.asarray(getattr(found, "bias", np.zeros(len(weight))), np.float64))
    return (len(weight),), csr_array(weight), bias


def _convolved(where: str, found: Any, shape: Shape) -> tuple[Shape, Any, FloatArray]:
    weight = np.asarray(found.weight, np.float64)
    filters, depth, *kernel = weight.shape
    groups = int(found.groups)
    if len(shape) != 3 or shape[0] != depth * groups or filters % groups:
        raise ModelError(
            f"{where}: {filters} filters in {groups} groups of {depth} channels for values of "
            f"shape {shape}; images (channels, height, width) are needed."
        )
    dilation, stride = pair(found.dilation), pair(found.stride)
    places = _windows(where, shape, (kernel[0], kernel[1]), stride, found.padding, dilation)
    f, c, y, x, i, j = np.ogrid[
        tuple(slice(n) for n in (filters, depth, *places.shape[:2], *kernel))
    ]
    source = (f // (filters // groups) * depth + c) * (shape[1] * shape[2]) + places[y, x, i, j]
    out = (filters, *places.shape[:2])
    target = (f * out[1] + y) * out[2] + x
    matrix = _matrix(target, source, weight[f, c, i, j], places[y, x, i, j] >= 0, out, shape)
    bias = np.zeros(filters) if found.bias is None else np.asarray(found.bias, np.float64)
    return out, matrix, np.repeat(np.ravel(bias), out[1] * out[2])


def _pooled(where: str, found: Any, shape: Shape) -> tuple[Shape, Any, FloatArray]:
    if len(shape) != 3:
        raise ModelError(f"{where}: images (channels, height, width) are needed, got {shape}.")
    kernel = pair(found.kernel_size)
    places = _windows(where, shape, kernel, pair(found.stride), found.padding, (1, 1))
    c, y, x, i, j = np.ogrid[tuple(slice(n) for n in (shape[0], *places.shape))]
    out = (shape[0], *places.shape[:2])
    source = c * (shape[1] * shape[2]) + places[y, x, i, j]
    weight = 1.0 if type(found).__name__ == "SumPool2d" else 1.0 / (kernel[0] * kernel[1])
    target = (c * out[1] + y) * out[2] + x
    matrix = _matrix(target, source, np.array(weight), places[y, x, i, j] >= 0, out, shape)
    return out, matrix, np.zeros(matrix.shape[0])


def _matrix(
    target: Any, source: Any, weight: Any, inside: Any, out: Shape, shape: Shape
) -> csr_array:
    """Matrix of entries told by arrays that are broadcast; those outside the image are left out."""
    target, source, weight, inside = np.broadcast_arrays(target, source, weight, inside)
    size = int(np.prod(out)), int(np.prod(shape))
    return csr_array(coo_array((weight[inside], (target[inside], source[inside])), shape=size))


def _windows(
    where: str,
    shape: Shape,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: Any,
    dilation: tuple[int, int],
) -> NDArray[np.int64]:
    """Place in a channel of each value of each window, -1 outside; (down, across, *kernel)."""
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    padding = padding_of(padding)
    if padding == "same" and stride != (1, 1):
        raise ModelError(f"{where}: padding 'same' goes with a stride of 1, not {stride}.")
    if padding == "same":
        edges = [((r - 1) // 2, r - 1 - (r - 1) // 2) for r in reach]
    else:
        edges = [(p, p) for p in ((0, 0) if padding == "valid" else padding)]
    image = np.arange(shape[1] * shape[2]).reshape(shape[1:])
    padded = np.pad(image, edges, constant_values=-1)
    if min(have - need for have, need in zip(padded.shape, reach, strict=True)) < 0:
        raise ModelError(f"{where}: windows of {tuple(reach)} are larger than {padded.shape}.")
    every = sliding_window_view(padded, reach)
    return np.asarray(every[:: stride[0], :: stride[1], :: dilation[0], :: dilation[1]])
