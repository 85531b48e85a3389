"""Neurons that no rule was derived for by hand learn by gradients of their equations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from brainsnn.codes import FirstSpikeDecoder, PotentialDecoder, RateDecoder
from brainsnn.config import apply_overrides
from brainsnn.engine import build_engine
from brainsnn.engine.derived import CompiledGradient
from brainsnn.errors import LearningError, RuleError
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.network.connectivity import (
    Connectivity,
    Convolution,
    FixedProbability,
    GivenPairs,
    OneToOne,
)
from brainsnn.network.delays import UniformDelays
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Normal, SynapseModel
from brainsnn.protocols.count import mnist as count_mnist
from brainsnn.protocols.s4nn import mnist
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.targets import Classes, StepValues, TargetTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig
from brainsnn.training.bptt import BPTT
from brainsnn.training.bptt.bound import BoundBPTT

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
        for name, place in rule.places.items():
            own = rule.derived.values(place.key)
            own[...] = place.spread(engine.weights[name]).reshape(own.shape)
        ran = CompiledGradient(rule.derived).run({"input": _inputs(shown)}, N_STEPS)
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


def quiet_output(size: int, initial: Any = 0.0, **changes: Any) -> Population:
    """Leaky neurons that never spike: their potential is a smooth function of what arrives."""
    neuron = Neuron(
        "dv/dt = -v / (8*ms) : 1\nv0 : 1 (constant)\nstep : 1 (constant)",
        threshold="v > 1e6",
        reset="v = 0",
        parameters={"v0": 0.3, "step": 2.0},
        initial={"v": initial},
        trainable=("v0",),
        method="exact",
        **changes,
    )
    return Population("output", size, neuron)


#: Which synapses there are to six outputs from a 4 x 4 image or six neurons, and their delays.
WAYS: dict[str, tuple[int, int, Connectivity, Any]] = {
    "one-to-one": (6, 6, OneToOne(), 2),
    "sparse": (6, 6, FixedProbability(0.4), UniformDelays(0, 4)),
    "given pairs": (6, 6, GivenPairs([0, 0, 3, 5], [1, 2, 2, 0]), 0),
    "convolution": (16, 18, Convolution(4, 4, 1, kernel=2, filters=2), 1),
}


def output_alone(way: str) -> Model:
    n_in, n_out, connectivity, delay = WAYS[way]
    connection = Connection(
        "in_out",
        "input",
        "output",
        initialiser=Normal(0, 1),
        delay=delay,
        connectivity=connectivity,
    )
    output = quiet_output(n_out, "v0*step**2 - v0")
    return Model(way, (Population("input", n_in), output), (connection,))


def asked(loss: str, n_trials: int, n_outputs: int) -> Any:
    rng = np.random.default_rng(4)
    if loss == "values":
        return rng.normal(size=(n_trials, N_STEPS, n_outputs))
    return rng.integers(0, n_outputs, n_trials)


@pytest.mark.parametrize(
    "loss", ["mean_potential", "largest_potential", "last_potential", "values"]
)
@pytest.mark.parametrize("way", WAYS)
def test_gradients_of_potentials_are_those_of_finite_differences(
    way: str, loss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brainsnn.engine.compiled_network.EXACT", ("-O0",))
    model, rng = output_alone(way), np.random.default_rng(3)
    rule = BPTT(loss=loss, potential_scale=0.5).bound(model, N_STEPS)
    n = model.output.size
    columns = rng.integers(0, 2 * N_STEPS, (3, model.inputs[0].size))
    inputs, wanted = SpikeTrains.from_first_steps(columns, N_STEPS), asked(loss, 3, n)
    codes = np.zeros(inputs.neuron.size, np.int32)
    recording = Recording(
        model.sizes, N_STEPS, 1e-3, inputs.offsets, codes, inputs.neuron, inputs.step, 0.0 * codes
    )
    weights = model.draw_weights(Streams(1))
    weights["output.v0"] += rng.normal(size=(1, n))

    def value() -> float:
        return float(rule.loss(rule.observe(recording, weights), wanted).sum())

    found = {k: g.values for k, g in rule.backward(recording, weights, wanted)}
    assert found.keys() == weights.keys()
    for name, values in weights.items():
        for place in rng.permutation(values.size)[:4]:
            where = np.unravel_index(place, values.shape)
            own, sides = values[where], []
            for step in (1e-5, -1e-5):
                values[where] = own + step
                sides.append(value())
            values[where] = own
            slope = (sides[0] - sides[1]) / 2e-5
            assert found[name][where] == pytest.approx(slope, rel=1e-5, abs=1e-8), name
        assert found[name].any()


def test_what_a_loss_reads_and_whose_recording_it_is_are_checked() -> None:
    model = output_alone("one-to-one")
    rule, shown = BPTT(loss="values").bound(model, N_STEPS), trials()
    steps = shown.inputs.first_steps()[:3, :6]
    weights = model.draw_weights(Streams(1))
    with build_engine("runtime", model, N_STEPS) as engine:
        engine.set_weights(weights)
        recording = engine.run(SpikeTrains.from_first_steps(steps, N_STEPS))
    seen = rule.observe(recording, weights)
    final = recording.final["output"]
    np.testing.assert_allclose(seen.states["output", "v"][:, -1], final, rtol=1e-12)
    with pytest.raises(LearningError, match="`observe` adds it"):
        rule.loss(recording, np.zeros((3, N_STEPS, 6)))
    with pytest.raises(LearningError, match=r"'in_out' have the shape \(1, 6\), got \(1, 5\)"):
        rule.observe(recording, weights | {"in_out": np.zeros((1, 5))})
    other = replace(recording, populations={"output": 6, "input": 6})
    with pytest.raises(LearningError, match=r"bound to .'input': 6, 'output': 6."):
        rule.observe(other, weights)


LEARNS: dict[str, dict[str, Any]] = {
    "counts, hidden rates held": {"rate_penalty": 1.0, "rate_target": 0.05},
    "first_spike": {"loss": "first_spike", "temperature": 0.1},
    "mean_potential": {"loss": "mean_potential", "potential_scale": 0.2},
    "largest_potential": {"loss": "largest_potential", "potential_scale": 0.2},
}


@pytest.mark.parametrize("name", LEARNS)
def test_every_readout_learns(name: str) -> None:
    shown, streams, rule = trials(), Streams(2), BPTT(**LEARNS[name])
    config = TrainingConfig(
        epochs=12, batch_size=20, update="simultaneous", optimiser=AdamConfig(), monitor="loss"
    )
    decoder = rule.usual_decoder()
    with build_engine("resident", MODEL, N_STEPS, streams) as engine:
        engine.set_weights(MODEL.draw_weights(streams))
        trainer = Trainer(engine, rule, decoder, config, 0.02, streams)
        metrics = trainer.fit(shown, shown).metrics
    assert metrics["loss"].iloc[-1] < metrics["loss"].iloc[0]
    assert metrics["validation_accuracy"].iloc[-1] > 0.9


def follow(loss: Any, targets: Any, rate: float = 0.02) -> tuple[float, float]:
    """First and last validation loss of trials without classes."""
    streams = Streams(2)
    shown = LabelledTrials(trials().inputs, targets)
    config = TrainingConfig(
        epochs=8,
        batch_size=20,
        update="simultaneous",
        optimiser=AdamConfig(),
        monitor="validation_loss",
    )
    with build_engine("resident", MODEL, N_STEPS, streams) as engine:
        engine.set_weights(MODEL.draw_weights(streams))
        trainer = Trainer(engine, BPTT(loss=loss), None, config, rate, streams)
        column = trainer.fit(shown, shown).metrics["validation_loss"]
    return float(column.iloc[0]), float(column.iloc[-1])


def test_values_a_step_and_spike_trains_are_followed() -> None:
    wave = np.sin(np.arange(N_STEPS) / 4)[None, :, None] * np.ones((N_TRIALS, 1, 2)) * 0.4
    first, last = follow("values", StepValues(wave))
    assert last < 0.8 * first
    steps = np.tile([12, 18], (N_TRIALS, 1))
    first, last = follow("spike_trains", TargetTrains(SpikeTrains.from_first_steps(steps, N_STEPS)))
    assert last < 0.8 * first


def test_targets_and_decoders_that_do_not_go_with_a_loss_are_refused() -> None:
    def refused(rule: BPTT, decoder: Any, kind: Any, message: str) -> None:
        with pytest.raises(RuleError, match=message):
            rule.bind(MODEL, decoder, N_STEPS, kind)

    refused(BPTT(loss="values"), None, Classes, "learns from values a step, not from classes")
    refused(BPTT(), None, StepValues, "learns from classes, not from values a step")
    refused(BPTT(), None, Classes, "does not go with no decoder.* read by rate")
    refused(BPTT(loss="first_spike"), RateDecoder(), Classes, "read by first_spike")
    refused(BPTT(loss="last_potential"), RateDecoder(), Classes, "read by potential")


def test_synapses_that_read_the_potential_learn_in_numpy() -> None:
    pull = replace(CONNECTIONS[1], synapse=SynapseModel(on_pre="a_post += w*v_post"))
    first, _, last = CONNECTIONS
    rule = BPTT().bind(replace(MODEL, connections=(first, pull, last)), RateDecoder(), N_STEPS)
    assert isinstance(rule, BoundBPTT)
    assert type(rule.taught).__name__ == "NumpyGradient"
    weights = MODEL.draw_weights(Streams(0))
    with build_engine("resident", MODEL, N_STEPS) as engine:
        engine.set_weights(weights)
        recording = engine.run(trials().inputs, np.arange(40))
    found = {k: g.values for k, g in rule.backward(recording, weights, np.arange(40) % 2)}
    assert all(np.isfinite(values).all() for values in found.values())
    assert all(found[c.name].any() for c in CONNECTIONS)


def test_what_has_no_derivative_is_refused() -> None:
    def refused(model: Model, message: str) -> None:
        with pytest.raises(RuleError, match=message):
            BPTT().bind(model, RateDecoder(), N_STEPS)

    refused(with_neuron(threshold="v > 1 + rand()"), "'output'.*draw random numbers")
    begun = quiet_output(2, "v0 + 2*i")
    refused(replace(MODEL, populations=(*POPULATIONS[:-1], begun)), "'output': v begins with.* i;")
    stepwise = quiet_output(2, "floor(v0)")
    whole = replace(MODEL, populations=(*POPULATIONS[:-1], stepwise))
    refused(whole, "no derivative by what is trained")
    with pytest.raises(RuleError, match="does not go with FirstSpikeDecoder"):
        BPTT().bind(MODEL, FirstSpikeDecoder(), N_STEPS)


def of_protocol(protocol: Any, *settings: str) -> tuple[Any, Model, int, BoundBPTT]:
    """Protocol, network, length of a trial and bound rule of a configuration."""
    config = apply_overrides(protocol.config(), ["rule.name=bptt", *settings])
    model, n_steps = protocol.model(config), protocol.n_steps(config)
    bound = protocol.rule(config).bind(model, protocol.decoder(config), n_steps)
    return protocol, model, n_steps, bound


def test_a_configuration_names_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brainsnn.engine.compiled_network.EXACT", ("-O0",))
    for loss, decoder in (("counts", RateDecoder()), ("mean_potential", PotentialDecoder("mean"))):
        for protocol in (mnist.PROTOCOL, count_mnist.PROTOCOL):
            config = apply_overrides(protocol.config(), ["rule.name=bptt", f"rule.loss={loss}"])
            assert protocol.decoder(config) == protocol.decoder(config, protocol.code(config))
            assert protocol.decoder(config) == decoder
            assert protocol.decoder(config, "first_spike") == FirstSpikeDecoder()
    s4nn = ("rule.loss=first_spike", "rule.scale=100")
    count = ("network.hidden=4c5-4a", "network.n_steps=8")
    for protocol, settings in ((mnist.PROTOCOL, s4nn), (count_mnist.PROTOCOL, count)):
        _, model, n_steps, rule = of_protocol(protocol, *settings)
        weights, rng = model.draw_weights(Streams(0)), np.random.default_rng(1)
        inputs = SpikeTrains.from_first_steps(rng.integers(0, n_steps, (2, 784)), n_steps)
        with build_engine("runtime", model, n_steps) as engine:
            engine.set_weights(weights)
            recording = engine.run(inputs)
        assert all(recording.counts(name).any() for name in list(model.sizes)[1:])
        found = {k: g.values for k, g in rule.backward(recording, weights, np.arange(2))}
        assert found.keys() == model.shapes.keys()
        assert {k for k, v in found.items() if np.isfinite(v).all() and v.any()} == set(found)
