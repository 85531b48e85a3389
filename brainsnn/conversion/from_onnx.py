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
        If onnx is not installed, or naming the node that cannot be converted.
    """
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError as error:
        raise ModelError("Reading ONNX needs the package onnx: pip install onnx.") from error
    graph = (onnx.load(str(model)) if isinstance(model, str | Path) else model).graph
    arrays = {a.name: np.asarray(numpy_helper.to_array(a), np.float64) for a in graph.initializer}
    found: list[Layer] = []
    value = next(i.name for i in graph.input if i.name not in arrays)
    for node in graph.node:
        where = f"{node.name or node.output[0]} ({node.op_type})"
        streams = [name for name in node.input if name and name not in arrays]
        if streams != [value]:
            raise ModelError(f"{where}: nodes must make one chain, each taking what the last gave.")
        settings = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        known = [arrays[name] for name in node.input if name in arrays]
        _add(found, where, node.op_type, known, settings)
        value = node.output[0]
    return found


def _add(
    found: list[Layer], where: str, kind: str, known: list[Any], settings: dict[str, Any]
) -> None:
    """Append what a node is; a sum after a product is its bias."""
    if kind == "Gemm":
        if settings.get("transA", 0):
            raise ModelError(f"{where}: transA cannot be converted.")
        weight = known[0].T if settings.get("transB", 0) else known[0]
        bias = known[1].ravel() * settings.get("beta", 1.0) if len(known) > 1 else None
        found.append(Linear(weight * settings.get("alpha", 1.0), bias))
    elif kind == "MatMul" and len(known) == 1:
        found.append(Linear(known[0]))
    elif kind == "Add" and known and found and isinstance(last := found[-1], Linear):
        before = 0.0 if last.bias is None else last.bias
        found[-1] = Linear(last.weight, known[0].ravel() + before)
    elif kind == "Relu":
        found.append(ReLU())
    elif kind == "Flatten":
        found.append(Flatten())
    elif kind not in ("Identity", "Dropout"):
        raise ModelError(
            f"{where} cannot be converted. Known: Gemm, MatMul, Add, Relu, Flatten, Identity, "
            "Dropout; convolutions are read from torch or Keras."
        )
