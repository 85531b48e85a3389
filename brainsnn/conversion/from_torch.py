"""Layers of a ``torch.nn.Sequential``; torch itself is not imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainsnn.conversion.channels_first import channels_last, reordered
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


def from_torch(model: Any, input_shape: tuple[int, ...] | None = None) -> list[Layer]:
    """Layers of a trained ``torch.nn.Sequential``.

    Parameters
    ----------
    model : torch.nn.Sequential
        Of Linear, Conv2d, BatchNorm1d/2d, ReLU, AvgPool2d, MaxPool2d, Flatten, Dropout and
        Identity; as it is in evaluation. Sequentials inside it are taken apart.
    input_shape : tuple of int, optional
        (channels, height, width) of an image, without the trial; needed where images are flattened.
        Images of the layers have channels last.

    Raises
    ------
    ModelError
        Naming the module that cannot be converted.
    """
    found: list[Layer] = []
    shape: tuple[int, ...] | None = input_shape
    order: Any = None
    for name, module in _modules(model, ""):
        layer = _layer(name, module)
        if isinstance(layer, Linear) and order is not None:
            layer, order = reordered(name, layer, order), None
        if isinstance(layer, Flatten) and (shape is None or len(shape) == 3):
            order = channels_last(name, found, shape)
        if layer is not None:
            found.append(layer)
    return found


def _modules(model: Any, prefix: str) -> list[tuple[str, Any]]:
    if type(model).__name__ != "Sequential":
        return [(prefix or "The model", model)]
    found = []
    for name, module in model.named_children():
        found += _modules(module, f"{prefix}{'.' if prefix else ''}{name}")
    return found


def _numbers(tensor: Any) -> Any:
    return None if tensor is None else np.asarray(tensor.detach().cpu().numpy(), np.float64)


def _one(name: str, value: Any) -> int:
    """A size that is the same in both directions."""
    values = {value} if isinstance(value, int) else set(value)
    if len(values) != 1 or not all(isinstance(v, int) for v in values):
        raise ModelError(f"{name}: sizes must be the same in both directions, got {value!r}.")
    return int(values.pop())


def _layer(name: str, module: Any) -> Layer | None:
    kind = type(module).__name__
    where = f"{name} ({kind})"
    if kind == "Linear":
        return Linear(_numbers(module.weight).T, _numbers(module.bias))
    if kind == "Conv2d":
        return _convolution(where, module)
    if kind in ("BatchNorm1d", "BatchNorm2d"):
        if module.running_mean is None:
            raise ModelError(f"{where}: it has no running mean and variance to fold.")
        ones = np.ones(module.num_features)
        gain = ones if module.weight is None else _numbers(module.weight)
        shift = 0 * ones if module.bias is None else _numbers(module.bias)
        mean, variance = _numbers(module.running_mean), _numbers(module.running_var)
        return BatchNorm(gain, shift, mean, variance, float(module.eps))
    if kind in ("AvgPool2d", "MaxPool2d"):
        if _one(where, module.padding) or getattr(module, "ceil_mode", False):
            raise ModelError(f"{where}: pooling with padding or ceil_mode cannot be converted.")
        if _one(where, getattr(module, "dilation", 1)) != 1:
            raise ModelError(f"{where}: dilated pooling cannot be converted.")
        if getattr(module, "divisor_override", None) is not None:
            raise ModelError(f"{where}: an average has the divisor of its window.")
        pool = AveragePool if kind == "AvgPool2d" else MaxPool
        return pool(_one(where, module.kernel_size), _one(where, module.stride))
    if kind == "Flatten":
        return Flatten()
    if kind == "ReLU":
        return ReLU()
    if kind in ("Dropout", "Dropout2d", "Identity"):
        return None
    raise ModelError(
        f"{where} cannot be converted. Known: Linear, Conv2d, BatchNorm1d, BatchNorm2d, ReLU, "
        "AvgPool2d, MaxPool2d, Flatten, Dropout, Identity."
    )


def _convolution(where: str, module: Any) -> Convolve:
    if isinstance(module.padding, str) or module.groups != 1 or _one(where, module.dilation) != 1:
        raise ModelError(f"{where}: groups, dilation and named padding cannot be converted.")
    if module.padding_mode != "zeros":
        raise ModelError(f"{where}: padding with zeros only, not {module.padding_mode!r}.")
    weight = _numbers(module.weight).transpose(2, 3, 1, 0)
    stride, padding = _one(where, module.stride), _one(where, module.padding)
    return Convolve(weight, _numbers(module.bias), stride, padding)
