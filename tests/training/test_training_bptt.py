"""Neurons that no rule was derived for by hand learn by gradients of their equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from brainsnn.codes import FirstSpikeDecoder, RateDecoder
from brainsnn.engine import build_engine
from brainsnn.errors import RuleError
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.network.connectivity import OneToOne
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron, integrate_and_fire_subtractive
from brainsnn.network.synapses import Normal
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig
from brainsnn.training.bptt import BPTT

N_STEPS, N_TRIALS = 24, 120

ADAPTIVE = Neuron(
    """
    dv/dt = -v / (10*ms) : 1
    da/dt = -a / tau_a : 1
    tau_a : second (constant)
    beta : 1 (constant)
    """,
    threshold="v > 1 + beta*a",
    reset="v -= 1; a += 1",
    parameters={"tau_a": "50*ms", "beta": 0.2},
    trainable=("beta",),
    method="exact",
    name="adaptive",
)
POPULATIONS = (
    Population("input", 10),
    Population("hidden", 16, ADAPTIVE),
    Population("output", 2, ADAPTIVE),
)
CONNECTIONS = (
    Connection("input_hidden", "input", "hidden", initialiser=Normal(0.1, 0.4)),
    Connection("again", "hidden", "hidden", initialiser=Normal(0, 0.2), delay=2),
    Connection("hidden_output", "hidden", "output", initialiser=Normal(0.1, 0.3)),
)
MODEL = Model("adaptive, recurrent", POPULATIONS, CONNECTIONS)


def trials() -> LabelledTrials:
    """Class 0 comes from the left, class 1 from the right, a little later or earlier."""
    rng = np.random.default_rng(1)
    labels = np.arange(N_TRIALS) % 2
    steps = np.tile(np.arange(10), (N_TRIALS, 1))
    steps[labels == 1] = steps[labels == 1, ::-1]
    steps = steps + rng.integers(0, 4, steps.shape)
    return LabelledTrials(SpikeTrains.from_first_steps(steps, N_STEPS), labels)


def test_adaptive_recurrent_neurons_learn_by_their_equations() -> None:
    shown, streams = trials(), Streams(2)
    config = TrainingConfig(
        epochs=12, batch_size=20, update="simultaneous", optimiser=AdamConfig(), monitor="loss"
    )
    rule = BPTT().bind(MODEL, RateDecoder(), N_STEPS)
    with build_engine("resident", MODEL, N_STEPS, streams) as engine:
        engine.set_weights(MODEL.draw_weights(streams))
        recording = engine.run(shown.inputs)
        assert (
            dict(rule.backward(recording, engine.weights, shown.labels)).keys()
            == MODEL.shapes.keys()
        )
        ran = rule.compiled.run({"input": _inputs(shown)}, N_STEPS)
        for name in ("hidden", "output"):
            counts = ran.raster(name).sum(axis=0)
            np.testing.assert_array_equal(counts, recording.counts(name))
            assert counts.any()
        trainer = Trainer(engine, rule, RateDecoder(), config, 0.02, streams)
        metrics = trainer.fit(shown).metrics
    assert metrics["train_accuracy"].iloc[-1] > 0.95 > metrics["train_accuracy"].iloc[0]


def _inputs(shown: LabelledTrials) -> np.ndarray:
    raster = np.zeros((N_STEPS, N_TRIALS, 10))
    trial, neuron = np.indices((N_TRIALS, 10))
    raster[shown.inputs.first_steps(), trial, neuron] = 1
    return raster


def with_neuron(**changes: object) -> Model:
    """The network with another neuron in its output population."""
    last = replace(POPULATIONS[-1], neuron=replace(ADAPTIVE, **changes))
    return replace(MODEL, populations=(*POPULATIONS[:-1], last))


def test_what_has_no_derivative_is_refused() -> None:
    def refused(model: Model, message: str) -> None:
        with pytest.raises(RuleError, match=message):
            BPTT().bind(model, RateDecoder(), N_STEPS)

    one = replace(CONNECTIONS[1], connectivity=OneToOne())
    refused(
        replace(MODEL, connections=(CONNECTIONS[0], one, CONNECTIONS[2])),
        "Connection 'again'.*all-to-all connections, not one_to_one",
    )
    refused(with_neuron(threshold="v > 1 + rand()"), "'output'.*draw random numbers")
    begun = replace(POPULATIONS[-1], neuron=integrate_and_fire_subtractive)
    refused(replace(MODEL, populations=(*POPULATIONS[:-1], begun)), "'output'.*v begins with")
    with pytest.raises(RuleError, match="does not go with FirstSpikeDecoder"):
        BPTT().bind(MODEL, FirstSpikeDecoder(), N_STEPS)
