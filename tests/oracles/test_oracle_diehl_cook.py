"""Diehl and Cook's network in small: four digits, learned without labels, spike for spike.

Made by others (`data/local/diehl_cook.npz`), in Brian2's default order of a step. In ours the
events of a step are carried out at the begin of the next, so a trial has one step more, in which
only theta's decay is too much.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from learning.local.given_spikes import trains

from brainsnn.engine import build_engine
from brainsnn.learning.local import TripletSTDP
from brainsnn.learning.local.weights import normalise
from brainsnn.network.connectivity import AllToOthers, OneToOne
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel

DATA = Path(__file__).parent / "data" / "local" / "diehl_cook.npz"
N_STEPS, DT, SUM = 700, 0.5e-3, 78.0
THETA_A_STEP = 1 - 0.5 / 1e7

excitatory = Neuron(
    """
    dv/dt = ((-65 - v) + ge*(0 - v) + gi*(-100 - v)) / (100*ms) : 1 (unless refractory)
    dge/dt = -ge / (1*ms) : 1
    dgi/dt = -gi / (2*ms) : 1
    dtheta/dt = -theta / (1e7*ms) : 1
    """,
    threshold="v > -72 + theta",
    reset="v = -65; theta += 0.05",
    refractory="5*ms",
    initial={"v": -65.0, "theta": 20.0},
    plastic=("theta",),
    method="euler",
    name="excitatory",
)
inhibitory = Neuron(
    """
    dv/dt = ((-60 - v) + ge*(0 - v)) / (10*ms) : 1 (unless refractory)
    dge/dt = -ge / (1*ms) : 1
    """,
    threshold="v > -40",
    reset="v = -45",
    refractory="2*ms",
    initial={"v": -60.0},
    method="euler",
    name="inhibitory",
)
onto_ge = SynapseModel("onto_ge", on_pre="ge_post += w")
onto_gi = SynapseModel("onto_gi", on_pre="gi_post += w")


def network(n: int) -> Model:
    plain = Network(dt=DT, name="diehl_cook")
    plain.add("input", 784)
    plain.add("inhibitory", n, inhibitory)
    plain.add("output", n, excitatory)
    plain.connect("input", "output", synapse=onto_ge)
    plain.connect("output", "inhibitory", OneToOne(), synapse=onto_ge)
    plain.connect("inhibitory", "output", AllToOthers(), synapse=onto_gi)
    rule = TripletSTDP(
        A2_plus=0,
        A3_plus=1e-2,
        A2_minus=1e-4,
        A3_minus=0,
        tau_plus="20*ms",
        tau_minus="20*ms",
        tau_y="40*ms",
        pairing="nearest",
    )
    return rule.augment(plain)


def test_four_digits() -> None:
    with np.load(DATA, allow_pickle=False) as file:
        data: dict[str, Any] = dict(file)
    with build_engine("runtime", network(20), N_STEPS + 1) as engine:
        weights = engine.weights
        start = engine.model.start_weights()
        start["input_output"][...] = data["w0"]
        start["output_inhibitory"][...] = 10.4
        start["inhibitory_output"][...] = 17.0
        engine.set_weights(start)
        for k in range(4):
            mine = data["in_image"] == k
            inputs = trains(784, N_STEPS + 1, data["in_step"][mine], data["in_neuron"][mine])
            recording = engine.run(inputs)
            spiked = recording.population == recording.code("output")
            wanted = data["out_image"] == k
            np.testing.assert_array_equal(recording.step[spiked], data["out_step"][wanted])
            np.testing.assert_array_equal(recording.neuron[spiked], data["out_neuron"][wanted])
            weights["output.theta"][...] /= THETA_A_STEP
            np.testing.assert_allclose(weights["output.theta"][0], data["theta"][k], rtol=1e-12)
            normalise(weights["input_output"], SUM)
            after = data["w_after"].tolist()
            if k + 1 in after:
                wanted_w = data["w"][after.index(k + 1)]
                np.testing.assert_allclose(weights["input_output"], wanted_w, rtol=0, atol=1e-12)
