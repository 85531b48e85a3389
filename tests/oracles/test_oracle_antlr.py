"""The original ANTLR program's numbers: spikes exactly, losses and gradients to 1e-9."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from current_based import rasters, recording, trains
from engines import engine_params
from numpy.typing import NDArray

from brainsnn.engine import build_engine
from brainsnn.learning.antlr import AntlrBackprop, activation_based, timing_based
from brainsnn.learning.losses import SpikeCountLoss, SpikeLatencyLoss, SpikeLoss, SpikeTrainLoss
from brainsnn.network.network import Network
from brainsnn.network.neurons import Coefficients
from brainsnn.network.synapses import Normal, current

DATA = Path(__file__).parent / "data" / "antlr"
FILES = sorted(path.stem for path in DATA.glob("*.npz"))
POPULATIONS = ("input", "hidden", "output")
Numbers = dict[str, NDArray[np.float64]]
RULES = {"activation": activation_based, "timing": timing_based, "antlr": AntlrBackprop}


@pytest.fixture(params=FILES)
def oracle(request: pytest.FixtureRequest) -> tuple[str, Numbers]:
    with np.load(DATA / f"{request.param}.npz", allow_pickle=False) as file:
        return request.param, dict(file)


def network(numbers: Numbers) -> tuple[dict[str, int], Coefficients, Numbers]:
    """Sizes, coefficients, and weights with biases by our names."""
    sizes = dict(zip(POPULATIONS, numbers["sizes"].tolist(), strict=True))
    coefficients = Coefficients(float(numbers["alpha_i"]), float(numbers["alpha_v"]))
    weights = {"input_hidden": numbers["w0"].T, "hidden_output": numbers["w1"].T}
    biases = {"hidden.bias": numbers["b0"][None], "output.bias": numbers["b1"][None]}
    return sizes, coefficients.normalised(int(numbers["T"])), {**weights, **biases}


def loss_and_labels(name: str, numbers: Numbers) -> tuple[SpikeLoss, Any]:
    target = numbers["target"]
    if name.endswith("latency"):
        return SpikeLatencyLoss(), target.astype(np.int64)
    labels = np.arange(len(target))
    if name.endswith("count"):
        return SpikeCountLoss(target.sum(axis=1)), labels
    return SpikeTrainLoss(), trains(target > 0)


def test_scales_are_those_of_the_largest_kernel_value(oracle: tuple[str, Numbers]) -> None:
    _, numbers = oracle
    _, coefficients, _ = network(numbers)
    assert coefficients.beta_v == pytest.approx(float(numbers["beta_v"]), rel=1e-14)
    assert coefficients.beta_bias == coefficients.beta_v


def test_spikes_losses_and_gradients(oracle: tuple[str, Numbers]) -> None:
    name, numbers = oracle
    sizes, coefficients, weights = network(numbers)
    trials = [rasters(x > 0, weights, coefficients, sizes) for x in numbers["x"]]
    for k, layers in enumerate(trials):
        np.testing.assert_array_equal(layers[1], numbers["spikes0"][k])
        np.testing.assert_array_equal(layers[2], numbers["spikes1"][k])
    loss, labels = loss_and_labels(name, numbers)
    rule = RULES[name.split("_")[2]](loss, coefficients=coefficients)
    recorded = recording(trials, sizes)
    value = rule.loss(recorded, labels).mean()
    np.testing.assert_allclose(value, numbers["loss"], rtol=1e-9)
    wanted = {"input_hidden": "dw0", "hidden_output": "dw1", "hidden.bias": "db0"}
    wanted["output.bias"] = "db1"
    for key, gradient in rule.backward(recorded, weights, labels):
        found = np.zeros_like(weights[key])
        found[gradient.rows] = gradient.values / len(labels)
        reference = numbers[wanted.pop(key)].T
        scale = np.abs(reference).max()
        np.testing.assert_allclose(found.squeeze(), reference, rtol=1e-9, atol=1e-12 * scale)
    assert not wanted


@pytest.mark.parametrize("engine_name", engine_params())
def test_engines_give_the_same_spikes(engine_name: str) -> None:
    with np.load(DATA / "antlr_1_antlr_train.npz", allow_pickle=False) as file:
        numbers = dict(file)
    sizes, coefficients, weights = network(numbers)
    model = Network(
        sizes,
        coefficients.layers(len(sizes) - 1),
        synapse=current,
        initialiser=[Normal(), Normal()],
        name="oracle",
    )
    inputs = trains(numbers["x"] > 0)
    with build_engine(engine_name, model, inputs.n_steps + 2) as engine:
        engine.set_weights(weights)
        found = engine.run(inputs).to_frame()
    trials = [rasters(x > 0, weights, coefficients, sizes) for x in numbers["x"]]
    wanted = recording(trials, sizes).to_frame()
    last = inputs.n_steps + found["population"].cat.codes
    columns = ["trial", "population", "neuron", "step"]
    found = found[found["step"] < last].reset_index(drop=True)
    assert found[columns].astype(str).equals(wanted[columns].astype(str))
