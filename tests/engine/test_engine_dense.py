"""All-to-all synapses keep no list of where they lead from and to, unless something reads it."""

from __future__ import annotations

import numpy as np
from engine.scenarios import N_STEPS

from brainsnn.engine import ResidentEngine, RuntimeEngine
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel
from brainsnn.spikes import SpikeTrains

NEURON = Neuron("v : 1\ninto : 1", "v + into > 1", "v = 0", name="driven")
GRADED = SynapseModel(
    "graded", "w : 1\ncount : 1\ninto_post = w*v_pre : 1 (summed)", on_pre="count += 1"
)
MODEL = Model(
    "graded",
    (Population("input", 4), Population("a", 3, NEURON), Population("b", 2, NEURON)),
    (Connection("first", "input", "a"), Connection("second", "a", "b", GRADED)),
)


def sizes(engine, connection):
    """Numbers of sources, targets and weights that a library keeps of a connection."""
    library = engine._libraries[0]
    names = ("_synaptic_pre", "_synaptic_post", "w")
    return [library.view(library.find(connection, name)).size for name in names]


def test_lists_are_made_only_where_they_are_read():
    with ResidentEngine(MODEL, N_STEPS) as engine:
        assert sizes(engine, "first") == [0, 0, 12]
        assert sizes(engine, "second") == [6, 6, 6]
        library = engine._libraries[0]
        view = {k: library.view(library.find("second", k)) for k in ("N_outgoing", "N_incoming")}
        np.testing.assert_array_equal(view["N_outgoing"], [2, 2, 2])
        np.testing.assert_array_equal(view["N_incoming"], [3, 3])


def test_spikes_are_those_of_the_runtime_engine():
    inputs = SpikeTrains.from_first_steps(np.arange(8).reshape(2, 4), N_STEPS)
    rng, steps = np.random.default_rng(1), []
    weights = {name: rng.uniform(0.2, 0.9, shape) for name, shape in MODEL.shapes.items()}
    for kind in (RuntimeEngine, ResidentEngine):
        with kind(MODEL, N_STEPS) as engine:
            engine.set_weights(weights)
            recording = engine.run(inputs)
            steps.append([recording.population, recording.neuron, recording.step])
    assert (steps[0][0] == 2).any()
    np.testing.assert_array_equal(*steps)
