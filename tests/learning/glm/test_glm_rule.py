"""The rule of maximum likelihood: its gradient, what it learns, the networks that it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from brainsnn.codes import DECODERS
from brainsnn.engine import build_engine
from brainsnn.errors import ConfigError, LearningError, ModelError, RuleError
from brainsnn.learning.glm import ACTIVATIONS, BASES, GLM, LIKELIHOODS
from brainsnn.learning.glm.inputs import PresentedTrials, SparseProbabilities
from brainsnn.learning.glm.network import gathered, glm_model, named
from brainsnn.learning.glm.rule import BoundLikelihood, MaximumLikelihood
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.network.connectivity import FixedProbability
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import functions_of, glm_neuron
from brainsnn.network.synapses import SynapseModel, filtered
from brainsnn.spikes import Recording
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig
from brainsnn.training.loop.blocks import CompiledBlocks
from brainsnn.training.loop.updates import StepByStep

CASES = [(a, r) for a in ACTIVATIONS for r in LIKELIHOODS]
LABELS = np.array([0, 1, 2, 2, 1, 0])


def bound(glm: GLM, likelihood: Any) -> BoundLikelihood:
    rule = MaximumLikelihood(likelihood=likelihood)
    return rule.bind(glm_model(glm), DECODERS[rule.read_by()[0]](), glm.n_steps)  # type: ignore[return-value]


def recorded(inputs: np.ndarray, n_classes: int) -> Recording:
    """A recording of input spikes (n_trials, n_steps, n_inputs); outputs spike too, for nothing."""
    n, n_steps, n_inputs = inputs.shape
    outputs = np.ones((n, n_steps, n_classes), bool)
    trial, step, unit = np.nonzero(np.concatenate((inputs, outputs), axis=2))
    population = (unit >= n_inputs).astype(np.int32)
    neuron = (unit - n_inputs * population).astype(np.int32)
    offsets = np.searchsorted(trial, np.arange(n + 1)).astype(np.int64)
    sizes = {"input": n_inputs, "output": n_classes}
    return Recording(
        sizes,
        n_steps,
        1e-3,
        offsets,
        population,
        neuron,
        step.astype(np.int32),
        np.zeros(step.size),
    )


@pytest.mark.parametrize(("activation", "likelihood"), CASES)
def test_the_compiled_gradient_and_loss_are_those_of_the_equations(
    activation: str, likelihood: str
) -> None:
    basis, feedback = BASES["raised_cosine"](3, 5), BASES["unit"](2, 2)
    glm = GLM(7, 3, 10, basis, feedback, ACTIVATIONS[activation])
    rng = np.random.default_rng(1)
    inputs, weights = rng.random((6, 10, 7)) < 0.3, glm.draw(rng)
    rule, wanted = bound(glm, likelihood), LIKELIHOODS[likelihood]()
    outputs = wanted.targets(LABELS, 10, 3)
    u = glm.potentials(inputs, outputs, weights)
    exact = named(glm.gradient(inputs, outputs, wanted.error(u, LABELS, glm.activation)))
    whole, own = recorded(inputs, 3), named(weights)
    own = {name: np.ascontiguousarray(array) for name, array in own.items()}
    found = dict(rule.backward(whole, own, LABELS))
    assert list(found) == list(own)[::-1]
    for name, gradient in found.items():
        dense = np.zeros(own[name].shape)
        dense[gradient.rows] = gradient.values
        np.testing.assert_allclose(dense, -exact[name], rtol=1e-10, atol=1e-12, err_msg=name)
    loss = rule.loss(rule.observe(whole, own), LABELS)
    np.testing.assert_allclose(loss, -wanted.value(u, LABELS, glm.activation), rtol=1e-12)
    back = gathered(glm, own)
    for name, array in weights.arrays().items():
        np.testing.assert_array_equal(back.arrays()[name], array)


def task(glm: GLM, n: int = 60) -> PresentedTrials:
    """Class 0 lights the first half of the inputs, class 1 the second."""
    labels = np.arange(n) % 2
    half = np.arange(glm.n_inputs) < glm.n_inputs // 2
    probabilities = np.where(half == (labels == 0)[:, None], 0.45, 0.05)
    return PresentedTrials(SparseProbabilities.of(probabilities), glm.n_steps, labels, Streams(0))


def trained(engine: Any, glm: GLM, rule: MaximumLikelihood, **settings: Any) -> Any:
    engine.set_weights(named(glm.draw(np.random.default_rng(0))))
    decoder, compiled = DECODERS[rule.read_by()[0]](), settings.pop("compiled", True)
    given = TrainingConfig(monitor="epoch", **settings)
    trainer = Trainer(engine, rule, decoder, given, 0.05, Streams(1))
    if not compiled:
        assert isinstance(trainer.updater, CompiledBlocks)
        trainer.updater = StepByStep(
            engine, trainer.rule, trainer.state.optimiser, given.batch_size
        )
    return trainer.fit(task(glm))


@pytest.mark.parametrize("likelihood", list(LIKELIHOODS))
def test_a_small_task_is_learned(likelihood: Any) -> None:
    glm = GLM.build(10, 2, 8, functions=3)
    with build_engine("runtime", glm_model(glm), 8, Streams(2)) as engine:
        result = trained(engine, glm, MaximumLikelihood(likelihood=likelihood), epochs=4)
    assert result.metrics["loss"].iloc[-1] < 0.6 * result.metrics["loss"].iloc[0]
    assert result.metrics["train_accuracy"].iloc[-1] > result.metrics["train_accuracy"].iloc[0]


@pytest.mark.parametrize("settings", [{}, {"optimiser": AdamConfig(), "batch_size": 4}])
def test_compiled_blocks_give_the_weights_of_step_by_step(settings: dict[str, Any]) -> None:
    glm = GLM.build(10, 2, 6, functions=2)
    with build_engine("resident", glm_model(glm), 6, Streams(2)) as engine:
        both = [
            trained(engine, glm, MaximumLikelihood(), epochs=2, compiled=compiled, **settings)
            for compiled in (True, False)
        ]
    for name, array in both[0].weights.items():
        np.testing.assert_array_equal(array, both[1].weights[name], err_msg=name)


def test_a_silent_stimulus_only_moves_the_bias() -> None:
    glm = GLM.build(4, 3, 5, functions=2)
    own = {k: np.ascontiguousarray(w) for k, w in named(glm.draw(np.random.default_rng(0))).items()}
    silent = recorded(np.zeros((6, 5, 4), bool), 3)
    found = dict(bound(glm, "first_to_spike").backward(silent, own, LABELS))
    assert found["output.bias"].values.all()
    assert not found["output.feedback1"].values.any()
    assert not any(found[f"kernel{k}"].rows.size for k in (1, 2))


NETWORK = glm_model(GLM.build(4, 2, 6, functions=2))


def with_neuron(**changes: Any) -> Model:
    first, output = NETWORK.populations
    assert output.neuron is not None
    neuron = replace(output.neuron, **changes)
    return replace(NETWORK, populations=(first, replace(output, neuron=neuron)))


def with_last(**changes: Any) -> Model:
    one, last = NETWORK.connections
    return replace(NETWORK, connections=(one, replace(last, **changes)))


def more(connection: Connection) -> Model:
    return replace(NETWORK, connections=(*NETWORK.connections, connection))


NEURON = NETWORK.output.neuron
assert NEURON is not None
HIDDEN = Population("hidden", 2, NEURON)
PLANTED: dict[str, tuple[Model | Callable[[], Model], str]] = {
    "threshold": (with_neuron(threshold="v > 1"), r"'output'.*one of the thresholds.*'v > 1'"),
    "reset": (with_neuron(reset=NEURON.reset + "\nv = 0"), r"'output'.*its reset is"),
    "no reset": (with_neuron(reset=""), r"'output'.*derived for the neuron glm"),
    "adaptive": (with_neuron(equations=NEURON.equations + "\na : 1"), r"'output'.*it has 'a : 1'"),
    "leak": (
        with_neuron(equations=NEURON.equations.replace("bias +", "0.5*v + bias +")),
        r"'output'.*it lacks",
    ),
    "refractory": (with_neuron(refractory="t < 2*ms"), r"'output'.*refractory"),
    "begins elsewhere": (with_neuron(initial={"v": 0.3}), r"'output'.*begins with"),
    "method": (with_neuron(method="rk4"), r"'output'.*method is rk4"),
    "untrained": (with_neuron(trainable=("bias",)), r"'output'.*trains bias, feedback1"),
    "delay": (with_last(delay=1), r"'kernel2'.*delay \(1\)"),
    "other function": (with_last(synapse=filtered(1)), r"'kernel2'.*its on_pre is"),
    "other synapse": (
        with_last(synapse=SynapseModel("half", on_pre="arrived2_post += w / 2")),
        r"'kernel2'.*its on_pre is",
    ),
    "sparse": (
        with_last(connectivity=FixedProbability(0.5)),
        r"'kernel2'.*fixed_probability, not all_to_all",
    ),
    "feedback": (
        replace(with_last(source="output"), name="loop"),
        r"'kernel2'.*leads from 'output'",
    ),
    "fewer": (replace(NETWORK, connections=NETWORK.connections[:1]), r"each of the 2 .* has 1"),
    "more": (more(Connection("third", "input", "output", filtered(1))), r"each of the 2 .* has 3"),
    "hidden": (
        replace(NETWORK, populations=(NETWORK.inputs[0], HIDDEN, NETWORK.output)),
        "one input and one output population.*hidden",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_networks_that_it_was_not_derived_for_are_refused(name: str) -> None:
    network, message = PLANTED[name]
    with pytest.raises(RuleError, match=message):
        MaximumLikelihood().bind(network, DECODERS["first_spike"](), 6)  # type: ignore[arg-type]


def test_what_else_does_not_fit_is_refused() -> None:
    rule = MaximumLikelihood(likelihood="rate")
    with pytest.raises(RuleError, match="no spike after 3 zeros"):
        rule.bind(NETWORK, DECODERS["rate"](), 3)
    with pytest.raises(RuleError, match="two samples"):
        rule.bind(NETWORK, DECODERS["rate"](), 1)
    with pytest.raises(RuleError, match="does not go with PotentialDecoder"):
        rule.bind(NETWORK, DECODERS["potential"](), 8)
    with pytest.raises(ModelError, match="finite"):
        glm_neuron(np.array([[np.nan]]), np.eye(2))
    with pytest.raises(LearningError, match="that `observe` adds"):
        bound(GLM.build(4, 2, 6, functions=2), "rate").loss(
            recorded(np.ones((1, 6, 4), bool), 2), np.array([0])
        )


def test_a_trial_has_two_samples_at_least() -> None:
    assert GLM.build(3, 2, 2, functions=2).n_steps == 2
    with pytest.raises(ConfigError, match="two samples, got 1"):
        GLM.build(3, 2, 1, functions=1)


@pytest.mark.parametrize("window", [1, 3])
def test_basis_functions_are_read_from_the_neuron(window: int) -> None:
    basis = np.random.default_rng(3).normal(size=(window, 2)) * 10.0 ** np.arange(-20, 0, 10)
    feedback = np.array([[0.5, 0.0, -1.0], [0.0, 0.0, 2.0]])
    found = functions_of(glm_neuron(basis, feedback))
    assert found is not None
    np.testing.assert_array_equal(found[0], basis)
    np.testing.assert_array_equal(found[1], feedback)


@pytest.mark.parametrize(
    ("steps", "functions", "window", "message"),
    [
        (0, 1, None, "two samples"),
        (1, 1, None, "two samples"),
        (4, 2, 5, "longer than a trial"),
        (4, 5, None, "1 to 4 basis functions"),
    ],
)
def test_impossible_structures_are_refused(
    steps: int, functions: int, window: int | None, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        GLM.build(4, 2, steps, functions=functions, window=window)


def test_desired_trains_have_a_spike_after_every_three_zeros() -> None:
    targets = LIKELIHOODS["rate"]().targets(np.array([1]), 9, 2)[0]
    assert targets[:, 1].astype(int).tolist() == [0, 0, 0, 1, 0, 0, 0, 1, 0]
    assert not targets[:, 0].any()
