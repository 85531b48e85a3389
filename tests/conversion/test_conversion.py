"""Conversion: layers, folding, rates that tend to activations, refusals, models of other tools.

Models of torch and Keras are stood in for by objects with the same attributes.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from brainsnn.codes import RegularEncoder
from brainsnn.conversion import (
    AveragePool,
    BatchNorm,
    Converted,
    Convolve,
    Flatten,
    Linear,
    MaxPool,
    ReLU,
    activations,
    convert,
    from_keras,
    from_onnx,
    from_torch,
    normalise,
    stages,
    to_network,
)
from brainsnn.engine import build_engine
from brainsnn.errors import DataError, ModelError

RNG = np.random.default_rng(2)
NORM = BatchNorm(
    RNG.uniform(0.5, 2, 4), RNG.normal(size=4), RNG.normal(size=4), RNG.uniform(1, 2, 4)
)
CNN = [
    Convolve(RNG.normal(size=(3, 3, 2, 4)), RNG.normal(size=4), padding=1),
    NORM,
    ReLU(),
    AveragePool(2),
    Convolve(RNG.normal(size=(2, 2, 4, 5)), stride=2),
    ReLU(),
    MaxPool(2),
    Flatten(),
    Linear(RNG.normal(size=(5, 3)), RNG.normal(size=3)),
]
IMAGES = RNG.uniform(0, 1, (6, 8, 8, 2))


def forward(layers: Any, x: Any) -> Any:
    for layer in layers:
        x = layer(x)
    return x


def test_a_convolution_is_a_sum_over_its_window() -> None:
    layer = CNN[0]
    found = layer(IMAGES)
    window = np.pad(IMAGES, ((0, 0), (1, 1), (1, 1), (0, 0)))[1, 2:5, 4:7]
    wanted = (window[..., None] * layer.weight).sum(axis=(0, 1, 2)) + layer.bias
    np.testing.assert_allclose(found[1, 2, 4], wanted)
    assert Convolve(layer.weight, stride=3)(IMAGES).shape == (6, 2, 2, 4)


def test_folded_and_scaled_networks_compute_the_same() -> None:
    wanted = forward(CNN, IMAGES)
    np.testing.assert_allclose(activations(stages(CNN), IMAGES)[-1], np.maximum(wanted, 0))
    parts = normalise(CNN, "percentile", IMAGES, 100)
    values = activations(parts, IMAGES)
    assert [v.max() for v in values] == pytest.approx([1, 1, 1])
    np.testing.assert_allclose(values[-1], np.maximum(wanted, 0) / wanted.max())


@pytest.mark.parametrize("method", ["percentile", "data"])
def test_rates_tend_to_activations(method: str) -> None:
    layers = [layer for layer in CNN if not isinstance(layer, MaxPool | BatchNorm)]
    layers[-1] = Linear(RNG.normal(size=(20, 3)))
    parts = normalise(layers, method, IMAGES, 100)
    run = Converted(parts, initial=0.5).run(IMAGES, 1000)
    for counts, value in zip(run.counts, activations(parts, IMAGES), strict=True):
        np.testing.assert_allclose(counts / 1000, value, atol=0.01)


def test_a_maximum_passes_the_spikes_of_who_spiked_most() -> None:
    weight = np.ones((1, 1, 1, 1))
    layers = [Convolve(weight), ReLU(), MaxPool(2), Flatten(), Linear([[1.0]])]
    image = np.array([0.1, 0.75, 0.5, 0.3]).reshape(1, 2, 2, 1)
    run = convert(layers, "none").run(image, 400)
    assert run.counts[-1][0, 0] == pytest.approx(300, abs=3)


def test_accuracy_is_told_for_each_step() -> None:
    layers = [Linear(np.eye(3))]
    x = np.array([[0.5, 0.2, 0.1], [0.4, 0.4, 0.0], [0.1, 0.3, 0.9]])
    found = convert(layers, "none").run(x, 10).accuracy(np.array([0, 0, 2]))
    assert found["steps"].tolist() == list(range(1, 11))
    # The second has two outputs that are equal in everything: wrong.
    assert found["accuracy"].iloc[-1] == pytest.approx(2 / 3)
    for labels in (np.array([0, 1]), np.array([0, 1, 3])):
        with pytest.raises(DataError):
            convert(layers, "none").run(x, 10).accuracy(labels)


@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_the_network_of_brian2_neurons_spikes_alike(reset: str) -> None:
    rng = np.random.default_rng(1)
    layers = [
        Linear(rng.normal(size=(5, 6)), rng.normal(size=6) / 4),
        ReLU(),
        Linear(rng.normal(size=(6, 3))),
    ]
    x = rng.uniform(0, 1, (4, 5))
    spiking = Converted(normalise(layers, "percentile", x), reset, 0.25)
    trains = RegularEncoder(50).encode(x)
    network, weights = to_network(spiking)
    with build_engine("runtime", network, 50) as engine:
        engine.set_weights(weights)
        found = engine.run(trains).counts("hidden1")
    given = np.zeros((4, 50, 5))
    given[np.repeat(np.arange(4), np.diff(trains.offsets)), trains.step, trains.neuron] = 1
    v, counts = np.full((4, 6), 0.25), np.zeros((4, 6), int)
    first = spiking.stages[0].weighted
    for step in range(50):
        # What arrived in the step before.
        v += first.bias + (given[:, step - 1] @ first.weight if step else 0)
        spikes = v >= 1
        v = v - spikes if reset == "subtract" else np.where(spikes, 0, v)
        counts += spikes
    np.testing.assert_array_equal(found, counts)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([ReLU(), Linear(np.eye(2))], "must follow a layer with weights"),
        ([Linear(np.eye(2)), Linear(np.eye(2))], "no ReLU stands"),
        ([MaxPool(2), Flatten(), Linear(np.eye(2))], "no spikes to take the largest of"),
        ([Linear(np.eye(2)), ReLU(), Flatten()], "last layer must have weights"),
        ([Linear(np.eye(4)), NORM, NORM, AveragePool(2)], "not rectified"),
        ([Linear(np.eye(3)), NORM], "4 channels after 3"),
        ([Linear(np.eye(2)), "softmax"], "str cannot be converted"),
        ([], "must have weights"),
    ],
)
def test_what_cannot_be_converted_is_refused_by_name(layers: Any, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        stages(layers)


def test_impossible_numbers_are_refused() -> None:
    for attempt in (
        lambda: Linear([1.0]),
        lambda: Linear([[np.nan]]),
        lambda: Linear(np.eye(2), np.ones(3)),
        lambda: Convolve(np.ones((1, 1, 1, 1)), stride=0),
        lambda: AveragePool(0),
        lambda: BatchNorm([1.0], [0.0], [0.0], [-1.0]),
        lambda: AveragePool(9)(IMAGES),
        lambda: Linear(np.eye(3))(IMAGES),
        lambda: Convolve(np.ones((1, 1, 5, 1)))(IMAGES),
        lambda: Converted(stages([Linear(np.eye(2))]), "hold"),
        lambda: Converted(stages([Linear(np.eye(2))]), initial=1.0),
        lambda: to_network(Converted(stages(CNN))),
    ):
        with pytest.raises(ModelError):
            attempt()
    one = [Linear(np.eye(2))]
    for attempt in (
        lambda: normalise(one, "percentile"),
        lambda: normalise(one, "percentile", np.zeros((3, 2))),
        lambda: normalise(one, "percentile", np.ones((3, 2)), 0),
        lambda: normalise(one, "largest", np.ones((3, 2))),
        lambda: normalise([Linear(-np.eye(2))], "model"),
        lambda: convert(one, "none").run(np.ones((3, 2)), 0),
        lambda: convert(one, "none").run(np.full((3, 2), np.inf), 2),
    ):
        with pytest.raises(DataError):
            attempt()


class Tensor:
    """What is read of a torch tensor."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)

    def detach(self) -> Tensor:
        return self

    cpu = detach

    def numpy(self) -> Any:
        return self.values


def module(kind: str, **attributes: Any) -> Any:
    children = attributes.pop("children", None)
    made = type(kind, (SimpleNamespace,), {})(**attributes)
    if children is not None:
        made.named_children = lambda: [(str(k), child) for k, child in enumerate(children)]
    return made


def torch_model(**changes: Any) -> Any:
    first, norm, last = CNN[0], NORM, CNN[-1]
    plain = {"stride": (1, 1), "groups": 1, "dilation": (1, 1), "padding_mode": "zeros"}
    convolution = {
        "weight": Tensor(first.weight.transpose(3, 2, 0, 1)),
        "bias": Tensor(first.bias),
        "padding": (1, 1),
        **plain,
        **changes,
    }
    batch = {
        "weight": Tensor(norm.gain),
        "bias": Tensor(norm.shift),
        "running_mean": Tensor(norm.mean),
        "running_var": Tensor(norm.variance),
        "eps": norm.epsilon,
        "num_features": 4,
    }
    inner = module("Sequential", children=[module("BatchNorm2d", **batch), module("ReLU")])
    # Torch flattens channels first: its weights are those of ours, taken in that order.
    ours = RNG.normal(size=(64, 3))
    theirs = ours.reshape(4, 4, 4, 3).transpose(2, 0, 1, 3).reshape(64, 3)
    children = [
        module("Conv2d", **convolution),
        inner,
        module("AvgPool2d", kernel_size=2, stride=2, padding=0),
        module("Dropout"),
        module("Flatten"),
        module("Linear", weight=Tensor(theirs.T), bias=Tensor(last.bias)),
    ]
    wanted = [first, norm, ReLU(), AveragePool(2), Flatten(), Linear(ours, last.bias)]
    return module("Sequential", children=children), wanted


def test_torch_models_are_read() -> None:
    model, wanted = torch_model()
    found = from_torch(model, (2, 8, 8))
    np.testing.assert_allclose(forward(found, IMAGES), forward(wanted, IMAGES))
    with pytest.raises(ModelError, match="give input_shape="):
        from_torch(model)
    with pytest.raises(ModelError, match="64 inputs, but 16"):
        from_torch(model, (2, 4, 4))
    for change, words in (
        ({"groups": 2}, "groups"),
        ({"padding": "same"}, "named padding"),
        ({"stride": (1, 2)}, "same in both directions"),
        ({"padding_mode": "reflect"}, "zeros only"),
    ):
        with pytest.raises(ModelError, match=rf"0 \(Conv2d\).*{words}"):
            from_torch(torch_model(**change)[0], (2, 8, 8))
    with pytest.raises(ModelError, match=r"GELU.* cannot be converted. Known"):
        from_torch(module("GELU"))


def keras_layer(kind: str, *weights: Any, **attributes: Any) -> Any:
    return module(kind, name="own", get_weights=lambda: list(weights), **attributes)


def test_keras_models_are_read() -> None:
    relu, softmax = SimpleNamespace(__name__="relu"), SimpleNamespace(__name__="softmax")
    first, last = CNN[0], Linear(RNG.normal(size=(64, 3)), RNG.normal(size=3))
    linear = SimpleNamespace(__name__="linear")
    same = {"strides": (1, 1), "dilation_rate": (1, 1), "groups": 1, "padding": "same"}
    norm = (NORM.gain, NORM.shift, NORM.mean, NORM.variance)
    layers = [
        keras_layer("InputLayer"),
        keras_layer("Conv2D", first.weight, first.bias, activation=linear, **same),
        keras_layer("BatchNormalization", *norm, scale=True, center=True, epsilon=NORM.epsilon),
        keras_layer("Activation", activation=relu),
        keras_layer("AveragePooling2D", pool_size=(2, 2), strides=(2, 2), padding="valid"),
        keras_layer("Flatten"),
        keras_layer("Dense", last.weight, last.bias, activation=softmax),
    ]
    found = from_keras(SimpleNamespace(layers=layers))
    wanted = [first, NORM, ReLU(), AveragePool(2), Flatten(), last]
    np.testing.assert_allclose(forward(found, IMAGES), forward(wanted, IMAGES))
    tanh = keras_layer("Activation", activation=SimpleNamespace(__name__="tanh"))
    for wrong, words in (
        (tanh, "'tanh' cannot"),
        (keras_layer("LSTM"), "LSTM. cannot"),
        (keras_layer("Flatten", data_format="channels_first"), "channels must be last"),
        (keras_layer("ReLU", max_value=6, negative_slope=0, threshold=0), "without bound"),
    ):
        with pytest.raises(ModelError, match=words):
            from_keras(SimpleNamespace(layers=[wrong]))


def test_onnx_asks_for_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(ModelError, match="pip install onnx"):
        from_onnx("model.onnx")


class OnnxStandIn:
    """As much of the package as is used; models are made of `chain`, files by their names."""

    numpy_helper = SimpleNamespace(to_array=lambda a: a.values)
    helper = SimpleNamespace(get_attribute_value=lambda a: a.value)

    def load(self, path: str) -> Any:
        raise OSError(f"no model in {path}")


@pytest.fixture
def onnx_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx", OnnxStandIn())


def chain(nodes: list[tuple[str, list[str], str]], arrays: dict[str, Any], **more: Any) -> Any:
    """A model: nodes of (kind, inputs, output) from x to y; `more` are settings of all nodes."""
    named = [SimpleNamespace(name=k, values=np.asarray(v, np.float64)) for k, v in arrays.items()]
    settings = [SimpleNamespace(name=k, value=v) for k, v in more.items()]
    made = [
        SimpleNamespace(name="", op_type=k, input=i, output=[o], attribute=settings)
        for k, i, o in nodes
    ]
    ends = [[SimpleNamespace(name=name)] for name in ("x", "y")]
    graph = SimpleNamespace(initializer=named, input=ends[0], output=ends[1], node=made)
    return SimpleNamespace(graph=graph)


@pytest.mark.usefixtures("onnx_there")
def test_onnx_layers_are_what_the_nodes_compute() -> None:
    rng = np.random.default_rng(4)
    x, w, v, b = rng.normal(size=(5, 3)), *rng.normal(size=(2, 3, 3)), rng.normal(size=3)
    arrays = {"w": w, "v": v, "b": b, "half": 0.5}
    gemm = chain([("Gemm", ["x", "w", "b"], "y")], arrays, transB=1, alpha=2.0, beta=0.5)
    nodes = [("MatMul", ["x", "w"], "m"), ("Add", ["m", "b"], "n"), ("Relu", ["n"], "r")]
    nodes += [("Flatten", ["r"], "f"), ("MatMul", ["f", "v"], "p"), ("Add", ["half", "p"], "y")]
    for model, wanted in (
        (gemm, 2 * x @ w.T + 0.5 * b),
        (chain(nodes, arrays), np.maximum(x @ w + b, 0) @ v + 0.5),
    ):
        value = x
        for layer in from_onnx(model):
            value = layer(value)
        np.testing.assert_allclose(value, wanted, rtol=1e-12)


@pytest.mark.usefixtures("onnx_there")
@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([("MatMul", ["w", "x"], "y")], "must be the first factor"),
        ([("Gemm", ["w", "x", "b"], "y")], "must be the first factor"),
        ([("Gemm", ["w", "w", "x"], "y")], "must be the first factor"),
        ([("MatMul", ["x", "w"], "m"), ("Add", ["m", "column"], "y")], r"bias of shape \(3, 1\)"),
        ([("MatMul", ["x", "w"], "y"), ("Relu", ["y"], "z")], "gives y; its last node gives z"),
        ([("MatMul", ["x", "w"], "m"), ("Add", ["m", "x"], "y")], "one chain"),
        ([("Relu", ["x"], "r"), ("Add", ["r", "b"], "y")], r"y \(Add\) cannot be converted"),
        ([("Sin", ["x"], "y")], r"y \(Sin\) cannot be converted"),
    ],
)
def test_onnx_nodes_that_would_be_read_wrongly_are_refused(nodes: Any, message: str) -> None:
    arrays = {"w": np.eye(3), "b": np.ones(3), "column": np.ones((3, 1))}
    with pytest.raises(ModelError, match=message):
        from_onnx(chain(nodes, arrays))


@pytest.mark.usefixtures("onnx_there")
def test_what_is_no_model_is_refused() -> None:
    for given, message in (
        ("there.onnx", "there.onnx: no ONNX model can be read: no model in"),
        (5, "not 5"),
        (chain([], {"x": [1.0]}), "these: none"),
    ):
        with pytest.raises(ModelError, match=message):
            from_onnx(given)
    with pytest.raises(ModelError, match="object has none"):
        from_keras(object())
    with pytest.raises(ModelError, match="the weight must be real"):
        Linear(1j * np.eye(2))
