"""Layers of an ONNX file or model, by the package ``onnx``, imported only here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from brainsnn.conversion.layers import Flatten, Layer, Linear, ReLU
from brainsnn.errors import ModelError


def from_onnx(model: Any) -> list[Layer]:
    """Layers of a fully connected network: Gemm, MatMul with Add, Relu, Flatten, Identity, Dropout.

    Parameters
    ----------
    model : path, or onnx.ModelProto
        One chain of nodes.

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
    value = inputs[0]
    for node in graph.node:
        where = f"{node.name or node.output[0]} ({node.op_type})"
        streams = [name for name in node.input if name and name not in arrays]
        if streams != [value]:
            raise ModelError(f"{where}: nodes must make one chain, each taking what the last gave.")
        if node.op_type in ("Gemm", "MatMul") and node.input[0] != value:
            raise ModelError(f"{where}: what comes from before must be the first factor.")
        settings = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        known = [arrays[name] for name in node.input if name in arrays]
        _add(found, where, node.op_type, known, settings)
        value = node.output[0]
    outputs = [o.name for o in graph.output]
    if outputs != [value]:
        raise ModelError(f"The model gives {', '.join(outputs)}; its last node gives {value}.")
    return found


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
    elif kind == "Relu":
        found.append(ReLU())
    elif kind == "Flatten":
        found.append(Flatten())
    elif kind not in ("Identity", "Dropout"):
        raise ModelError(
            f"{where} cannot be converted. Known: Gemm, MatMul, Add, Relu, Flatten, Identity, "
            "Dropout; convolutions are read from torch or Keras."
        )


def _bias(where: str, values: Any, weight: Any) -> Any:
    """One value an output, the same for all trials."""
    n = np.shape(weight)[-1]
    if np.shape(values) not in ((), (1,), (n,), (1, 1), (1, n)):
        raise ModelError(f"{where}: a bias of shape {np.shape(values)} for {n} outputs.")
    return np.broadcast_to(np.ravel(values), (n,))
