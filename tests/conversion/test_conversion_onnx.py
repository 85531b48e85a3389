"""Convolutional ONNX graphs as layers, held against onnx's own reference evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from brainsnn.conversion import convert
from brainsnn.conversion.from_onnx import from_onnx
from brainsnn.errors import ModelError

onnx = pytest.importorskip("onnx")
RNG = np.random.default_rng(0)
KERNELS = RNG.normal(size=(4, 2, 3, 3)) / 4
MORE = RNG.normal(size=(3, 4, 2, 2)) / 4


def model(middle: list[Any], arrays: dict[str, Any], shape: tuple[Any, ...] = (2, 9, 9)) -> Any:
    """A chain that ends with ``y``, checked by the package itself."""
    helper, kinds = onnx.helper, onnx.TensorProto
    known = [
        onnx.numpy_helper.from_array(np.asarray(a, np.float64), name) for name, a in arrays.items()
    ]
    given = helper.make_tensor_value_info("x", kinds.DOUBLE, ("n", *shape))
    made = helper.make_tensor_value_info("y", kinds.DOUBLE, ("n", "m"))
    graph = helper.make_graph(middle, "cnn", [given], [made], known)
    found = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
    onnx.checker.check_model(found)
    return found


def cnn() -> Any:
    make = onnx.helper.make_node
    nodes = [
        make("Conv", ["x", "w1", "b1"], ["c1"], pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        make("BatchNormalization", ["c1", "gain", "shift", "mean", "var"], ["n1"], epsilon=1e-3),
        make("Relu", ["n1"], ["r1"]),
        make("AveragePool", ["r1"], ["p1"], kernel_shape=[3, 3], strides=[3, 3]),
        make("Conv", ["p1", "w2"], ["c2"]),
        make("Relu", ["c2"], ["r2"]),
        make("Flatten", ["r2"], ["f"]),
        make("Gemm", ["f", "w3", "b3"], ["y"], transB=1),
    ]
    arrays = {
        "w1": KERNELS,
        "b1": RNG.normal(size=4),
        "gain": RNG.uniform(0.5, 2, 4),
        "shift": RNG.normal(size=4),
        "mean": RNG.normal(size=4),
        "var": RNG.uniform(0.5, 2, 4),
        "w2": MORE,
        "w3": RNG.normal(size=(5, 12)),
        "b3": RNG.normal(size=5),
    }
    return model(nodes, arrays)


def test_layers_give_what_the_reference_gives() -> None:
    from onnx.reference import ReferenceEvaluator

    graph = cnn()
    images = RNG.random((6, 2, 9, 9))
    (wanted,) = ReferenceEvaluator(graph).run(None, {"x": images})
    found: Any = images.transpose(0, 2, 3, 1)
    for layer in from_onnx(graph):
        found = layer(found)
    np.testing.assert_allclose(found, wanted, rtol=1e-10)
    spiking = convert(from_onnx(graph), "percentile", images.transpose(0, 2, 3, 1), initial=0.5)
    run = spiking.run(images.transpose(0, 2, 3, 1), 2000)
    clear = np.sort(wanted, axis=1)
    sure = clear[:, -1] - clear[:, -2] > 0.1 * np.ptp(wanted)
    decided = run.accuracy(wanted.argmax(axis=1))["accuracy"].iloc[-1]
    assert decided >= sure.mean() > 0


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        ("Conv", {"group": 2}, "groups"),
        ("Conv", {"dilations": [2, 2]}, "dilation"),
        ("Conv", {"strides": [1, 2]}, "strides must be the same"),
        ("Conv", {"pads": [0, 0, 1, 1]}, "pads must be the same"),
        ("Conv", {"auto_pad": "SAME_UPPER"}, "named padding"),
        ("MaxPool", {"kernel_shape": [2, 2], "ceil_mode": 1}, "ceil_mode"),
        ("AveragePool", {"kernel_shape": [2, 3]}, "kernel_shape must be the same"),
        ("AveragePool", {"kernel_shape": [2, 2], "pads": [1, 1, 1, 1]}, "with padding"),
        ("Flatten", {"axis": 2}, "axis 1"),
        ("Softmax", {}, r"y \(Softmax\) cannot be converted"),
    ],
)
def test_what_cannot_be_converted_is_refused_by_name(
    kind: str, settings: dict[str, Any], words: str
) -> None:
    inputs = ["x", "w"] if kind == "Conv" else ["x"]
    kernels = KERNELS[:, :1] if settings.get("group") == 2 else KERNELS
    arrays = {"w": kernels} if kind == "Conv" else {}
    node = onnx.helper.make_node(kind, inputs, ["y"], **settings)
    with pytest.raises(ModelError, match=words):
        from_onnx(model([node], arrays))


def test_images_of_unknown_size_cannot_be_flattened() -> None:
    node = onnx.helper.make_node("Flatten", ["x"], ["y"])
    with pytest.raises(ModelError, match="input_shape"):
        from_onnx(model([node], {}, (2, "height", 9)))
