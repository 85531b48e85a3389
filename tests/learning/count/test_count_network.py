"""Networks of counts do step by step what the equations say, and keep to their steps."""

from __future__ import annotations

import numpy as np
import pytest
from engines import usable_engines

from brainsnn.codes import BernoulliEncoder, RateDecoder
from brainsnn.engine import build_engine
from brainsnn.errors import ModelError
from brainsnn.learning.count import Count
from brainsnn.learning.count.counts import free_potential, recorded_counts
from brainsnn.learning.count.stretching import stretched
from brainsnn.network.network import Network
from brainsnn.network.neurons import counting
from brainsnn.network.synapses import FanInNormal
from brainsnn.streams import Streams

NOTATION, SIZES, T = "8-6-3", {"input": 8, "hidden1": 6, "output": 3}, 7


def by_equations(inputs, weights):
    """Spikes of each layer in T steps, a layer after the other, as the paper has them."""
    layers = [inputs]
    for name, bias in (("input_hidden1", "hidden1.v0"), ("hidden1_output", "output.v0")):
        potential = np.repeat(weights[bias], len(inputs), axis=0)
        out = np.zeros((len(inputs), T, potential.shape[1]))
        for t in range(T):
            potential = potential + layers[-1][:, t] @ weights[name]
            out[:, t] = potential >= 1
            potential = potential - out[:, t]
        layers.append(out)
    return layers


@pytest.mark.parametrize("engine_name", usable_engines())
def test_networks_follow_the_equations(engine_name):
    model, rng = (
        Network(NOTATION, counting(NOTATION, T), initialiser=FanInNormal(2.0), name="counts"),
        np.random.default_rng(0),
    )
    weights = model.draw_weights(Streams(1))
    weights["hidden1.v0"][:] = rng.normal(0, 2, (1, 6))
    values = rng.random((5, 8))
    trains = BernoulliEncoder(T, probability_max=1.0).encode(values, np.random.default_rng(3))
    raster = np.zeros((5, T, 8))
    raster[np.repeat(np.arange(5), np.diff(trains.offsets)), trains.step, trains.neuron] = 1
    with build_engine(engine_name, model, T + 2) as engine:
        engine.set_weights(weights)
        recording = engine.run(trains)
    counts = recorded_counts(recording)
    for onset, (name, wanted) in enumerate(zip(SIZES, by_equations(raster, weights), strict=True)):
        mine = recording.population == recording.code(name)
        found = np.zeros_like(wanted)
        found[recording.trial[mine], recording.step[mine] - onset, recording.neuron[mine]] = 1
        np.testing.assert_array_equal(found, wanted)
    received = free_potential(recording, "hidden1", counts["hidden1"], 1.0)
    wanted = counts["input"] @ weights["input_hidden1"] + weights["hidden1.v0"]
    np.testing.assert_allclose(received, wanted, atol=1e-9)


def test_no_neuron_spikes_more_than_t_times():
    model = Network(NOTATION, counting(NOTATION, T), initialiser=FanInNormal(0.7), name="counts")
    weights = {name: np.full(shape, 9.0) for name, shape in model.shapes.items()}
    trains = BernoulliEncoder(T, probability_max=1.0).encode(np.ones((1, 8)))
    with build_engine("runtime", model, T + 2) as engine:
        engine.set_weights(weights)
        counts = recorded_counts(engine.run(trains))
    assert {name: table.tolist() for name, table in counts.items()} == {
        name: [[T] * size] for name, size in SIZES.items()
    }


def test_the_rule_takes_the_models_connections():
    model = Network(NOTATION, counting(NOTATION, T), initialiser=FanInNormal(0.7), name="counts")
    rule = Count().bind(model, RateDecoder(), T + 2)
    assert (rule.n_steps, rule.threshold) == (T, 1.0)
    assert list(rule.chain) == ["input_hidden1", "hidden1_output"]


@pytest.mark.parametrize("settings", [{"n_steps": 0}, {"threshold": 0.0}])
def test_impossible_networks_are_refused(settings):
    with pytest.raises(ModelError, match="n_steps of 1 or more"):
        counting(NOTATION, **{"n_steps": T, **settings})


@pytest.mark.parametrize("engine_name", usable_engines())
def test_images_pass_through_convolutions_and_pooling_as_the_rule_has_it(engine_name):
    """What neurons received, by the engine, is what the rule's connections make of counts."""
    model = Network(
        "7x5x2-3c2-2a-4-2",
        counting("7x5x2-3c2-2a-4-2", T),
        initialiser=FanInNormal(2.0),
        name="images",
    )
    weights = model.draw_weights(Streams(2))
    trains = BernoulliEncoder(T, probability_max=1.0).encode(
        np.random.default_rng(1).random((3, 70)), np.random.default_rng(3)
    )
    with build_engine(engine_name, model, T + 4) as engine:
        if engine_name == "genn":
            pytest.skip("GeNN takes all-to-all connections")
        engine.set_weights(weights)
        recording = engine.run(trains)
    counts, chain = (
        recorded_counts(recording),
        Count().bind(model, RateDecoder(), T + 4).chain,
    )
    assert "pool1.v0" not in weights
    for connection in model.connections:
        target = connection.target
        found = free_potential(recording, target, counts[target], 1.0)
        arrived = chain[connection.name].forward(
            counts[connection.source], weights.get(connection.name)
        )
        np.testing.assert_allclose(found, arrived + weights.get(f"{target}.v0", 0.5), atol=1e-9)
        assert counts[target].any()


def test_longer_trials_make_the_same_decisions_with_larger_biases():
    weights = {"a_b": np.array([[0.5, -0.25]]), "b.v0": np.array([0.5, 0.75])}
    longer = stretched(weights, ratio=4.0)
    assert longer["a_b"] is weights["a_b"]
    assert longer["b.v0"].tolist() == [0.5, 1.5]
    received = [
        2 * weights["a_b"] + weights["b.v0"] - 0.5,
        8 * longer["a_b"] + longer["b.v0"] - 0.5,
    ]
    np.testing.assert_allclose(4 * received[0], received[1])
