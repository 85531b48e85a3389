"""Layers gathered into stages: what is linear, and the neurons that it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

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

FloatArray = NDArray[np.float64]
Weighted = Linear | Convolve


@dataclass(frozen=True, eq=False)
class Stage:
    """Pooling and flattening, a layer with weights, and neurons (rectified, if not the last).

    Parameters
    ----------
    before : tuple of AveragePool, MaxPool and Flatten
    weighted : Linear or Convolve
    """

    before: tuple[Layer, ...]
    weighted: Weighted

    def prepared(self, x: FloatArray) -> FloatArray:
        """What reaches the weights."""
        for layer in self.before:
            x = layer(x)
        return x

    def scaled(self, weight: float, bias: float | None) -> Stage:
        """The stage with weights and biases multiplied; without biases if there is no factor."""
        layer = self.weighted
        biases = None if layer.bias is None or bias is None else layer.bias * bias
        return replace(self, weighted=replace(layer, weight=layer.weight * weight, bias=biases))


def stages(layers: Sequence[Layer]) -> list[Stage]:
    """Layers as stages, batch normalisation folded into the weights before it.

    Raises
    ------
    ModelError
        Naming the layer that cannot be converted, and why.
    """
    found: list[Stage] = []
    before: list[Layer] = []
    rectified = True
    for place, layer in enumerate(layers):
        where = f"Layer {place + 1}, {type(layer).__name__}"
        if isinstance(layer, Linear | Convolve):
            if not rectified:
                raise ModelError(f"{where}: no ReLU stands between it and the weights before it.")
            found.append(Stage(tuple(before), layer))
            before, rectified = [], False
        elif isinstance(layer, ReLU | BatchNorm):
            if not found or before or rectified:
                raise ModelError(f"{where}: it must follow a layer with weights.")
            if isinstance(layer, BatchNorm):
                found[-1] = replace(found[-1], weighted=folded(found[-1].weighted, layer))
            rectified = isinstance(layer, ReLU)
        elif isinstance(layer, AveragePool | MaxPool | Flatten):
            if isinstance(layer, MaxPool) and not found:
                raise ModelError(f"{where}: the input has no spikes to take the largest of.")
            if found and not rectified and not isinstance(layer, Flatten):
                raise ModelError(f"{where}: pooling of values that are not rectified.")
            before.append(layer)
        else:
            raise ModelError(f"{where} cannot be converted; layers are those of layers.py.")
    if not found or before:
        raise ModelError("The last layer must have weights, a ReLU after it or not.")
    return found


def folded(layer: Weighted, norm: BatchNorm) -> Weighted:
    """Weights and biases that give what the layer and the normalisation after it give.

    Raises
    ------
    ModelError
        If the normalisation has another number of channels.
    """
    if norm.mean.size != layer.weight.shape[-1]:
        raise ModelError(
            f"BatchNorm: {norm.mean.size} channels after {layer.weight.shape[-1]} outputs."
        )
    bias = 0.0 if layer.bias is None else layer.bias
    factor = norm.factor
    return replace(
        layer, weight=layer.weight * factor, bias=(bias - norm.mean) * factor + norm.shift
    )


def activations(parts: Sequence[Stage], x: FloatArray, *, biases: bool = True) -> list[FloatArray]:
    """Rectified values of every stage.

    Parameters
    ----------
    parts : sequence of Stage
    x : array of float, shape (trials, ...)
    biases : bool, default True
        Whether biases are added.
    """
    found = []
    value = np.asarray(x, np.float64)
    for stage in parts:
        layer = stage.weighted if biases else replace(stage.weighted, bias=None)
        value = np.maximum(layer(stage.prepared(value)), 0.0)
        found.append(value)
    return found
