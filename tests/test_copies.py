"""What a user holds can be copied and pickled, and is the same afterwards."""

import copy
import pickle

import numpy as np
import pytest
from registries import SYNAPSES

import brainsnn as bs
import brainsnn.training
from brainsnn.codes import DECODERS, ENCODERS
from brainsnn.learning.rules import RULES
from brainsnn.network.network import Network
from brainsnn.network.neurons import NEURONS, counting
from brainsnn.network.synapses import FanInNormal
from brainsnn.spikes import Recording

WAYS = {
    "pickled": lambda value: pickle.loads(pickle.dumps(value)),
    "copied": copy.copy,
    "copied deeply": copy.deepcopy,
}
THINGS = {
    **{f"neuron {name}": neuron for name, neuron in NEURONS.items()},
    **{f"synapse {name}": synapse for name, synapse in SYNAPSES.items()},
    **{f"encoder {name}": encoder() for name, encoder in ENCODERS.items()},
    **{f"decoder {name}": decoder() for name, decoder in DECODERS.items()},
    **{f"rule {name}": rule.model_validate({}) for name, rule in RULES.items()},
    "network": Network(
        "8x8-3c3-2a-10", counting("8x8-3c3-2a-10", 20), initialiser=FanInNormal(0.7), name="cnn"
    ),
    "network of one's own neuron": Network(
        "4-3-2",
        bs.Neuron("v : 1", "v > 1", "v = 0", {}, {"v": "0.5"}),
        initialiser=FanInNormal(),
        name="mine",
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("thing", THINGS)
def test_descriptions_are_equal_afterwards(thing, way):
    assert WAYS[way](THINGS[thing]) == THINGS[thing]


@pytest.mark.parametrize("way", WAYS)
def test_spikes_are_equal_afterwards(way):
    trains = bs.SpikeTrains.from_first_steps(np.array([[1, 3], [0, 9]]), 5)
    recording = Recording(
        {"input": 2},
        5,
        1e-3,
        trains.offsets,
        np.zeros(3, np.int32),
        trains.neuron,
        trains.step,
        np.zeros(3),
    )
    for value in (trains, recording):
        other = WAYS[way](value)
        for name in ("offsets", "neuron", "step"):
            np.testing.assert_array_equal(getattr(other, name), getattr(value, name))


@pytest.mark.parametrize("way", ["pickled", "copied deeply"])
def test_streams_go_on_where_they_were(way):
    streams = bs.Streams(3)
    streams["order"].random(5)
    other = WAYS[way](streams)
    assert other["order"].random() == streams["order"].random()
    assert other["weights"].random() == streams["weights"].random()
