"""Networks that every engine must run alike. To add one: append a `Scenario` to `SCENARIOS`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from brian2 import ms
from numpy.typing import NDArray

from brainsnn.network.connectivity import AveragePooling, Convolution
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.names import ParameterName
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron, integrate_and_fire_once
from brainsnn.network.synapses import FanInNormal, Normal, SynapseModel, Uniform
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

N_STEPS = 40


@dataclass(frozen=True)
class Scenario:
    """A model, and how its inputs are drawn."""

    name: str
    model: Model
    n_trials: int = 4

    def weights(self) -> dict[str, NDArray[np.float64]]:
        weights, rng = self.model.draw_weights(Streams(7)), np.random.default_rng(5)
        for name in (name for name in weights if ParameterName.read(name)):
            weights[name] += rng.uniform(0, 0.1, weights[name].shape)
        return weights

    def inputs(self, seed: int = 3) -> SpikeTrains:
        rng = np.random.default_rng(seed)
        size = self.model.inputs[0].size
        steps = rng.integers(0, int(1.3 * N_STEPS), (self.n_trials, size))
        return SpikeTrains.from_first_steps(steps, N_STEPS)


leaky = Neuron(
    "dv/dt = -v / (10*ms) : 1",
    threshold="v > 1",
    reset="v = 0",
    method="exact",
    name="leaky",
)
current_based = Neuron(
    """
    dv/dt = (current - v) / tau_v : volt
    dcurrent/dt = -current / (4*ms) : volt
    tau_v : second (shared, constant)
    """,
    threshold="v > 10*mV",
    reset="v -= 10*mV",
    parameters={"tau_v": 12 * ms},
    method="exact",
    name="current_based",
)
refractory = Neuron(
    "dv/dt = -v / (10*ms) : 1 (unless refractory)",
    threshold="v > 0.5",
    reset="v = 0",
    refractory="3*ms",
    method="exact",
    name="refractory",
)
primed = Neuron(
    "v : 1\nbias : 1 (constant)",
    threshold="v > 1",
    reset="v -= 1",
    parameters={"bias": 0.25},
    initial={"v": "bias + 0.01*i"},
    name="primed",
)
learned = Neuron(
    "v : 1\nv0 : 1 (constant)\nleak : 1 (constant)\nstart = 2*v0 : 1",
    threshold="v > 1",
    reset="v -= 1 - leak",
    parameters={"v0": 0.1, "leak": 0.05},
    initial={"v": "start + 0.01*i"},
    trainable=("v0", "leak"),
    name="learned",
)
countdown = Neuron("v : 1", threshold="v > 1", reset="v -= 1", name="countdown")
sliding = Neuron("v : 1", threshold="v > 3 - t/(20*ms)", reset="v = 0", name="sliding")
millivolts = SynapseModel("millivolts", "w : 1", on_pre="current_post += w*mV")
halved = SynapseModel("halved", on_pre="v_post += 0.5*w")
once = integrate_and_fire_once


def _recurrent() -> Model:
    pool, out = Population("pool", 9, leaky), Population("out", 4, leaky)
    connections = (
        Connection("drive", "input", "pool", initialiser=Uniform(0, 0.8)),
        Connection("echo", "pool", "pool", initialiser=Normal(0, 0.2), delay=2),
        Connection("read", "pool", "out", initialiser=Uniform(0, 0.4), delay=5),
    )
    return Model("recurrent", (Population("input", 12), pool, out), connections)


def _images() -> Model:
    """Convolutions and poolings side by side and behind each other, with delays and a loop."""
    first, wide = Convolution(6, 8, 2, 3, 5), Convolution(6, 8, 2, 6, 3)
    mean, whole = AveragePooling(4, 6, 5, 2), AveragePooling(4, 6, 5, 1)
    deep, same = Convolution(2, 3, 5, 2, 20), Convolution(1, 2, 20, 1, 20)
    parts = {"first": first, "wide": wide, "mean": mean, "whole": whole, "deep": deep}
    populations = [Population("input", 96)]
    populations += [Population(k, s.n_target, countdown) for k, s in parts.items()]
    some, strong = FanInNormal(3.0), FanInNormal(4.0)
    connections = (
        Connection("a", "input", "first", connectivity=first, initialiser=Uniform(-0.3, 0.9)),
        Connection("b", "input", "wide", connectivity=wide, initialiser=some, delay=3),
        Connection("c", "first", "mean", connectivity=mean),
        Connection("d", "first", "whole", connectivity=whole, delay=1),
        Connection("e", "mean", "deep", connectivity=deep, initialiser=strong),
        Connection("f", "deep", "deep", connectivity=same, initialiser=FanInNormal(0.3), delay=2),
        Connection("g", "deep", "output", initialiser=Uniform(0, 0.9)),
        Connection("h", "whole", "output", initialiser=Normal(0, 0.3)),
    )
    return Model("images", (*populations, Population("output", 4, countdown)), connections)


def _images_with_units() -> Model:
    first = Convolution(5, 4, 1, 2, 9)
    mean = AveragePooling(4, 3, 9, 1)
    populations = (
        Population("input", 20),
        Population("first", first.n_target, current_based),
        Population("mean", mean.n_target, leaky),
    )
    connections = (
        Connection("a", "input", "first", millivolts, Uniform(0, 40), connectivity=first),
        Connection("b", "first", "mean", halved, connectivity=mean),
    )
    return Model("images_with_units", populations, connections)


SCENARIOS = [
    Scenario(
        "one_spike_each",
        Network(
            {"input": 20, "hidden": 101, "output": 3},
            once,
            initialiser=[Uniform(0, 30), Uniform(0, 9)],
            name="once",
        ),
    ),
    Scenario(
        "three_layers",
        Network(
            {"input": 15, "first": 8, "second": 8, "output": 3},
            once,
            initialiser=[Uniform(-10, 40), Uniform(-20, 60), Uniform(0, 60)],
            name="deep",
        ),
    ),
    Scenario(
        "leaky_reset_to_zero",
        Network({"input": 20, "output": 10}, leaky, initialiser=[Uniform(0, 0.7)], name="leaky"),
    ),
    Scenario(
        "current_based_with_units",
        Network(
            {"input": 20, "output": 10},
            current_based,
            synapse=millivolts,
            initialiser=[Uniform(0, 40)],
            name="current",
        ),
    ),
    Scenario(
        "refractory",
        Network(
            {"input": 30, "output": 6}, refractory, initialiser=[Uniform(0, 0.6)], name="refractory"
        ),
    ),
    Scenario(
        "initial_values_and_parameters_per_neuron",
        Network({"input": 10, "output": 7}, primed, initialiser=[Uniform(0, 0.5)], name="primed"),
    ),
    Scenario("recurrent_with_delays", _recurrent()),
    Scenario("convolution_and_pooling", _images()),
    Scenario("convolution_and_pooling_with_units", _images_with_units()),
    Scenario(
        "one_input_spike_makes_many",
        Network(
            {"input": 6, "hidden": 5, "output": 3},
            countdown,
            initialiser=[Uniform(0, 6), Uniform(0, 2)],
            name="countdown",
        ),
    ),
    Scenario(
        "a_threshold_that_falls_by_itself",
        Network({"input": 8, "output": 4}, sliding, initialiser=[Uniform(0, 0.8)], name="sliding"),
    ),
    Scenario(
        "initial_values_and_parameters_that_are_learned",
        Network(
            {"input": 10, "hidden": 5, "output": 7},
            learned,
            initialiser=[Uniform(0, 0.5), Uniform(0, 0.4)],
            name="learned",
        ),
    ),
]
