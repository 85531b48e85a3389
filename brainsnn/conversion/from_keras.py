"""Layers of a Keras model; Keras itself is not imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainsnn.conversion.layers import (
    AveragePool,
    BatchNorm,
    Convolve,
    Flatten,
    Layer,
    Linear,
    MaxPool,
    ReLU,
)
from brainsnn.errors import ModelError

_NONE = ("InputLayer", "Dropout", "SpatialDropout2D")


def from_keras(model: Any) -> list[Layer]:
    """Layers of a trained ``keras.Sequential``.

    Parameters
    ----------
    model : keras.Sequential
        Of Dense, Conv2D, BatchNormalization, ReLU, Activation, AveragePooling2D, MaxPooling2D,
        Flatten, Dropout and InputLayer, channels last. Activations are linear or ReLU; a softmax on
        the last layer is left out, for it changes no decision.

    Raises
    ------
    ModelError
        Naming the layer that cannot be converted.
    """
    if not hasattr(model, "layers"):
        raise ModelError(f"A keras.Sequential has layers; {type(model).__name__} has none.")
    found: list[Layer] = []
    for place, layer in enumerate(model.layers):
        found += _layers(layer, last=place == len(model.layers) - 1)
    return found


def _layers(layer: Any, *, last: bool) -> list[Layer]:
    kind = type(layer).__name__
    where = f"{getattr(layer, 'name', kind)} ({kind})"
    if kind in _NONE:
        return []
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise ModelError(f"{where}: channels must be last.")
    if kind in ("Dense", "Conv2D"):
        return [_weighted(where, kind, layer), *_activation(where, layer, last=last)]
    if kind == "BatchNormalization":
        return [_normalisation(layer)]
    if kind in ("AveragePooling2D", "MaxPooling2D"):
        size, stride = _one(where, layer.pool_size), _one(where, layer.strides)
        if layer.padding != "valid":
            raise ModelError(f"{where}: pooling with padding cannot be converted.")
        return [(AveragePool if kind[0] == "A" else MaxPool)(size, stride)]
    if kind == "Flatten":
        return [Flatten()]
    if kind == "ReLU":
        if layer.max_value is not None or layer.negative_slope or layer.threshold:
            raise ModelError(f"{where}: a ReLU without bound, slope and threshold only.")
        return [ReLU()]
    if kind == "Activation":
        return _activation(where, layer, last=last)
    raise ModelError(f"{where} cannot be converted.")


def _weighted(where: str, kind: str, layer: Any) -> Layer:
    weights = [np.asarray(w, np.float64) for w in layer.get_weights()]
    bias = weights[1] if len(weights) > 1 else None
    if kind == "Dense":
        return Linear(weights[0], bias)
    if _one(where, layer.dilation_rate) != 1 or layer.groups != 1:
        raise ModelError(f"{where}: groups and dilation cannot be converted.")
    height, width = weights[0].shape[:2]
    stride, padding = _one(where, layer.strides), 0
    if layer.padding == "same":
        if stride != 1 or height != width or not height % 2:
            raise ModelError(f"{where}: padding 'same' of odd square kernels and stride 1 only.")
        padding = height // 2
    return Convolve(weights[0], bias, stride, padding)


def _normalisation(layer: Any) -> BatchNorm:
    weights = [np.asarray(w, np.float64) for w in layer.get_weights()]
    mean, variance = weights[-2:]
    gain = weights[0] if layer.scale else np.ones(mean.size)
    shift = weights[int(bool(layer.scale))] if layer.center else np.zeros(mean.size)
    return BatchNorm(gain, shift, mean, variance, float(layer.epsilon))


def _activation(where: str, layer: Any, *, last: bool) -> list[Layer]:
    name = getattr(layer.activation, "__name__", str(layer.activation))
    if name == "linear" or (name == "softmax" and last):
        return []
    if name == "relu":
        return [ReLU()]
    raise ModelError(f"{where}: activation {name!r} cannot be converted; relu and linear can.")


def _one(where: str, value: Any) -> int:
    values = {value} if isinstance(value, int) else set(value)
    if len(values) != 1:
        raise ModelError(f"{where}: sizes must be the same in both directions, got {value!r}.")
    return int(values.pop())
