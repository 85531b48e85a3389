"""Exact gradients of spike times as a rule: compiled, in NumPy, refused, and learning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from brainsnn.codes import FirstSpikeDecoder, RateDecoder
from brainsnn.engine import build_engine
from brainsnn.errors import LearningError, RuleError
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Normal, SynapseModel
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig
from brainsnn.training.eventprop import BoundEventProp, EventProp
from brainsnn.training.eventprop.taught import NumpyEvents, TaughtEvents

N_STEPS, N_TRIALS = 32, 2
LABELS = np.arange(N_TRIALS) % 2

CELL = Neuron(
    "dv/dt = (g - v)/tau : 1\ndg/dt = -g/(5*ms) : 1\ntau : second (constant)",
    threshold="v > 1",
    reset="v = 0",
    method="exact",
    parameters={"tau": "20*ms"},
    name="cell",
)
CURRENT, POTENTIAL = SynapseModel(on_pre="g_post += w"), SynapseModel(on_pre="v_post += w")


def network(cell: Neuron = CELL, synapse: SynapseModel = CURRENT, delay: int = 0) -> Model:
    size = 1.0 if synapse is CURRENT else 0.3
    parts = Population("given", 5), Population("hid", 6, cell), Population("out", 2, cell)
    ways = (
        Connection("a", "given", "hid", synapse, initialiser=Normal(1.8 * size, 0.8 * size)),
        Connection(
            "r", "hid", "hid", synapse, initialiser=Normal(0.1 * size, 0.3 * size), delay=delay
        ),
        Connection("b", "hid", "out", synapse, initialiser=Normal(1.6 * size, 0.5 * size)),
    )
    return Model("cells", parts, ways, dt=0.5e-3)


SIZES = {"given": 5, "hid": 6, "out": 2}


def inputs() -> SpikeTrains:
    first = np.random.default_rng(0).integers(1, 24, (N_TRIALS, 5))
    return SpikeTrains.from_first_steps(first, N_STEPS)


def recorded() -> Recording:
    """Trials of which the rule reads the input spikes alone."""
    given = inputs()
    whose, nan = np.zeros(given.neuron.size, np.int32), np.full(given.neuron.size, np.nan)
    return Recording(SIZES, N_STEPS, 0.5e-3, given.offsets, whose, given.neuron, given.step, nan)


@pytest.fixture(autouse=True)
def quickly_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brainsnn.engine.compiled_network.EXACT", ("-O0",))


def both(model: Model, **settings: Any) -> tuple[BoundEventProp, dict[str, Any], dict[str, Any]]:
    """Gradients of the compiled form, in full, and of the NumPy form."""
    recording, weights = recorded(), model.draw_weights(Streams(1))
    rule = EventProp.model_validate(settings).bound(model, N_STEPS)
    assert isinstance(rule.taught, TaughtEvents)
    found = {name: np.zeros_like(w) for name, w in weights.items()}
    for name, part in rule.backward(recording, weights, LABELS):
        found[name][part.rows] = part.values
    numpy_form = NumpyEvents(rule.derived, rule.taught._asked, rule.places)  # type: ignore[arg-type]
    wanted = numpy_form.gradients(recording, weights, LABELS, None)
    exact = rule.exact(recording, weights)
    np.testing.assert_allclose(exact, numpy_form.observe(recording, weights), atol=1e-13)
    return rule, found, {name: part.values for name, part in wanted.items()}


LEARNED = replace(CELL, refractory="2*ms", trainable=("tau",))
KINDS = {
    "current": (network(LEARNED, delay=3), {"silence": 0.1, "tau": "2*ms"}),
    "at once": (
        network(replace(CELL, method="rk2"), POTENTIAL),
        {"loss": "mean_potential", "silence": 0.1},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_compiled_gradients_are_those_of_numpy(kind: str) -> None:
    model, settings = KINDS[kind]
    _, found, wanted = both(model, **settings)
    assert np.abs(wanted["b"]).max() > 0
    for name, values in wanted.items():
        assert np.abs(found[name] - values).max() <= 1e-12 * np.abs(values).max(), name


def test_networks_that_only_numpy_runs_are_taught_by_it() -> None:
    model = network(replace(CELL, refractory="v > 0.5"))
    rule = EventProp().bound(model, N_STEPS)
    assert isinstance(rule.taught, NumpyEvents)
    recording, weights = recorded(), model.draw_weights(Streams(1))
    assert set(dict(rule.backward(recording, weights, LABELS))) == {"a", "r", "b"}
    assert rule.network_kernel(SIZES, weights) is None


def test_what_has_no_exact_times_is_refused_by_name() -> None:
    noisy = replace(
        CELL, equations=CELL.equations.replace("(g - v)/tau", "(g - v)/tau + xi/tau**0.5")
    )
    with pytest.raises(RuleError, match=r"'eventprop' cannot train 'cells': .*random numbers"):
        EventProp().bound(network(replace(noisy, method="euler")), N_STEPS)
    with pytest.raises(RuleError, match="does not go with"):
        EventProp().bind(network(), RateDecoder(), N_STEPS)


def test_a_neuron_that_fires_without_end_has_no_gradient() -> None:
    model, settings = KINDS["at once"]
    recording, weights = recorded(), model.draw_weights(Streams(1))
    weights["r"][:] = 5.0
    rule = EventProp.model_validate(settings).bound(model, N_STEPS)
    with pytest.raises(LearningError, match="fires without end"):
        dict(rule.backward(recording, weights, LABELS))


def test_a_task_is_learned_by_the_compiled_loop_as_step_by_step() -> None:
    rng = np.random.default_rng(1)
    labels = np.arange(60) % 2
    steps = np.tile(4 * np.arange(5), (60, 1)) + rng.integers(0, 4, (60, 5))
    steps[labels == 1] = steps[labels == 1, ::-1]
    shown = LabelledTrials(SpikeTrains.from_first_steps(steps, N_STEPS), labels)
    model, settings = KINDS["current"]
    config = TrainingConfig(
        epochs=8, batch_size=10, update="simultaneous", optimiser=AdamConfig(), monitor="loss"
    )
    ended = []
    rule = EventProp.model_validate(settings | {"silence": 0.0}).bind(
        model, FirstSpikeDecoder(), N_STEPS
    )
    exact = []
    for one in (rule, StepByStep(**{n: getattr(rule, n) for n in rule.__dataclass_fields__})):
        with build_engine("resident", model, N_STEPS, Streams(2)) as engine:
            engine.set_weights(model.draw_weights(Streams(2)))
            recording = engine.run(shown.inputs)
            exact.append(rule.exact(recording, engine.weights)[:, 0])
            grid = np.minimum(recording.first_steps("out") + 1, N_STEPS) * recording.dt
            metrics = Trainer(engine, one, FirstSpikeDecoder(), config, 0.02, Streams(2)).fit(shown)
            ended.append({name: w.copy() for name, w in engine.weights.items()})
    late = (grid - exact[0]) / recording.dt  # half a step a layer, and recurrent spikes
    assert 0 < late.min() < np.median(late) < 3
    assert metrics.metrics["train_accuracy"].iloc[-1] > 0.95
    for name, values in ended[0].items():
        np.testing.assert_array_equal(values, ended[1][name])


class StepByStep(BoundEventProp):
    """The same without its kernel."""

    def network_kernel(self, populations: Any, weights: Any) -> None:
        del populations, weights
