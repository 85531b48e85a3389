"""Rules that act inside the trial: the same loop, labels, validation, exact resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brainsnn.codes import LabelledResponses
from brainsnn.engine import build_engine
from brainsnn.engine.base import Engine
from brainsnn.errors import ConfigError, RuleError
from brainsnn.interrupts import Interrupted
from brainsnn.learning.local import LocalRule, PairSTDP
from brainsnn.learning.rules import S4NN
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.targets import NoTargets
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Callback, Trainer, TrainingConfig
from brainsnn.training.callbacks.weights import WeightHistory

N_STEPS = 30
adapting = Neuron(
    "dv/dt = -v / (10*ms) : 1\ndtheta/dt = -theta / (10*second) : 1",
    threshold="v > 1 + theta",
    reset="v = 0; theta += 0.003",
    plastic=("theta",),
    method="exact",
    name="adapting",
)
RULE = PairSTDP(A_plus=0.05, A_minus=0.01, tau_plus="10*ms", normalise=3.0)


def network(rule: LocalRule = RULE) -> Model:
    plain = Network({"input": 12, "output": 4}, adapting, initialiser=[Uniform(0, 0.5)])
    return rule.augment(plain)


def trials(n: int, seed: int = 1) -> LabelledTrials:
    """Two classes: the first or the second half of the inputs spikes early."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    steps = rng.integers(0, 25, (n, 12))
    early = (np.arange(12) < 6)[None, :] == (labels == 0)[:, None]
    steps = np.where(early, rng.integers(2, 6, (n, 12)), steps + N_STEPS * (steps < 20))
    return LabelledTrials(SpikeTrains.from_first_steps(steps, N_STEPS), labels)


def trainer(engine: Engine, rule: LocalRule = RULE, **settings: Any) -> Trainer:
    streams = Streams(3)
    engine.set_weights(engine.model.draw_weights(Streams(2)))
    config = TrainingConfig(epochs=2, **{k: settings.pop(k) for k in ("clip",) if k in settings})
    return Trainer(engine, rule, LabelledResponses(50), config, 1.0, streams, **settings)


class Stopping(Callback):
    """Asks a trainer to stop after a number of blocks."""

    def __init__(self, blocks: int) -> None:
        self.blocks, self.trainer = blocks, None

    def on_block(self, progress: Any, metrics: Any) -> None:
        del progress, metrics
        self.blocks -= 1
        if self.blocks == 0 and self.trainer is not None:
            self.trainer.stop.request()


def test_it_learns_is_validated_without_learning_and_resumes_to_the_bit(tmp_path: Path) -> None:
    train, validation = trials(300), trials(40, seed=2)
    with build_engine("resident", network(), N_STEPS) as engine:
        whole = trainer(engine)
        result = whole.fit(train, validation)
        weights = {k: w.copy() for k, w in result.last_weights.items()}
    assert result.metrics["validation_accuracy"].iloc[-1] > 0.8
    assert result.metrics["train_accuracy"].iloc[-1] > 0.8
    sums = weights["input_output"].sum(axis=0)
    np.testing.assert_allclose(sums, 3.0)
    assert whole.decoder is not None
    with build_engine("resident", network(), N_STEPS) as engine:
        stopping = Stopping(3)
        part = trainer(engine, checkpoint=tmp_path / "c", callbacks=[stopping])
        stopping.trainer = part
        with pytest.raises(Interrupted):
            part.fit(train, validation)
    with build_engine("resident", network(), N_STEPS) as engine:
        again = trainer(engine, checkpoint=tmp_path / "c")
        resumed = again.fit(train, validation, resume=True)
        for name, values in weights.items():
            np.testing.assert_array_equal(resumed.last_weights[name], values)
        columns = ["train_accuracy", "validation_accuracy"]
        assert resumed.metrics[columns].equals(result.metrics[columns])
        np.testing.assert_array_equal(again.state.decoder.spikes, whole.state.decoder.spikes)


def test_trials_are_decided_by_labels_learned_from_others() -> None:
    few = trials(40)
    with build_engine("resident", network(), N_STEPS) as engine:
        metrics = trainer(engine).fit(few, trials(40, seed=2)).metrics
    first, second = metrics["train_accuracy"]
    assert first == 0.0, "no neuron had a label when the only block was decided"
    assert second > 0.5


def test_trials_may_want_nothing_and_weights_are_kept_over_time() -> None:
    given = trials(300)
    with build_engine("resident", network(), N_STEPS) as engine:
        engine.set_weights(engine.model.draw_weights(Streams(2)))
        history = WeightHistory(engine, ["input_output"])
        config = TrainingConfig(epochs=1, monitor="loss")
        free = Trainer(engine, RULE, None, config, 1.0, Streams(3), callbacks=[history])
        result = free.fit(LabelledTrials(given.inputs, NoTargets(300)))
        assert history.trials == [0, 256, 300]
        assert history["input_output"].shape == (3, 12, 4)
        np.testing.assert_array_equal(
            history["input_output"][-1], result.last_weights["input_output"]
        )
        assert (history["input_output"][1] != history["input_output"][2]).any()
        with pytest.raises(ConfigError, match="'other' is not among"):
            WeightHistory(engine, ["other"])


def test_one_class_is_enough_and_a_gradient_is_not_asked_for() -> None:
    given = trials(20)
    with build_engine("resident", network(), N_STEPS) as engine:
        one = trainer(engine)
        one.fit(LabelledTrials(given.inputs, np.zeros(20, int)), given)
        with pytest.raises(ConfigError, match="no gradient"):
            trainer(engine, clip=0.1)
        with pytest.raises(RuleError, match=r"plastic\): input_output, output.theta"):
            S4NN().bind(engine.model, None, N_STEPS)


def test_the_engine_must_have_the_rules_strings() -> None:
    plain = Network({"input": 12, "output": 4}, adapting)
    with pytest.raises(RuleError, match=r"make the engine of rule\.augment\(network\)"):
        RULE.bind(plain, LabelledResponses(), N_STEPS)
