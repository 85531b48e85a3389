"""A neuron that learns a repeating pattern, spike for spike.

Made by others (`data/local/pattern.npz`), a spike and a synapse at a time. In ours the events of a
step are carried out at the begin of the next, so a trial has one step more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from learning.local.given_spikes import trains

from brainsnn.engine import build_engine
from brainsnn.protocols.stdp.pattern import PROTOCOL
from brainsnn.protocols.stdp.pattern_network import PatternNetwork

DATA = Path(__file__).parent / "data" / "local" / "pattern.npz"
N_STEPS = 6000


def test_spikes_and_weights_of_a_neuron_that_finds_a_pattern() -> None:
    with np.load(DATA, allow_pickle=False) as file:
        data: dict[str, Any] = dict(file)
    rule = PROTOCOL.config().rule.model_copy(update={"A_minus": 0.9 * 0.03125})
    plan = PatternNetwork(inputs=200, threshold=float(data["threshold"]), refractory=10, dt=1)
    with build_engine("runtime", plan.model("pattern", rule), N_STEPS + 1) as engine:
        weights = engine.model.start_weights()
        weights["input_output"][...] = data["w0"][:, None]
        engine.set_weights(weights)
        found = engine.run(trains(200, N_STEPS + 1, data["in_step"], data["in_neuron"]))
        spiked = found.population == found.code("output")
        np.testing.assert_array_equal(found.step[spiked], data["post_step"])
        learned = engine.weights["input_output"][:, 0]
        np.testing.assert_allclose(learned, data["w"], rtol=0, atol=1e-12)
