"""Every neuron and synapse that is offered runs alike on every engine."""

import numpy as np
import pytest
from engines import usable_engines
from registries import SYNAPSES

from brainsnn.engine import build_engine
from brainsnn.network.network import Network
from brainsnn.network.neurons import NEURONS
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

N_STEPS = 30


def a_neuron_for(synapse):
    """The first neuron that has the variable to which the synapse adds."""
    variable = SYNAPSES[synapse].on_pre.partition("_post")[0]
    return next(n for n in NEURONS if f"{variable} " in NEURONS[n].equations.replace("/dt", " "))


PAIRS = {(neuron, "instantaneous") for neuron in NEURONS}
PAIRS |= {(a_neuron_for(synapse), synapse) for synapse in SYNAPSES}


def record(engine_name, neuron, synapse):
    sizes = {"input": 12, "output": 6}
    model = Network(
        sizes, NEURONS[neuron], synapse=SYNAPSES[synapse], initialiser=[Uniform(0, 40)], name="one"
    )
    steps = np.random.default_rng(1).integers(0, N_STEPS, (3, sizes["input"]))
    with build_engine(engine_name, model, N_STEPS) as engine:
        engine.set_weights(model.draw_weights(Streams(1)))
        return engine.run(SpikeTrains.from_first_steps(steps, N_STEPS)).to_frame()


@pytest.mark.parametrize(("neuron", "synapse"), sorted(PAIRS))
def test_engines_agree(neuron, synapse):
    frames = {name: record(name, neuron, synapse) for name in usable_engines()}
    expected = frames.pop("runtime")
    assert (expected["population"] == "output").any()
    for name, frame in frames.items():
        same = ["trial", "population", "neuron", "step"]
        assert frame[same].equals(expected[same]), name
        np.testing.assert_allclose(frame["potential"], expected["potential"], rtol=1e-12)


@pytest.mark.parametrize("registry", [NEURONS, SYNAPSES], ids=["neurons", "synapses"])
def test_each_says_what_it_is(registry):
    for name, entry in registry.items():
        assert entry.name == name
        assert entry.summary
        assert entry.citation
