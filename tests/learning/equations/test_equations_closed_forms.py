"""Rules with gradients worked out by hand: the derived gradient of the same strings is theirs."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.engine import build_engine
from brainsnn.engine.runtime import runtime_device
from brainsnn.learning.antlr import activation_based
from brainsnn.learning.antlr.trials import output_raster
from brainsnn.learning.equations import Spike, derive
from brainsnn.learning.losses import SpikeCountLoss
from brainsnn.network.build import build
from brainsnn.network.names import ParameterName
from brainsnn.network.network import Network
from brainsnn.network.neurons import Coefficients
from brainsnn.network.synapses import Normal, current
from brainsnn.spikes import SpikeTrains

COEFFICIENTS = Coefficients(0.8, 0.9, 1.3, 0.3, 0.7, 0.9)
SIZES, STEPS, TRIALS = {"input": 12, "hidden": 15, "output": 4}, 30, 6
LAYERS = len(SIZES) - 1


@pytest.mark.parametrize("attached", [False, True], ids=["reset detached", "reset followed"])
def test_activation_based_gradients_of_current_based_neurons(attached: bool) -> None:
    rng = np.random.default_rng(3)
    model = Network(
        SIZES,
        COEFFICIENTS.layers(len(SIZES) - 1),
        synapse=current,
        initialiser=[Normal(0.4, 0.5)] * LAYERS,
        name="chain",
    )
    weights = {
        name: rng.normal(0.4, 0.5, shape)
        if not ParameterName.read(name)
        else rng.normal(0.02, 0.02, shape)
        for name, shape in model.shapes.items()
    }
    raster = rng.random((STEPS, TRIALS, SIZES["input"])) < 0.1
    trial, step, neuron = np.nonzero(np.moveaxis(raster, 1, 0))
    offsets = np.searchsorted(trial, np.arange(TRIALS + 1))
    inputs = SpikeTrains(SIZES["input"], STEPS, offsets, neuron, step)
    labels = rng.integers(4, size=TRIALS)
    with build_engine("runtime", model, STEPS + LAYERS) as engine:
        engine.set_weights(weights)
        recording = engine.run(inputs)
    loss = SpikeCountLoss(1 + 3 * np.eye(4))
    rule = activation_based(loss, coefficients=COEFFICIENTS, reset_path=attached)
    slope = Spike("exp(-3*abs(_g))", attached=attached)
    with runtime_device("numpy"):
        network = build(model).network
        trained = {"hidden": "bias", "output": "bias", "input_hidden": "w", "hidden_output": "w"}
        derived = derive(network, trained, spike=slope)
    for name, values in weights.items():
        key = ParameterName.read(name) or (name, "w")
        derived.values(key)[...] = values.ravel()  # type: ignore[arg-type]
    given = np.zeros((STEPS + LAYERS, TRIALS, SIZES["input"]))
    given[:STEPS] = raster
    trace = derived.run({"input": given}, STEPS + LAYERS)
    assert trace.spikes["output"].sum() == recording.counts("output").sum() > TRIALS
    wanted = np.zeros_like(trace.spikes["output"])
    by_output = loss.activation(output_raster(recording), labels)
    wanted[LAYERS:] = np.moveaxis(by_output, 1, 0)
    found = derived.gradient(trace, {"output": wanted})
    for name, gradient in rule.backward(recording, weights, labels):
        key = ParameterName.read(name) or (name, "w")
        theirs = np.zeros(model.shapes[name])
        theirs[gradient.rows] = gradient.values
        mine = found[key].reshape(theirs.shape)  # type: ignore[index]
        assert np.abs(mine - theirs).max() <= 1e-10 * np.abs(theirs).max() > 0, name
