"""E-prop as a rule: BPTT with paths through other neurons cut; its feedback; what it refuses."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms

from brainsnn.codes import PotentialDecoder
from brainsnn.engine import build_engine
from brainsnn.engine.runtime import runtime_device
from brainsnn.errors import DerivationError, LearningError, RuleError
from brainsnn.learning.equations import Spike, derive
from brainsnn.learning.equations.cpp.eligible_network import EligibleSource
from brainsnn.learning.equations.eprop import ForwardGradient
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
from brainsnn.training.bptt.place import Place
from brainsnn.training.derived_engine import DerivedEngine
from brainsnn.training.eprop.taught import TaughtForward

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
LAST = Population("output", 2, LEAKY)
POPULATIONS = (Population("input", 10), Population("hidden", 7, ADAPTIVE), LAST)
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


DEEP = Model(
    "two layers",
    (*POPULATIONS[:2], Population("second", 5, replace(ADAPTIVE, refractory="2*ms")), LAST),
    (
        *CONNECTIONS,
        Connection("on", "hidden", "second", initialiser=Normal(0.5, 1), delay=3),
        Connection("second_output", "second", "output", initialiser=Normal(0, 0.3)),
    ),
)
SOME = replace(MODEL, connections=(CONNECTIONS[0], SPARSE, CONNECTIONS[2]))


def assert_compiled_is_reference(rule: Any, recording: Any, weights: Any, wanted: Any) -> None:
    assert isinstance(rule.taught, TaughtForward)
    found = dict(rule.backward(recording, weights, wanted))
    reference = rule.in_numpy(recording, weights, wanted)
    assert found.keys() == reference.keys()
    for name, theirs in reference.items():
        most = np.abs(theirs.values).max()
        assert most > 0
        np.testing.assert_allclose(found[name].values, theirs.values, atol=1e-12 * most)


@pytest.mark.parametrize("model", [MODEL, SOME, DEEP], ids=lambda model: model.name)
@pytest.mark.parametrize("feedback", ["symmetric", "random", "adaptive"])
def test_compiled_traces_are_those_of_the_reference(model: Model, feedback: Any) -> None:
    shown = trials()
    recording, weights = ran(model, shown.inputs)
    for loss, stretch in (("mean_potential", 0), ("values", 7)):
        update = {"loss": loss, "feedback": feedback, "keep_every": stretch}
        rule = RULE.model_copy(update=update).bound(model, N_STEPS)
        curves = np.random.default_rng(0).normal(size=(N_TRIALS, N_STEPS, 2))
        wanted = shown.labels if loss == "mean_potential" else curves
        assert_compiled_is_reference(rule, recording, weights, wanted)


def test_compiled_traces_in_brian2s_own_order() -> None:
    """Spikes arrive after the state update; synapses have delays of their own."""
    clock = brian2.Clock(1 * ms)
    group = partial(brian2.NeuronGroup, method="exact", clock=clock)
    synapses = partial(brian2.Synapses, model="w : 1", clock=clock)
    inputs = brian2.SpikeGeneratorGroup(10, [], [] * ms, name="input", clock=clock)
    rules = {"threshold": ADAPTIVE.threshold, "reset": ADAPTIVE.reset}
    hidden = group(7, ADAPTIVE.equations, **rules, name="hidden")
    never = {"threshold": "v > 1e6", "reset": "v = 0"}
    output = group(2, "dv/dt = -v/(8*ms) : 1", **never, name="output")
    parts, rng = [inputs, hidden, output], np.random.default_rng(1)
    for name, (source, target) in {"into": (inputs, hidden), "within": (hidden, hidden)}.items():
        path = synapses(source, target, on_pre="current_post += w", name=name)
        path.connect()
        path.w, path.delay = rng.normal(0.5, 1.5, len(path)), rng.integers(0, 4, len(path)) * ms
        parts.append(path)
    last = synapses(hidden, output, on_pre="v_post += w", name="last")
    last.connect()
    last.w, last.delay = rng.normal(size=len(last)), 2 * ms
    trained = {"into": "w", "within": "w", "last": "w"}
    with runtime_device("numpy"):
        network = brian2.Network(*parts, last)
        derived = derive(network, trained, namespace={}, spike=Spike("triangle", scale=0.5))
    assert not derived.arrivals_first
    engine = DerivedEngine(derived, {p.name: p for p in (*parts, last)}, ("input",), "output", "v")
    engine.n_steps = N_STEPS
    places = {n: Place(key, (1, engine.weights[n].size)) for n, key in engine.keys.items()}
    rule = RULE.over(derived, tuple(engine.populations), ("output", "v"), places, N_STEPS)
    shown = trials()
    recording = engine.run(shown.inputs)
    assert recording.counts("hidden").sum() > 50
    assert_compiled_is_reference(rule, recording, engine.weights, shown.labels)


def test_one_weight_for_all_synapses_is_left_to_numpy() -> None:
    clock = brian2.Clock(1 * ms)
    group = partial(brian2.NeuronGroup, model="dv/dt = -v/(5*ms) : 1", method="exact", clock=clock)
    given = brian2.SpikeGeneratorGroup(3, [], [] * ms, name="given", clock=clock)
    cells, out = group(4, threshold="v > 1", reset="v = 0", name="cells"), group(2, name="out")
    parts = [given, cells, out]
    for name, (source, target) in {"into": (given, cells), "last": (cells, out)}.items():
        parts.append(
            brian2.Synapses(
                source, target, "w : 1 (shared)", on_pre="v_post += w", name=name, clock=clock
            )
        )
        parts[-1].connect()
    with runtime_device("numpy"):
        derived = derive(brian2.Network(*parts), {"into": "w"}, namespace={})
    traces = ForwardGradient(derived, ("out", "v"))
    with pytest.raises(DerivationError, match="one 'w' for all synapses"):
        EligibleSource(derived, "double", (("out", "v"),), traces=traces, own=True)


def test_memory_does_not_grow_with_the_trial() -> None:
    """But for what arrives at the two outputs; back-propagation keeps every state."""
    kept = {}
    for rule in (EProp(loss="values", keep_every=10), BPTT(loss="values")):
        for n_steps in (100, 400):
            bound = rule.bound(MODEL, n_steps)
            raster = np.random.default_rng(0).random((1, n_steps, 10)) < 0.1
            streams = Streams(2)
            with build_engine("runtime", MODEL, n_steps, streams) as engine:
                weights = MODEL.draw_weights(streams)
                engine.set_weights(weights)
                recording = engine.run(SpikeTrains.from_raster(raster))
            observed = bound.observe(recording, weights)
            list(bound.backward(observed, weights, np.zeros((1, n_steps, 2))))
            kept[rule.name, n_steps] = bound.taught.compiled.kept_bytes
    assert kept["eprop", 400] - kept["eprop", 100] == 300 * 2 * 8
    assert kept["bptt", 400] - kept["bptt", 100] >= 300 * (3 * 7 + 2) * 8


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
    drawn.in_numpy(recording, other, shown.labels)
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
