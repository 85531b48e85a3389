"""Constraints that were in the loss hold in the network as it is deployed."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from brainsnn.codes import RateDecoder, RegularEncoder
from brainsnn.engine import build_engine
from brainsnn.learning.count import CountBackprop, RatePenalty
from brainsnn.learning.count.counts import recorded_counts
from brainsnn.learning.optimisers import AdamConfig, QuantisedAdamConfig
from brainsnn.network.network import Network
from brainsnn.network.neurons import counting
from brainsnn.network.synapses import FanInNormal
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig

ENGINE = "resident" if shutil.which("g++") else "runtime"
TARGET = 0.1


def task(n_steps, seed):
    """Two classes in six values, noisy but apart."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 80)
    centre = np.array([[0.8, 0.7, 0.6, 0.2, 0.3, 0.4], [0.3, 0.2, 0.3, 0.8, 0.7, 0.7]])
    values = np.clip(centre[labels] + 0.1 * rng.normal(size=(80, 6)), 0, 1)
    return LabelledTrials(RegularEncoder(n_steps).encode(values), labels)


def deployed(n_steps, penalty=0.0, bits=None):
    """Train with constraints; accuracy, hidden rate and weights of the selected network."""
    model = Network(
        "6-12-2", counting("6-12-2", n_steps), initialiser=FanInNormal(1.5), name="constrained"
    )
    rule = CountBackprop(n_steps, penalty=RatePenalty(penalty, TARGET))
    optimiser = AdamConfig() if bits is None else QuantisedAdamConfig(bits=bits)
    config = TrainingConfig(
        epochs=15,
        batch_size=8,
        update="simultaneous",
        optimiser=optimiser,
        monitor="train_accuracy",
    )
    with build_engine(ENGINE, model, n_steps + 2) as engine:
        engine.set_weights(model.draw_weights(Streams(3)))
        trainer = Trainer(engine, rule, RateDecoder(), config, 0.02, Streams(4))
        engine.set_weights(trainer.fit(task(n_steps, 0)).last_weights)
        test = task(n_steps, 1)
        recording = engine.run(test.inputs)
        counts = recorded_counts(recording)
        right = (RateDecoder().decode(recording).decision == test.labels).mean()
        weights = {name: value.copy() for name, value in engine.weights.items()}
    return right, counts["hidden1"].mean() / n_steps, counts, weights


@pytest.mark.parametrize("n_steps", [3, 12])
def test_time_is_what_it_was_trained_for(n_steps):
    right, _, counts, _ = deployed(n_steps)
    assert right > 0.9
    assert max(table.max() for table in counts.values()) <= n_steps


def test_rates_stay_near_their_target():
    free, held = deployed(12), deployed(12, penalty=300)
    assert held[0] > 0.9
    assert free[1] > 1.5 * TARGET
    assert held[1] < 1.1 * TARGET


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_weights_have_their_bits(bits):
    right, _, _, weights = deployed(12, bits=bits)
    assert right > 0.9
    for name in ("input_hidden1", "hidden1_output"):
        assert np.unique(weights[name]).size <= 2**bits


def test_all_together():
    right, rate, counts, weights = deployed(6, penalty=300, bits=3)
    assert right > 0.85
    assert rate < 1.25 * TARGET
    assert max(table.max() for table in counts.values()) <= 6
    assert np.unique(weights["input_hidden1"]).size <= 8
