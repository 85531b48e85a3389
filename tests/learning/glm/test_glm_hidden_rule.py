"""Hidden neurons in networks that engines run: the rule's sum, what it teaches, what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from brainsnn.codes import RateDecoder
from brainsnn.engine import build_engine
from brainsnn.errors import LearningError, RuleError
from brainsnn.learning.glm import GLM, GLMWeights
from brainsnn.learning.glm.hidden import HiddenGLM, OnlineRule, evidence
from brainsnn.learning.glm.hidden.estimate import estimated
from brainsnn.learning.glm.hidden.model import hidden_model, read_hidden
from brainsnn.learning.glm.hidden.rule import HiddenLikelihood
from brainsnn.learning.glm.network import glm_model
from brainsnn.learning.glm.rate import RateLikelihood
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.network.model import Connection
from brainsnn.network.synapses import filtered
from brainsnn.protocols.glm.hidden_tasks import TASKS
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.targets import TargetTrains
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig
from brainsnn.training.evaluation import evaluate

KERNEL, FEEDBACK = (0.6, 0.4), (-1.0, -0.5)


@pytest.mark.parametrize("baseline", [None, 0.9])
def test_the_sum_is_what_the_online_rule_does_in_small_steps(baseline):
    glm, rng = HiddenGLM(3, 2, 4, np.array(KERNEL), np.array(FEEDBACK)), np.random.default_rng(0)
    weights, trials = glm.draw(rng, 1.0), []
    for _ in range(2):
        inputs, visible = (rng.random((30, n)) < 0.3 for n in (3, 2))
        learned = OnlineRule(1e-7, 0.8, baseline).learn(
            glm, weights, inputs, visible, rng.random((30, 4))
        )
        change = (learned.weights.table() - weights.table()) / 1e-7
        trials.append((inputs.astype(float), learned.spikes.astype(float), change))
    inputs, own, changes = map(np.array, zip(*trials, strict=True))
    found = estimated(glm, weights, inputs, own, 0.8, baseline).table()
    np.testing.assert_allclose(found, changes.sum(axis=0), atol=2e-5)


def test_on_average_it_is_the_derivative_of_the_bound():
    """With signal and eligibility summed over the trial: a kappa near 1, brought to its scale."""
    glm, rng = HiddenGLM(1, 1, 1, np.array([1.0]), np.array([1.0])), np.random.default_rng(1)
    weights, kappa = glm.draw(rng, 1.0), 1 - 1e-9
    inputs, visible = np.array([[1.0], [0], [1]]), np.array([[0.0], [1], [1]])
    exact = evidence(glm, weights, inputs, visible).by_elbo.table()
    total, n = np.zeros_like(exact), 20_000
    own = np.zeros((n, 3, 2))
    own[..., :1] = visible
    for t in range(3):
        given = np.broadcast_to(inputs, (n, 3, 1))
        u = glm.potentials(weights, glm.acted_on(given, own))[:, t, 1]
        own[:, t, 1] = rng.random(n) < 1 / (1 + np.exp(-u))
    given = np.broadcast_to(inputs, (n, 3, 1))
    whole = estimated(glm, weights, given, own, kappa, None).table()
    before = estimated(glm, weights, given[:, :2], own[:, :2], kappa, None).table()
    total = (whole - before) / n  # what the last step adds: both sums are complete there
    scale = np.where(np.arange(2) < 1, 1e-9, 1e-18)
    np.testing.assert_allclose(total / scale, exact, atol=0.03)


def test_without_hidden_neurons_it_is_the_gradient_of_maximum_likelihood():
    rng, labels = np.random.default_rng(2), np.array([0, 1, 1])
    model = hidden_model((3, 0, 2), KERNEL, FEEDBACK)
    rule = HiddenLikelihood(kappa=0, gap=2).bind(model, RateDecoder(), 8)
    weights = {name: rng.normal(size=shape) for name, shape in model.shapes.items()}
    glm = GLM(3, 2, 8, np.array(KERNEL)[:, None], np.array(FEEDBACK)[:, None])
    plain = GLMWeights(
        weights["input_output"][:, None], weights["output.feedback1"], weights["output.bias"][0]
    )
    inputs = rng.random((3, 8, 3)) < 0.4
    wanted = RateLikelihood(2).targets(labels, 8, 2)
    potentials = glm.potentials(inputs, wanted, plain)
    error = RateLikelihood(2).error(potentials, labels, glm.activation)
    expected = glm.gradient(inputs, wanted, error)
    with build_engine("runtime", model, n_steps=8) as engine:
        engine.set_weights(weights)
        trains = trains_of(inputs)
        recording = rule.observe(engine.run(trains), engine.weights)
        found = dict(rule.backward(recording, engine.weights, labels))
    np.testing.assert_allclose(found["input_output"].values, -expected.synaptic[:, 0], rtol=1e-10)
    np.testing.assert_allclose(found["output.bias"].values[0], -expected.bias, rtol=1e-10)
    np.testing.assert_allclose(found["output.feedback1"].values, -expected.feedback, rtol=1e-10)
    value = RateLikelihood(2).value(potentials, labels, glm.activation)
    np.testing.assert_allclose(rule.loss(recording, labels), -value, rtol=1e-10)


def trains_of(raster):
    return SpikeTrains.from_raster(raster)


def taught(name, hidden, epochs):
    """Loss of the last epoch, and decisions on other trials where these have classes."""
    task, streams = TASKS[name], Streams(0)
    draw = np.random.default_rng(3)
    trials, others = (task.draw(draw, 300, 20) for _ in range(2))
    model = hidden_model((task.inputs, hidden, 2), task.kernel, task.feedback, bound=1.0)
    decoder = RateDecoder() if task.classes else None
    rule = HiddenLikelihood(wanted="classes" if task.classes else "trains", kappa=0.3, gap=0)
    settings = {"epochs": epochs, "batch_size": 10, "update": "simultaneous", "monitor": "epoch"}
    config = TrainingConfig(optimiser=AdamConfig(), **settings)
    with build_engine("resident", model, n_steps=20, streams=streams) as engine:
        engine.set_weights(model.draw_weights(streams))
        bound = rule.bind(model, decoder, 20, type(trials.targets))
        loss = Trainer(engine, bound, decoder, config, 0.1, streams).fit(trials).metrics["loss"]
        return loss.iloc[-1], evaluate(engine, others, decoder, rule=bound) if decoder else None


def test_hidden_neurons_carry_on_what_kernels_do_not_reach():
    assert taught("repeat", 6, 6)[0] < 0.7 * taught("repeat", 0, 6)[0]


def test_hidden_neurons_tell_a_parity_that_outputs_alone_cannot():
    right = {}
    for hidden in (0, 8):
        decided = taught("parity", hidden, 15)[1]
        right[hidden] = (decided["decision"] == decided["label"]).mean()
    assert right[8] > 0.9
    assert right[0] < 0.65


def test_what_the_rule_was_not_derived_for_is_refused():
    rule, model = HiddenLikelihood(), hidden_model((3, 2, 2), KERNEL, FEEDBACK)
    assert read_hidden("x", model).glm.n_hidden == 2
    back = Connection("back", "output", "hidden", filtered(1))
    wrong = {
        "back": replace(model, connections=(*model.connections, back)),
        "has input, output1": glm_named("output1"),
        "same kernels": of_other_kernels(model),
        "one kernel": glm_model(GLM.build(3, 2, 8, functions=2)),
    }
    for words, network in wrong.items():
        with pytest.raises(RuleError, match=words):
            rule.bind(network, RateDecoder(), 8)
    with pytest.raises(RuleError, match="no spike"):
        HiddenLikelihood(gap=9).bind(model, RateDecoder(), 8)
    with pytest.raises(RuleError, match="spike trains"):
        HiddenLikelihood(wanted="trains").bind(model, RateDecoder(), 8)
    bound = HiddenLikelihood(wanted="trains").bind(model, None, 8, TargetTrains)
    with build_engine("runtime", model, n_steps=8) as engine, pytest.raises(LearningError):
        bound.loss(engine.run(trains_of(np.ones((1, 8, 3), bool))), None)


def glm_named(name):
    model = hidden_model((3, 0, 2), KERNEL, FEEDBACK)
    output = replace(model.populations[1], name=name)
    only = replace(model.connections[0], target=name)
    return replace(model, populations=(model.populations[0], output), connections=(only,))


def of_other_kernels(model):
    other = hidden_model((3, 2, 2), KERNEL, (1.0, 2.0)).populations[1]
    populations = (model.populations[0], other, model.populations[2])
    return replace(model, populations=populations)
