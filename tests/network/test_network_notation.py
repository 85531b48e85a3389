"""Chains from the notation of papers."""

import numpy as np
import pytest

from brainsnn.errors import ModelError
from brainsnn.network.connectivity import AllToAll, AveragePooling, Convolution
from brainsnn.network.describe import describe_markdown, describe_text
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron, integrate_and_fire_once
from brainsnn.network.synapses import FanInNormal, Uniform
from brainsnn.streams import Streams

PAPER = "28x28-12c5-2a-64c5-2a-10"
ONCE = integrate_and_fire_once


def test_convolutions_and_pooling_follow_each_other():
    model = Network(PAPER, ONCE, initialiser=FanInNormal(), name="cnn")
    sizes = [784, 24 * 24 * 12, 12 * 12 * 12, 8 * 8 * 64, 4 * 4 * 64, 10]
    names = ["input", "conv1", "pool1", "conv2", "pool2", "output"]
    assert model.sizes == dict(zip(names, sizes, strict=True))
    assert model.shapes == {
        "input_conv1": (25, 12),
        "pool1_conv2": (300, 64),
        "pool2_output": (1024, 10),
    }
    kinds = [type(c.connectivity) for c in model.connections]
    assert kinds == [Convolution, AveragePooling, Convolution, AveragePooling, AllToAll]


def test_layers_without_images_are_numbered():
    model = Network("784-800-800-10", ONCE, initialiser=[Uniform()] * 3, name="mlp")
    assert list(model.sizes) == ["input", "hidden1", "hidden2", "output"]
    assert [c.name for c in model.connections][-1] == "hidden2_output"


def test_an_image_may_have_channels_and_pooling_a_neuron_of_its_own():
    other = Neuron("v : 1", "v > 1", "v -= 1", name="other")
    model = Network("6x4x3-5c3-2a-2", ONCE, initialiser=FanInNormal(), pooling=other, name="cnn")
    assert model.shapes["input_conv1"] == (27, 5)
    assert model.population("pool1").neuron is other
    assert model.population("output").neuron is ONCE


def test_weights_scale_with_the_synapses_that_meet():
    model = Network("28x28-40c5-2a-100", ONCE, initialiser=FanInNormal(gain=2.0), name="cnn")
    weights = model.draw_weights(Streams(1))
    assert weights.keys() == model.shapes.keys()
    for name, fan_in in (("input_conv1", 25), ("pool1_output", 12 * 12 * 40)):
        assert np.std(weights[name]) == pytest.approx(2 / np.sqrt(fan_in), rel=0.1)


@pytest.mark.parametrize("describe", [describe_text, describe_markdown])
def test_descriptions_say_the_structure(describe):
    text = describe(Network(PAPER, ONCE, initialiser=Uniform(), name="cnn"))
    for part in (
        "12 kernels of 5 x 5 to 24 x 24 x 12, 300 shared weights, 172,800 synapses",
        "by 2 x 2 to 12 x 12 x 12, weight 1/4, 6,912 synapses",
        "1024 x 10 = 10,240 synapses",
        "6 populations, 14,554 neurons, 1,422,848 synapses",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("notation", "message"),
    [
        ("28", "last layer"),
        ("28x28-12c5", "last layer must be a number"),
        ("a-10", "input 'a' is not like"),
        ("784-12c5-10", "layer '12c5': the layer before it holds no image"),
        ("4x4-12c5-10", "layer '12c5': Convolution: a kernel of 5 x 5 is larger"),
        ("9x9-2a-10", "layer '2a': AveragePooling: squares of 2 x 2 do not divide"),
        ("28x28-12k5-10", "layer '12k5': a layer is like"),
        ("28x28-0c5-10", "filters must be 1 or more"),
        ("28x28-0", "size of population .output. must be a whole number"),
    ],
)
def test_mistakes_are_refused(notation, message):
    with pytest.raises(ModelError, match=message):
        Network(notation, ONCE, initialiser=FanInNormal(), name="net")


def test_initial_of_another_number_are_refused():
    with pytest.raises(ModelError, match="3 initialisers are needed"):
        Network(PAPER, ONCE, initialiser=[Uniform()] * 5, name="net")
