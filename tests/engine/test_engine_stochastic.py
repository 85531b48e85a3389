"""Networks that draw random numbers: on every engine, spikes of the same distribution.

Numbers drawn inside a network differ between engines, so counts of spikes are compared, each test
at five standard deviations: a false alarm in less than one of a million runs.
"""

from __future__ import annotations

import numpy as np
import pytest
from engine.scenarios import N_STEPS
from engines import engine_params

from brainsnn.engine import build_engine
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

N_NEURONS, N_TRIALS, SIGMAS = 200, 20, 5

coin = Neuron("v : 1", threshold="rand() < 0.2", reset="v = 0", name="coin")
walker = Neuron(
    "dv/dt = -v / (5*ms) + 0.4*xi*(5*ms)**-0.5 : 1",
    threshold="v > 1",
    reset="v = 0",
    method="euler",
    name="walker",
)
jumper = Neuron("v : 1", threshold="v + 0.5*randn() > 1", reset="v = 0", name="jumper")


def counts(engine_name: str, neuron: Neuron, seed: int) -> np.ndarray:
    """Spikes of each neuron in each trial; half of the neurons get input at every step."""
    model: Model = Network(
        {"input": 1, "output": N_NEURONS}, neuron, initialiser=[Uniform()], name="noisy"
    )
    step = np.tile(np.arange(N_STEPS), N_TRIALS)
    offsets = np.arange(N_TRIALS + 1) * N_STEPS
    inputs = SpikeTrains(1, N_STEPS, offsets, np.zeros_like(step), step)
    with build_engine(engine_name, model, N_STEPS, Streams(seed)) as engine:
        engine.set_weights({"input_output": np.repeat([[0.0, 0.3]], N_NEURONS // 2, axis=1)})
        return engine.run(inputs).counts("output").astype(float)


@pytest.mark.parametrize("engine_name", engine_params())
def test_chances_are_those_of_the_condition(engine_name):
    drawn = counts(engine_name, coin, 1)
    n, p = drawn.size * N_STEPS, 0.2
    assert abs(drawn.sum() - n * p) < SIGMAS * np.sqrt(n * p * (1 - p))
    assert len({tuple(trial) for trial in drawn}) == N_TRIALS


@pytest.mark.parametrize("neuron", [walker, jumper], ids=lambda n: n.name)
@pytest.mark.parametrize("engine_name", engine_params("runtime"))
def test_distributions_are_those_of_the_reference(engine_name, neuron):
    ours, reference = counts(engine_name, neuron, 1), counts("runtime", neuron, 2)
    for half in (slice(None, N_NEURONS // 2), slice(N_NEURONS // 2, None)):
        a, b = ours[:, half].ravel(), reference[:, half].ravel()
        assert b.var() > 0
        for power in (1, 2):
            error = np.sqrt((a**power).var() / a.size + (b**power).var() / b.size)
            assert abs((a**power).mean() - (b**power).mean()) < SIGMAS * error
