"""Layers of an ONNX file or model, by the package ``onnx``, imported only here."""

from __future__ import annotations

from pathlib import Path
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


def from_onnx(model: Any) -> list[Layer]:
    """Layers of a trained network.

    Parameters
    ----------
    model : path, or onnx.ModelProto
        One chain of Gemm, MatMul, Add (a bias), Conv, BatchNormalization, Relu, AveragePool,
        MaxPool, Flatten, Identity and Dropout. Images of the layers have channels last, where ONNX
        has them first; its input says their size, if they are flattened.

    Raises
    ------
    ModelError
        If onnx is not installed, the file is no model, or naming the node that cannot be converted.
    """
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError as error:
        raise ModelError("Reading ONNX needs the package onnx: pip install onnx.") from error
    graph = _graph(onnx, model)
    arrays = {a.name: np.asarray(numpy_helper.to_array(a), np.float64) for a in graph.initializer}
    found: list[Layer] = []
    inputs = [i.name for i in graph.input if i.name not in arrays]
    if len(inputs) != 1:
        raise ModelError(f"A model has one input and these: {', '.join(inputs) or 'none'}.")
    value, shape = inputs[0], _image_shape(graph, inputs[0])
    order: Any = None
    for node in graph.node:
        where = f"{node.name or node.output[0]} ({node.op_type})"
        streams = [name for name in node.input if name and name not in arrays]
        if streams != [value]:
            raise ModelError(f"{where}: nodes must make one chain, each taking what the last gave.")
        if node.op_type in ("Gemm", "MatMul") and node.input[0] != value:
            raise ModelError(f"{where}: what comes from before must be the first factor.")
        settings = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        known = [arrays[name] for name in node.input if name in arrays]
        if node.op_type == "Flatten" and shape != ():
            order = channels_last(where, found, shape)
        _add(found, where, node.op_type, known, settings)
        if order is not None and isinstance(last := found[-1], Linear):
            found[-1], order = reordered(where, last, order), None
        value = node.output[0]
    outputs = [o.name for o in graph.output]
    if outputs != [value]:
        raise ModelError(f"The model gives {', '.join(outputs)}; its last node gives {value}.")
    return found


def _image_shape(graph: Any, name: str) -> tuple[int, ...] | None:
    """(channels, height, width) of the input; none of a row of values, None where it is unknown."""
    (found,) = [i for i in graph.input if i.name == name]
    kind = getattr(found, "type", None)
    sizes = [d.dim_value for d in kind.tensor_type.shape.dim] if kind is not None else []
    if len(sizes) != 4:
        return ()
    return tuple(sizes[1:]) if all(sizes[1:]) else None


def _graph(onnx: Any, model: Any) -> Any:
    """Graph of a model, or of a file."""
    if not isinstance(model, str | Path):
        if not hasattr(model, "graph"):
            raise ModelError(f"A model is a path or an onnx.ModelProto, not {model!r:.80}.")
        return model.graph
    try:
        return onnx.load(str(model)).graph
    except Exception as error:  # The package has its own for each kind of damage.
        raise ModelError(f"{model}: no ONNX model can be read: {error}") from error


def _add(
    found: list[Layer], where: str, kind: str, known: list[Any], settings: dict[str, Any]
) -> None:
    """Append what a node is; a sum after a product is its bias."""
    if kind == "Gemm":
        if settings.get("transA", 0):
            raise ModelError(f"{where}: transA cannot be converted.")
        weight = known[0].T if settings.get("transB", 0) else known[0]
        beta = settings.get("beta", 1.0)
        bias = _bias(where, known[1], weight) * beta if len(known) > 1 else None
        found.append(Linear(weight * settings.get("alpha", 1.0), bias))
    elif kind == "MatMul" and len(known) == 1:
        found.append(Linear(known[0]))
    elif kind == "Add" and known and found and isinstance(last := found[-1], Linear):
        before = 0.0 if last.bias is None else last.bias
        found[-1] = Linear(last.weight, _bias(where, known[0], last.weight) + before)
    elif kind in _IMAGES:
        found.append(_IMAGES[kind](where, known, settings))
    elif kind not in ("Identity", "Dropout"):
        raise ModelError(
            f"{where} cannot be converted. Known: Gemm, MatMul, Add, "
            f"{', '.join(_IMAGES)}, Identity, Dropout."
        )


def _square(where: str, what: str, values: Any, default: int) -> int:
    """A size that is the same in all directions."""
    sizes = {int(v) for v in values} if values is not None else {default}
    if len(sizes) != 1:
        raise ModelError(f"{where}: {what} must be the same in all directions, got {values}.")
    return sizes.pop()


def _plain(where: str, settings: dict[str, Any]) -> tuple[int, int]:
    """Stride and padding; refuses what no layer here does."""
    named = settings.get("auto_pad", b"NOTSET")
    dilated = _square(where, "dilations", settings.get("dilations"), 1) != 1
    if named != b"NOTSET" or dilated or settings.get("group", 1) != 1:
        raise ModelError(f"{where}: groups, dilation and named padding cannot be converted.")
    stride = _square(where, "strides", settings.get("strides"), 1)
    return stride, _square(where, "pads", settings.get("pads"), 0)


def _convolution(where: str, known: list[Any], settings: dict[str, Any]) -> Layer:
    stride, padding = _plain(where, settings)
    bias = known[1] if len(known) > 1 else None
    return Convolve(known[0].transpose(2, 3, 1, 0), bias, stride, padding)


def _pool(where: str, settings: dict[str, Any], kind: type[AveragePool | MaxPool]) -> Layer:
    stride, padding = _plain(where, settings)
    if padding or settings.get("ceil_mode", 0):
        raise ModelError(f"{where}: pooling with padding or ceil_mode cannot be converted.")
    return kind(_square(where, "kernel_shape", settings["kernel_shape"], 1), stride)


def _norm(where: str, known: list[Any], settings: dict[str, Any]) -> Layer:
    if len(known) != 4 or settings.get("training_mode", 0):
        raise ModelError(f"{where}: gain, shift, mean and variance of after training are needed.")
    gain, shift, mean, variance = known
    return BatchNorm(gain, shift, mean, variance, float(settings.get("epsilon", 1e-5)))


def _flatten(where: str, _: list[Any], settings: dict[str, Any]) -> Layer:
    if settings.get("axis", 1) != 1:
        raise ModelError(f"{where}: all but the trial is flattened, axis 1.")
    return Flatten()


_IMAGES: dict[str, Any] = {
    "Conv": _convolution,
    "BatchNormalization": _norm,
    "AveragePool": lambda where, _, settings: _pool(where, settings, AveragePool),
    "MaxPool": lambda where, _, settings: _pool(where, settings, MaxPool),
    "Relu": lambda *_: ReLU(),
    "Flatten": _flatten,
}


def _bias(where: str, values: Any, weight: Any) -> Any:
    """One value an output, the same for all trials."""
    n = np.shape(weight)[-1]
    if np.shape(values) not in ((), (1,), (n,), (1, 1), (1, n)):
        raise ModelError(f"{where}: a bias of shape {np.shape(values)} for {n} outputs.")
    return np.broadcast_to(np.ravel(values), (n,))
