"""Populations that are images in NIR, and what leads to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainsnn.conversion.channels_first import image_order
from brainsnn.conversion.nir.maps import Shape
from brainsnn.network.connectivity import AllToAll, AveragePooling, Convolution
from brainsnn.network.model import Connection, Model


def images(network: Model) -> dict[str, Shape]:
    """Shapes (channels, height, width) of the populations that can be written as images.

    Only convolution and pooling lead to an image in NIR, and a convolution has a bias a channel;
    any other population is a row of values, and what leads to or from it a matrix.

    Parameters
    ----------
    network : Network or Model

    Returns
    -------
    dict of tuple of int
        By population.
    """
    told: dict[str, set[Shape]] = {}
    for connection in network.connections:
        shared = connection.connectivity
        if isinstance(shared, Convolution | AveragePooling):
            own = (shared.height, shared.width, shared.channels)
            for name, (high, wide, deep) in (
                (connection.source, own),
                (connection.target, shared.output),
            ):
                told.setdefault(name, set()).add((deep, high, wide))
    found = {name: shapes.pop() for name, shapes in told.items() if len(shapes) == 1}
    before = -1
    while before != len(found):
        before = len(found)
        found = {
            name: shape
            for name, shape in found.items()
            if _fits(network, name, shape)
            and all(as_image(c, found) for c in network.connections if c.target == name)
        }
    return found


def as_image(connection: Connection, found: dict[str, Shape]) -> bool:
    """Whether a connection is written as a convolution or pooling, both of its ends images."""
    both = connection.source in found and connection.target in found
    return both and isinstance(connection.connectivity, Convolution | AveragePooling)


def _fits(network: Model, name: str, shape: Shape) -> bool:
    """Whether a population's biases have a place in the first connection that leads to it."""
    (population,) = [p for p in network.populations if p.name == name]
    leading = [c.connectivity for c in loops_last(network) if c.target == name]
    if population.neuron is None or not leading:
        return True
    bias = in_nir(population.neuron.parameters["bias"], shape)
    kept = bias[:, :1, :1] if isinstance(leading[0], Convolution) else 0.0
    return bool((bias == kept).all())


def loops_last(network: Model) -> list[Connection]:
    """Connections in the order in which biases find a place; a loop has no input at the start."""
    return sorted(network.connections, key=lambda c: c.source == c.target)


def in_nir(values: Any, shape: Shape) -> Any:
    """Values of a population in the shape and order of NIR."""
    order = image_order(shape)
    found = np.empty(order.size)
    found[order] = np.broadcast_to(np.asarray(values, np.float64), order.shape)
    return found.reshape(shape)


def nodes_of(nir: Any, connection: Connection, weights: Any, bias: Any, ends: Any) -> list[Any]:
    """Nodes of a connection, in order from its source.

    Parameters
    ----------
    nir : module
    connection : Connection
    weights : array or None
        Of the shape of its connectivity; None where they are fixed.
    bias : array or None
        Of the target, in the order of NIR; None where it stands elsewhere.
    ends : tuple of tuple of int
        Shapes of source and target.
    """
    shared = connection.connectivity
    if len(ends[1]) == 3 and isinstance(shared, Convolution):
        size = (shared.kernel, shared.kernel, shared.channels, shared.filters)
        kernels = np.asarray(weights, np.float64).reshape(size).transpose(3, 2, 0, 1)
        own = np.zeros(shared.filters) if bias is None else bias[:, 0, 0]
        return [nir.Conv2d((shared.height, shared.width), kernels, 1, 0, 1, 1, own)]
    if len(ends[1]) == 3 and isinstance(shared, AveragePooling):
        square, none = np.full(2, shared.size), np.zeros(2, np.int64)
        return [nir.AvgPool2d(square, square, none)]
    flat = np.prod(ends[0]), np.prod(ends[1])
    matrix = _matrix(connection, weights, (int(flat[0]), int(flat[1])))
    own = np.empty_like(matrix)
    own[:, image_order(ends[0])] = matrix
    last = nir.Linear(own) if bias is None or not bias.any() else nir.Affine(own, bias)
    return [nir.Flatten(np.array(ends[0]), 0), last] if len(ends[0]) == 3 else [last]


def _matrix(connection: Connection, weights: Any, ends: tuple[int, int]) -> Any:
    """Weights of shape (post, pre), 0 where there is no synapse."""
    connectivity = connection.connectivity
    if isinstance(connectivity, AllToAll):
        return np.asarray(weights, np.float64).T
    listed = connectivity.synapses(*ends)
    fixed = connectivity.fixed_weight
    values = np.full(1, fixed) if fixed is not None else np.asarray(weights, np.float64).ravel()
    found = np.zeros(ends[::-1])
    found[listed.target, listed.source] = values[listed.entry]
    return found
