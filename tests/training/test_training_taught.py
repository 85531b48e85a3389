"""Derived gradients of recorded trials: NumPy's, and in compiled blocks those step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from training.test_training_bptt import MODEL, N_STEPS, N_TRIALS, trials

from brainsnn.engine import Engine, build_engine
from brainsnn.errors import LearningError, RuleError
from brainsnn.interrupts import StopRequest
from brainsnn.learning.optimisers import Adam
from brainsnn.network.connectivity import FixedProbability
from brainsnn.network.delays import UniformDelays
from brainsnn.network.model import Connection, Model
from brainsnn.network.synapses import Normal
from brainsnn.spikes.targets import StepValues
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training.bptt import BPTT
from brainsnn.training.bptt.numpy_gradient import NumpyGradient
from brainsnn.training.loop.blocks import CompiledBlocks, make_updater
from brainsnn.training.loop.updates import StepByStep

SHOWN = trials()
CURVES = StepValues(np.random.default_rng(7).normal(size=(N_TRIALS, N_STEPS, 2)))
DRAWN = LabelledTrials(SHOWN.inputs, CURVES)
SPARSE = replace(
    MODEL,
    name="sparse",
    connections=(
        MODEL.connections[0],
        Connection(
            "again",
            "hidden",
            "hidden",
            initialiser=Normal(0.1, 0.4),
            delay=UniformDelays(0, 4),
            connectivity=FixedProbability(0.3),
        ),
        MODEL.connections[2],
    ),
)
SETTINGS: dict[str, dict[str, Any]] = {
    "counts": {"rate_penalty": 1.0, "rate_target": 0.05},
    "first_spike": {"loss": "first_spike", "temperature": 0.1, "keep_every": 7},
    "mean_potential": {"loss": "mean_potential", "potential_scale": 0.2, "keep_every": 5},
    "largest_potential": {"loss": "largest_potential", "follow_reset": False},
    "last_potential": {"loss": "last_potential"},
    "mean of the last": {"loss": "mean_potential", "read_share": 0.4},
    "each of the last": {"loss": "each_potential", "read_share": 0.4},
    "values": {"loss": "values", "keep_every": 6},
}


@pytest.fixture(scope="module", params=[MODEL, SPARSE], ids=["dense", "sparse"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with build_engine("resident", request.param, N_STEPS, Streams(2)) as made:
        yield made


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brainsnn.engine.compiled_network.EXACT", ("-O0",))


def test_threads_share_a_batch_and_change_no_sum(engine: Engine) -> None:
    weights = first_weights(engine.model)
    engine.set_weights(weights)
    recording = engine.run(SHOWN.inputs, np.arange(40))
    rule = BPTT.model_validate(SETTINGS["mean_potential"]).bound(engine.model, N_STEPS)
    left = []
    for workers in (1, 2, 3):
        rule.share(workers)
        seen = rule.observe(recording, weights)
        found = dict(rule.backward(recording, weights, SHOWN.labels[:40]))
        left.append([seen.states[rule.read], *(g.values for g in found.values())])
    for others in left[1:]:
        for one, other in zip(left[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


def test_float32_gives_the_same_to_its_digits(engine: Engine) -> None:
    weights, labels = first_weights(engine.model), SHOWN.labels[:9]
    engine.set_weights(weights)
    recording = engine.run(SHOWN.inputs, np.arange(9))
    both = []
    for precision in ("float64", "float32"):
        settings = {"loss": "last_potential", "precision": precision}
        rule = BPTT.model_validate(settings).bound(engine.model, N_STEPS)
        both.append(dict(rule.backward(recording, weights, labels)))
    for name, gradient in both[0].items():
        np.testing.assert_array_equal(gradient.rows, both[1][name].rows)
        largest = np.abs(gradient.values).max()
        assert np.abs(gradient.values - both[1][name].values).max() <= 1e-4 * largest, name


def shown(name: str) -> LabelledTrials:
    """Trials with what the loss learns from."""
    return DRAWN if name == "values" else SHOWN


def first_weights(model: Model) -> dict[str, np.ndarray]:
    return model.draw_weights(Streams(3))


@pytest.mark.parametrize("name", SETTINGS)
def test_gradients_are_those_of_numpy(engine: Engine, name: str) -> None:
    weights = first_weights(engine.model)
    labels = shown(name).targets.of(np.arange(9))
    engine.set_weights(weights)
    recording = engine.run(SHOWN.inputs, np.arange(9))
    rule = BPTT(**SETTINGS[name]).bound(engine.model, N_STEPS)
    seen = rule.observe(recording, weights)
    slow = NumpyGradient(rule.derived, rule._asked, rule.places)
    course = slow.observe(recording, weights)
    if rule.loss_function.reads == "potential":
        np.testing.assert_allclose(seen.states[rule.read], course, rtol=1e-12, atol=1e-15)
    wanted = slow.gradients(recording, weights, None, rule.loss_function.slope(course, labels))
    found = dict(rule.backward(seen, weights, labels))
    assert found.keys() == wanted.keys() == weights.keys()
    for key, gradient in wanted.items():
        values = np.zeros(gradient.values.shape)
        values[found[key].rows] = found[key].values
        bound = 1e-12 * np.abs(gradient.values).max() + 1e-15
        assert np.abs(values - gradient.values).max() <= bound, key


COMPILED = [("counts", 1), ("counts", 7), ("mean_potential", 7), ("values", 1), ("values", 7)]


@pytest.mark.parametrize(("name", "batch"), COMPILED)
def test_compiled_blocks_give_what_steps_give(engine: Engine, name: str, batch: int) -> None:
    left = []
    for make in (make_updater, StepByStep):
        rule = BPTT(**SETTINGS[name]).bound(engine.model, N_STEPS)
        engine.set_weights(first_weights(engine.model))
        updater = make(engine, rule, Adam(), batch, False)
        assert isinstance(updater, CompiledBlocks) == (make is make_updater)
        order = np.random.default_rng(0).permutation(N_TRIALS)[:30]
        recording, norms = updater.run(shown(name), order, 0.01, StopRequest())
        states = list(recording.states.values())
        weights = [w.copy() for w in engine.weights.values()]
        norm = np.array([norms[n] for n in engine.weights])
        left.append([recording.offsets, recording.step, *weights, *states, norm])
    for ours, theirs in zip(*left, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_compiled_losses_refuse_what_is_not_theirs(engine: Engine) -> None:
    weights = first_weights(engine.model)
    engine.set_weights(weights)
    recording = engine.run(SHOWN.inputs, np.arange(3))
    rule = BPTT(loss="values").bound(engine.model, N_STEPS)
    with pytest.raises(LearningError, match=r"Values of shape \(3,\)"):
        dict(rule.backward(recording, weights, np.zeros(3, np.int64)))
    with pytest.raises(LearningError, match="3, 4, 2"):
        dict(rule.backward(recording, weights, CURVES.values[:3, :4]))
    other = BPTT().bound(engine.model, N_STEPS)
    with pytest.raises(LearningError, match="must be whole numbers"):
        dict(other.backward(recording, weights, CURVES.values[:3]))
    updater = make_updater(engine, other, Adam(), 7, False)
    assert isinstance(updater, CompiledBlocks)
    updater.run(SHOWN, np.arange(N_TRIALS), 0.01, StopRequest())
    with pytest.raises(RuleError, match="learns from classes"):
        updater.run(DRAWN, np.arange(N_TRIALS), 0.01, StopRequest())


def test_values_may_lie_in_any_order_in_memory(engine: Engine) -> None:
    weights = first_weights(engine.model)
    engine.set_weights(weights)
    recording = engine.run(SHOWN.inputs, np.arange(5))
    rule = BPTT(loss="values").bound(engine.model, N_STEPS)
    plain = dict(rule.backward(recording, weights, CURVES.values[:5]))
    turned = np.asfortranarray(CURVES.values[:5])
    for name, gradient in rule.backward(recording, weights, turned):
        np.testing.assert_array_equal(gradient.values, plain[name].values)
