"""Layers of a trained network, in NumPy; images are (trials, height, width, channels)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from brainsnn.errors import ModelError

FloatArray = NDArray[np.float64]


class Layer(ABC):
    """One layer: an array of values in, an array of values out; the first axis is the trial."""

    @abstractmethod
    def __call__(self, x: FloatArray) -> FloatArray:
        """Values of the layer for those of the layer before."""


def _array(owner: str, what: str, values: Any, ndim: int) -> FloatArray:
    given = np.asarray(values)
    if given.dtype.kind == "c":
        raise ModelError(f"{owner}: {what} must be real numbers.")
    found = np.array(given, np.float64)
    if found.ndim != ndim or not found.size or not np.isfinite(found).all():
        raise ModelError(
            f"{owner}: {what} is an array of {ndim} axes of finite numbers, got shape "
            f"{found.shape}."
        )
    return found


def _own(layer: Any, ndim: int, n_out: int) -> None:
    """Check weights and bias of a layer, and keep them as arrays of doubles."""
    name = type(layer).__name__
    object.__setattr__(layer, "weight", _array(name, "the weight", layer.weight, ndim))
    if layer.bias is not None:
        object.__setattr__(layer, "bias", _array(name, "the bias", layer.bias, 1))
        if layer.bias.size != n_out:
            raise ModelError(f"{name}: {layer.bias.size} biases for {n_out} outputs.")


@dataclass(frozen=True, eq=False)
class Linear(Layer):
    """``x @ weight + bias``.

    Parameters
    ----------
    weight : array of float, shape (n_in, n_out)
    bias : array of float, shape (n_out,), optional

    Raises
    ------
    ModelError
        If shapes do not fit, or a number is not finite; as for all layers.
    """

    weight: FloatArray
    bias: FloatArray | None = None

    def __post_init__(self) -> None:
        _own(self, 2, np.shape(self.weight)[-1] if np.ndim(self.weight) else 0)

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return values of shape (trials, n_out)."""
        if x.ndim != 2 or x.shape[1] != self.weight.shape[0]:
            raise ModelError(
                f"Linear: (trials, {self.weight.shape[0]}) values are needed, got {x.shape}; "
                "images are flattened first."
            )
        found = x @ self.weight
        return found if self.bias is None else found + self.bias


@dataclass(frozen=True, eq=False)
class Convolve(Layer):
    """Two-dimensional convolution, the kernel not turned round.

    Parameters
    ----------
    weight : array of float, shape (kernel height, kernel width, channels, filters)
    bias : array of float, shape (filters,), optional
    stride, padding : int, default 1, 0
        The same in both directions; padding is with zeros.
    """

    weight: FloatArray
    bias: FloatArray | None = None
    stride: int = 1
    padding: int = 0

    def __post_init__(self) -> None:
        _own(self, 4, np.shape(self.weight)[-1] if np.ndim(self.weight) else 0)
        if self.stride < 1 or self.padding < 0:
            raise ModelError(
                f"Convolve: stride must be 1 or more and padding 0 or more, got {self.stride} and "
                f"{self.padding}."
            )

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return images of shape (trials, height, width, filters)."""
        height, width, channels, _ = self.weight.shape
        _image("Convolve", x, channels)
        edge = (self.padding, self.padding)
        padded = np.pad(x, ((0, 0), edge, edge, (0, 0)))
        windows = _windows("Convolve", padded, (height, width), self.stride)
        found = np.einsum("nyxcij,ijcf->nyxf", windows, self.weight, optimize=True)
        return found if self.bias is None else found + self.bias


def _image(name: str, x: FloatArray, channels: int | None = None) -> None:
    if x.ndim != 4 or (channels is not None and x.shape[3] != channels):
        raise ModelError(
            f"{name}: images (trials, height, width, {channels or 'channels'}) are needed, got "
            f"{x.shape}."
        )


def _windows(name: str, x: FloatArray, size: tuple[int, int], stride: int) -> FloatArray:
    """Windows of an image, shape (trials, height, width, channels, *size)."""
    if min(x.shape[1] - size[0], x.shape[2] - size[1]) < 0:
        raise ModelError(f"{name}: windows of {size} are larger than images of {x.shape[1:3]}.")
    every = sliding_window_view(x, size, (1, 2))  # type: ignore[call-overload]
    return np.asarray(every[:, ::stride, ::stride])


@dataclass(frozen=True)
class _Pool(Layer):
    size: int
    stride: int | None = None

    def __post_init__(self) -> None:
        if self.size < 1 or (self.stride is not None and self.stride < 1):
            raise ModelError(f"{type(self).__name__}: size and stride must be 1 or more.")

    def windows(self, x: FloatArray) -> FloatArray:
        """Windows, shape (trials, height, width, channels, size, size); the rest is cut."""
        _image(type(self).__name__, x)
        return _windows(type(self).__name__, x, (self.size, self.size), self.stride or self.size)


@dataclass(frozen=True)
class AveragePool(_Pool):
    """Mean of each window of each channel.

    Parameters
    ----------
    size : int
        Height and width of a window.
    stride : int, optional
        `size`, if it is not given.
    """

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return smaller images."""
        return np.asarray(self.windows(x).mean(axis=(4, 5)))


@dataclass(frozen=True)
class MaxPool(_Pool):
    """Largest of each window of each channel; parameters as of `AveragePool`."""

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return smaller images."""
        return np.asarray(self.windows(x).max(axis=(4, 5)))


@dataclass(frozen=True)
class Flatten(Layer):
    """Images as rows, in the order height, width, channels."""

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return values of shape (trials, n)."""
        return x.reshape(len(x), int(np.prod(x.shape[1:])))


@dataclass(frozen=True)
class ReLU(Layer):
    """``max(x, 0)``."""

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return values of the same shape."""
        return np.maximum(x, 0.0)


@dataclass(frozen=True, eq=False)
class BatchNorm(Layer):
    """Batch normalisation as it is after training, channel by channel.

    ``gain (x - mean) / sqrt(variance + epsilon) + shift``.

    Parameters
    ----------
    gain, shift, mean, variance : array of float, shape (channels,)
    epsilon : float, default 1e-5
    """

    gain: FloatArray
    shift: FloatArray
    mean: FloatArray
    variance: FloatArray
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        for name in ("gain", "shift", "mean", "variance"):
            object.__setattr__(self, name, _array("BatchNorm", name, getattr(self, name), 1))
        if (self.variance + self.epsilon <= 0).any():
            raise ModelError("BatchNorm: variances must be positive.")

    @property
    def factor(self) -> FloatArray:
        """What a value is multiplied by."""
        return np.asarray(self.gain / np.sqrt(self.variance + self.epsilon))

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return values of the same shape."""
        return np.asarray((x - self.mean) * self.factor + self.shift)
