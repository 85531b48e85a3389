"""Digits learned without labels: what is shown, what learns, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.engine import build_engine
from brainsnn.errors import ConfigError, DataError
from brainsnn.experiment import TrainedNetwork
from brainsnn.learning.local import TripletSTDP
from brainsnn.protocols.stdp.mnist import PROTOCOL, PoissonImages
from brainsnn.protocols.stdp.portions import Portions
from brainsnn.protocols.stdp.rule import DigitSTDP
from brainsnn.spikes import SpikeTrains

LITTLE = (
    *("engine=runtime", "seeds=1", "sizes=[10]", "portion=4", "labelled=6", "validated=2"),
    *("data.n_train=6", "data.n_test=5", "images.duration=10", "training.epochs=2"),
)


def little(*more: str):
    return apply_overrides(PROTOCOL.config(), [*LITTLE, *more])


@pytest.mark.parametrize("votes", ["own", "all"])
def test_nothing_learns_while_neurons_are_labelled_and_tried(votes):
    config = little(f"votes={votes}")
    network = TrainedNetwork(PROTOCOL, PROTOCOL.conditions(config)[0])
    before = {name: array.copy() for name, array in network.engine.weights.items()}
    PROTOCOL.decided(network, network.material.validation, "labelled")
    assert network.decoder.votes == votes
    for name, array in before.items():
        np.testing.assert_array_equal(network.engine.weights[name], array)
    np.testing.assert_allclose(before["input_output"].sum(axis=0), 78, rtol=0.1)


def test_all_images_have_the_same_rate_in_sum():
    images = np.zeros((2, 4, 4), np.uint8)
    images[0, 0] = 255
    images[1] = 10
    spikes = PoissonImages(duration=4000, total=1000).encode(images, 1, np.random.default_rng(1))
    counts = np.diff(spikes.offsets)
    assert abs(counts - 4000).max() < 5 * 4000**0.5
    assert set(spikes.neuron[: counts[0]]) == {0, 1, 2, 3}


def test_each_epoch_shows_the_next_images():
    asked = []

    def encode(epoch, images):
        asked.append((epoch, images.tolist()))
        return SpikeTrains.from_first_steps(np.zeros((images.size, 1), np.int64), 2)

    portions = Portions(np.array([3, 1, 4, 1, 5]), 2, encode)
    assert portions.epoch(2).labels.tolist() == [5, 3]
    trials, index = portions.epoch(1).block(np.array([1, 0]))
    assert (trials.labels.tolist(), index.tolist()) == ([1, 4], [0, 1])
    assert portions.plain().labels.tolist() == [3, 1]
    assert asked == [(1, [3, 2]), (None, [0, 1])]
    with pytest.raises(DataError, match="1 to 5 images, not 6"):
        Portions(np.arange(5), 6, encode)


def test_fewer_neurons_than_classes_are_refused():
    with pytest.raises(ConfigError, match="sizes"):
        little("sizes=[9]")


def test_traces_in_the_neurons_say_what_four_traces_a_synapse_do():
    """But for Euler's decay of the neurons' traces, and depression by spikes of one step."""
    times = {"tau_plus": "20*ms", "tau_minus": "20*ms", "tau_y": "40*ms"}
    none = {"A2_plus": 0, "A2_minus": 0, "A3_minus": 0}
    rules = (
        DigitSTDP(eta_plus=0.1, eta_minus=0, normalise=30.0),
        TripletSTDP(**none, A3_plus=0.1, **times, pairing="nearest", normalise=30.0),
    )
    network, found = PROTOCOL.config().network, []
    rng = np.random.default_rng(2)
    inputs = PoissonImages(duration=60, total=9000).encode(
        rng.integers(0, 255, (1, 60), np.uint8), 0.5, rng
    )
    first = rng.random((60, 3))
    for rule in rules:
        with build_engine("runtime", network.model("digits", 60, 3, rule), 120) as engine:
            weights = engine.model.start_weights()
            weights["input_output"][...] = first
            engine.set_weights(weights)
            engine.run(inputs)
            found.append(engine.weights["input_output"].copy())
    assert (found[0] - first > 0.1).any()
    np.testing.assert_allclose(found[0], found[1], rtol=5e-3)
