"""Networks whose images have channels first: values of a flattened image, in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.conversion.layers import Layer, Linear
from brainsnn.errors import ModelError


def image_order(shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Where such a network has each value of an image, in the order of channels last.

    Parameters
    ----------
    shape : tuple of int
        (channels, height, width); of any other number of axes it is a row of values, as it is.
    """
    places = np.arange(int(np.prod(shape)))
    return places.reshape(shape).transpose(1, 2, 0).ravel() if len(shape) == 3 else places


def channels_last(
    name: str, layers: Sequence[Layer], shape: tuple[int, ...] | None
) -> NDArray[np.int64]:
    """Where such a network has each value of a flattened image, in the order of channels last.

    Parameters
    ----------
    name : str
        Of what flattens, for messages.
    layers : sequence of Layer
        What lies between the input and it.
    shape : tuple of int, optional
        (channels, height, width) of the input.

    Raises
    ------
    ModelError
        If the shape is not known.
    """
    if shape is None:
        raise ModelError(f"{name}: give input_shape=(channels, height, width) of the images.")
    channels, height, width = shape
    image: Any = np.zeros((1, height, width, channels))
    for layer in layers:
        image = layer(image)
    _, height, width, channels = image.shape
    return image_order((channels, height, width))


def reordered(name: str, layer: Linear, order: NDArray[np.int64]) -> Linear:
    """A layer whose inputs come in another order.

    Raises
    ------
    ModelError
        If it has not as many inputs.
    """
    if order.size != layer.weight.shape[0]:
        raise ModelError(
            f"{name}: {layer.weight.shape[0]} inputs, but {order.size} values of images."
        )
    return Linear(layer.weight[order], layer.bias)
