"""E-prop as a rule: BPTT with paths through other neurons cut; its feedback; what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from brainsnn.codes import PotentialDecoder
from brainsnn.engine import build_engine
from brainsnn.errors import LearningError, RuleError
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.network.connectivity import FixedProbability
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Normal
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.targets import StepValues
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import BPTT, EProp, Trainer, TrainingConfig
from brainsnn.training.bptt.numpy_gradient import by_hidden_spikes, raster

N_STEPS, N_TRIALS = 30, 12

ADAPTIVE = Neuron(
    """
    dv/dt = (current - v) / (10*ms) : 1
    dcurrent/dt = -current / (3*ms) : 1
    da/dt = -a / (50*ms) : 1
    """,
    threshold="v > 0.5 + 0.2*a",
    reset="v -= 0.5; a += 1",
    method="exact",
    name="adaptive",
)
LEAKY = Neuron(
    "dv/dt = -v / tau : 1\ntau : second (constant)",
    threshold="v > 1e6",
    reset="v = 0",
    parameters={"tau": "8*ms"},
    method="exact",
    name="readout",
)
POPULATIONS = (
    Population("input", 10),
    Population("hidden", 7, ADAPTIVE),
    Population("output", 2, LEAKY),
)
CONNECTIONS = (
    Connection("input_hidden", "input", "hidden", initialiser=Normal(0.5, 1.5)),
    Connection("again", "hidden", "hidden", initialiser=Normal(0, 1), delay=2),
    Connection("hidden_output", "hidden", "output", initialiser=Normal(0, 0.3), delay=1),
)
SPARSE = replace(CONNECTIONS[1], connectivity=FixedProbability(0.4))
MODEL = Model("adaptive, recurrent", POPULATIONS, CONNECTIONS)
RULE = EProp(scale=0.5, follow_reset=True, rate_penalty=3.0, rate_target=0.0)


def trials(seed: int = 1) -> LabelledTrials:
    """Class 0 comes from the left, class 1 from the right, each neuron twice."""
    rng = np.random.default_rng(seed)
    labels = np.arange(N_TRIALS) % 2
    raster = np.zeros((N_TRIALS, N_STEPS, 10), bool)
    for trial, label in enumerate(labels):
        for start in (0, 12):
            steps = start + np.arange(10)[:: 1 - 2 * label] + rng.integers(0, 4, 10)
            raster[trial, steps, np.arange(10)] = True
    return LabelledTrials(SpikeTrains.from_raster(raster), labels)


def ran(model: Model, inputs: SpikeTrains) -> Any:
    """What an engine recorded, and the weights it ran with."""
    streams = Streams(2)
    with build_engine("runtime", model, N_STEPS, streams) as engine:
        weights = model.draw_weights(streams)
        engine.set_weights(weights)
        return engine.run(inputs), weights


@pytest.mark.parametrize(
    ("again", "loss"), [(CONNECTIONS[1], "mean_potential"), (SPARSE, "values")]
)
def test_it_is_bptt_without_paths_through_other_neurons(again: Connection, loss: str) -> None:
    """Recurrent spikes that come from an input instead pass nothing back."""
    model = replace(MODEL, connections=(CONNECTIONS[0], again, CONNECTIONS[2]))
    shown = trials()
    recording, weights = ran(model, shown.inputs)
    values = np.random.default_rng(0).normal(size=(N_TRIALS, N_STEPS, 2))
    wanted = shown.labels if loss == "mean_potential" else values
    rule = RULE.model_copy(update={"loss": loss}).bound(model, N_STEPS)
    found = dict(rule.backward(recording, weights, wanted))

    echo = Population("echo", 7)
    cut = Model(
        "cut",
        (POPULATIONS[0], echo, *POPULATIONS[1:]),
        (CONNECTIONS[0], replace(again, source="echo"), CONNECTIONS[2]),
    )
    reference = BPTT(
        loss=loss, pseudo_derivative="triangle", scale=0.5, rate_penalty=3.0, rate_target=0.0
    ).bound(cut, N_STEPS)
    for name, place in reference.places.items():
        own = reference.derived.values(place.key)
        own[...] = place.spread(weights[name]).reshape(own.shape)
    given = {"input": raster(recording, "input"), "echo": raster(recording, "hidden")}
    trace = reference.derived.run(given, N_STEPS)
    np.testing.assert_array_equal(trace.spikes["hidden"], given["echo"])
    assert 0.02 < given["echo"].mean() < 0.5
    course = np.stack([x["output"]["v"] for x in trace.threshold], axis=1)
    by_state = np.moveaxis(reference.loss_function.slope(course, wanted), 0, 1)
    penalty = by_hidden_spikes(recording, reference.penalty, ["hidden"])
    expected = reference.derived.gradient(trace, penalty, {("output", "v"): by_state})
    for name, place in reference.places.items():
        mine, theirs = found[name].values, place.gather(expected[place.key])
        assert np.abs(theirs).max() > 0
        np.testing.assert_allclose(mine, theirs, atol=1e-12 * np.abs(theirs).max())
    np.testing.assert_allclose(
        rule.loss(rule.observe(recording, weights), wanted).sum(),
        (reference.loss_function.value(course, wanted)).sum()
        + sum(reference.penalty.value(recording.counts("hidden").astype(float), N_STEPS)),
    )


@pytest.mark.parametrize("feedback", ["symmetric", "random", "adaptive"])
def test_it_learns_with_any_feedback(feedback: Any) -> None:
    shown, streams = trials(), Streams(3)
    rule = EProp(scale=0.5, feedback=feedback, potential_scale=0.2, loss="each_potential")
    config = TrainingConfig(
        epochs=15, batch_size=6, update="simultaneous", optimiser=AdamConfig(), monitor="loss"
    )
    with build_engine("resident", MODEL, N_STEPS, streams) as engine:
        engine.set_weights(MODEL.draw_weights(streams))
        decoder = rule.usual_decoder()
        assert decoder == PotentialDecoder("mean")
        metrics = Trainer(engine, rule, decoder, config, 0.02, streams).fit(shown).metrics
    assert metrics["loss"].iloc[-1] < 0.6 * metrics["loss"].iloc[0]


def test_it_follows_curves() -> None:
    shown, streams = trials(), Streams(4)
    wave = 0.3 * np.sin(np.arange(N_STEPS) / 4)[None, :, None] * np.ones((N_TRIALS, 1, 2))
    curves = LabelledTrials(shown.inputs, StepValues(wave))
    config = TrainingConfig(
        epochs=8, batch_size=6, update="simultaneous", optimiser=AdamConfig(), monitor="loss"
    )
    with build_engine("resident", MODEL, N_STEPS, streams) as engine:
        engine.set_weights(MODEL.draw_weights(streams))
        rule = EProp(scale=0.5, loss="values")
        loss = Trainer(engine, rule, None, config, 0.02, streams).fit(curves).metrics["loss"]
    assert loss.iloc[-1] < 0.7 * loss.iloc[0]


def test_feedback_weights() -> None:
    shown = trials()
    recording, weights = ran(MODEL, shown.inputs)
    found, ways = {}, ("symmetric", "random", "adaptive")
    for way in ways:
        rule = EProp(feedback=way, feedback_seed=1).bound(MODEL, N_STEPS)
        found[way] = dict(rule.backward(recording, weights, shown.labels))
    for way in ways[1:]:
        mine, own = (found[w]["hidden_output"].values for w in (way, "symmetric"))
        np.testing.assert_array_equal(mine, own)
        assert not np.allclose(found[way]["again"].values, found["symmetric"]["again"].values)
    # What is added to the readout's weights is what is taken in their place.
    other = {**weights, "hidden_output": weights["hidden_output"] + 0.1}
    drawn = EProp(feedback="adaptive", feedback_seed=1).bound(MODEL, N_STEPS)
    list(drawn.backward(recording, other, shown.labels))
    np.testing.assert_allclose(
        drawn._feedback()["hidden"] - drawn.drawn["hidden"], other["hidden_output"]
    )


def test_resets_that_are_followed_by_default_are_those_of_slow_states() -> None:
    rule = EProp().bound(MODEL, N_STEPS)
    assert "follow_reset=('a',)" in rule.told
    assert "follow_reset=False" in EProp(follow_reset=False).bound(MODEL, N_STEPS).told


def with_output(neuron: Neuron, *more: Connection) -> Model:
    populations = (*POPULATIONS[:2], replace(POPULATIONS[2], neuron=neuron))
    return replace(MODEL, populations=populations, connections=(*CONNECTIONS, *more))


QUADRATIC = replace(LEAKY, equations="dv/dt = -v**2 / (8*ms) : 1", method="euler", parameters={})
LEARNED = replace(LEAKY, trainable=("tau",))
BACK = Connection("back", "output", "hidden")
SECOND = (Population("second", 3, ADAPTIVE), Connection("on", "hidden", "second"))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (with_output(LEAKY, BACK), "leads on"),
        (with_output(QUADRATIC), "other than linearly"),
        (with_output(LEARNED), "not followed forward in time"),
        (
            replace(
                MODEL,
                populations=(*POPULATIONS[:2], SECOND[0], POPULATIONS[2]),
                connections=(*CONNECTIONS, SECOND[1]),
            ),
            "no learning signal",
        ),
    ],
    ids=["leads on", "not linear", "parameter", "no way"],
)
def test_networks_that_traces_do_not_follow_are_refused(model: Model, words: str) -> None:
    with pytest.raises(RuleError, match=words):
        EProp().bound(model, N_STEPS)


def test_a_readout_that_spiked_is_refused() -> None:
    model = with_output(replace(LEAKY, threshold="v > 0.05"))
    shown = trials()
    recording, weights = ran(model, shown.inputs)
    rule = EProp().bound(model, N_STEPS)
    with pytest.raises(LearningError, match="raise its threshold"):
        list(rule.backward(recording, weights, shown.labels))
