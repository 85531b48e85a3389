"""The compiled loop gives what engine, rule and optimiser give in turn, to the last bit."""

from __future__ import annotations

import copy
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from brainsnn.codes import FirstSpikeDecoder, RateDecoder
from brainsnn.engine import ResidentEngine
from brainsnn.errors import DataError, LearningError
from brainsnn.learning.antlr import AntlrBackprop, activation_based, timing_based
from brainsnn.learning.count import Count
from brainsnn.learning.count.penalty import RatePenalty
from brainsnn.learning.decision import DecisionBackprop
from brainsnn.learning.losses import (
    FirstSpikeLoss,
    FirstSpikeSoftmax,
    RelativeTargets,
    SpikeCountLoss,
    SpikeLatencyLoss,
)
from brainsnn.learning.optimisers import SGD, Adam, Optimiser, QuantisedAdam
from brainsnn.learning.temporal import TemporalBackprop
from brainsnn.network.model import Connection, Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Coefficients, Neuron, counting, integrate_and_fire_once
from brainsnn.network.parameters import Parameter
from brainsnn.network.synapses import FanInNormal, Uniform, current
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import StopRequest, Trainer, TrainingConfig
from brainsnn.training.loop.blocks import CompiledBlocks, make_updater
from brainsnn.training.loop.updates import StepByStep

SIZES = {"input": 20, "first": 30, "second": 12, "output": 4}
N_STEPS, N = 40, 60
INITIAL = [Uniform(0, 30), Uniform(-5, 25), Uniform(0, 40)]
MODEL = Network(SIZES, integrate_and_fire_once, initialiser=INITIAL, name="small")
NOISY = Neuron(
    "v : 1\nfired : boolean", "v > 80 + 30*rand() and not fired", "fired = True", name="noisy"
)
RULES = {
    "s4nn": TemporalBackprop(),
    "s4nn_softmax": TemporalBackprop(FirstSpikeSoftmax(), normalised=False),
    "decision": DecisionBackprop(),
    "decision_relative": DecisionBackprop(RelativeTargets()),
}


def make_trials(n: int = N) -> LabelledTrials:
    rng = np.random.default_rng(0)
    steps = rng.integers(0, 50, (n, SIZES["input"]))
    return LabelledTrials(SpikeTrains.from_first_steps(steps, N_STEPS), rng.integers(0, 4, n))


TRIALS = make_trials()


@pytest.fixture(scope="module")
def engine() -> ResidentEngine:
    return ResidentEngine(MODEL, N_STEPS)


def columns(recording: Recording) -> list[np.ndarray]:
    names = ("offsets", "population", "neuron", "step", "potential")
    return [np.array(getattr(recording, name)) for name in names] + [
        np.array(values) for values in recording.final.values()
    ]


def train(make, engine, rule, optimiser, *arguments, epochs=3, rate=0.7):
    """Everything that training leaves, epoch by epoch."""
    first = engine.model.draw_weights(Streams(1))
    engine.set_weights({n: np.clip(w, *optimiser.bounds(n)) for n, w in first.items()})
    updater = make(engine, rule, optimiser, *arguments)
    left = []
    for epoch in range(epochs):
        order = np.random.default_rng(epoch).permutation(N)
        recording, norms = updater.run(TRIALS, order, rate, StopRequest())
        left += [*columns(recording), *(np.array(norms[name]) for name in sorted(norms))]
        left += [w.copy() for w in engine.weights.values()]
        left += [array for _, array in sorted(optimiser.state().items())]
    return updater, left


def same(ours, theirs):
    assert len(ours) == len(theirs)
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize(("decay", "batch"), [(0, 1), (0.01, 1), (1.0, 1), (0.01, 7)])
def test_equals_step_by_step(engine, rule, decay, batch):
    for sequential in (True, False):
        updater, ours = train(make_updater, engine, rule, SGD(decay), batch, sequential)
        assert isinstance(updater, CompiledBlocks)
        assert same(ours, train(StepByStep, engine, rule, SGD(decay), batch, sequential)[1])


def confined(optimiser: Optimiser) -> Optimiser:
    """The optimiser, which has to keep the signs of two connections."""
    signs = {"first_second": "inhibitory", "second_output": "excitatory"}
    optimiser.confine(
        {n: Parameter(n, "w", MODEL.shapes[n], Uniform(), sign=s) for n, s in signs.items()}
    )
    return optimiser


ADAMS = {
    "adam": (Adam(), 7),
    "decay": (Adam(weight_decay=0.1), 1),
    "clipped": (Adam(beta1=0.5), 7, True, 0.02),
    "sgd_clipped": (SGD(0.01), 7, False, 0.02),
    "quantised": (QuantisedAdam(4, weight_decay=0.1), 7, False, 0.02),
    "one_bit": (QuantisedAdam(1), 1),
    "signs": (confined(SGD(0.01)), 1),
    "signs_of_batches": (confined(SGD(0.01)), 7),
    "signs_adam": (confined(Adam()), 7),
}


@pytest.mark.parametrize("settings", ADAMS.values(), ids=ADAMS)
def test_adam_and_clipped_gradients_are_compiled_too(engine, settings):
    fresh, *others = settings
    for rule in (RULES["decision"], RULES["s4nn"]):
        (updater, ours), (_, theirs) = (
            train(make, engine, rule, copy.deepcopy(fresh), *others)
            for make in (make_updater, StepByStep)
        )
        assert isinstance(updater, CompiledBlocks)
        assert same(ours, theirs)


@pytest.mark.parametrize("fresh", [SGD(0.01), SGD(), Adam()], ids=["sgd_decay", "sgd", "adam"])
def test_bounds_that_first_weights_are_beyond_are_kept_alike(engine, fresh):
    bounded = SimpleNamespace(bounds=(0.0, 20.0), scale=1, constraint=None)
    left = []
    for make in (make_updater, StepByStep):
        optimiser = copy.deepcopy(fresh)
        optimiser.confine(dict.fromkeys(engine.weights, bounded))
        left.append(train(make, engine, RULES["s4nn"], optimiser))
    assert isinstance(left[0][0], CompiledBlocks)
    assert same(left[0][1], left[1][1])


def test_networks_that_draw_random_numbers_draw_the_same():
    model = Network(SIZES, NOISY, initialiser=INITIAL, name="noisy")
    left = [
        train(make, ResidentEngine(model, N_STEPS, Streams(3)), TemporalBackprop(), SGD(0.01))
        for make in (make_updater, StepByStep)
    ]
    assert isinstance(left[0][0], CompiledBlocks)
    assert same(left[0][1], left[1][1])


def test_recordings_grow_beyond_what_was_expected(engine, monkeypatch):
    monkeypatch.setattr("brainsnn.training.loop.room.SPARE", 0.02)
    _, ours = train(make_updater, engine, TemporalBackprop(), SGD(0.01))
    assert same(ours, train(StepByStep, engine, TemporalBackprop(), SGD(0.01))[1])


def test_stop_requested_before_ends_after_a_batch(engine):
    stop = StopRequest()
    stop.request()
    updater = make_updater(engine, TemporalBackprop(), SGD(), 5)
    assert updater.run(TRIALS, np.arange(N), 0.1, stop)[0].n_trials == 5


class StopAfter:
    """A request to stop that comes after it was looked for a few times."""

    def __init__(self, looks):
        self.looks = looks

    @property
    def requested(self):
        self.looks -= 1
        return self.looks < 0


def test_a_stop_in_the_middle_of_a_block_goes_on_to_the_same_end(engine, monkeypatch):
    monkeypatch.setattr("brainsnn.training.loop.blocks.LOOK", 1e-9)
    rule, order = TemporalBackprop(), np.arange(N)
    engine.set_weights(MODEL.draw_weights(Streams(1)))
    updater = make_updater(engine, rule, SGD(0.01))
    begun = updater.run(TRIALS, order, 0.7, StopAfter(12))[0]
    assert 1 < begun.n_trials < N
    updater.run(TRIALS, order[begun.n_trials :], 0.7, StopRequest())
    weights = [w.copy() for w in engine.weights.values()]
    engine.set_weights(MODEL.draw_weights(Streams(1)))
    StepByStep(engine, rule, SGD(0.01)).run(TRIALS, order, 0.7, StopRequest())
    assert same(weights, list(engine.weights.values()))


def fit(engine, epochs, checkpoint=None, resume=False, updater=None):
    if not resume:
        engine.set_weights(MODEL.draw_weights(Streams(1)))
    config = TrainingConfig(
        epochs=epochs,
        monitor="train_accuracy",
        optimiser={"name": "sgd", "weight_decay": 0.01},
        average={"name": "exponential"},
        checkpoint_every=25,
    )
    trainer = Trainer(
        engine,
        TemporalBackprop(),
        FirstSpikeDecoder(),
        config,
        0.2,
        Streams(5),
        checkpoint=checkpoint,
    )
    if updater is not None:
        trainer.updater = updater(engine, trainer.rule, trainer.state.optimiser)
    return trainer, trainer.fit(TRIALS, resume=resume)


def test_the_trainer_chooses_it_and_resumes_exactly(engine, tmp_path):
    trainer, whole = fit(engine, 4)
    assert isinstance(trainer.updater, CompiledBlocks)
    fit(engine, 2, tmp_path / "checkpoint.npz")
    _, resumed = fit(engine, 4, tmp_path / "checkpoint.npz", resume=True)
    _, plain = fit(engine, 4, updater=StepByStep)
    for other in (resumed, plain):
        assert same(list(whole.last_weights.values()), list(other.last_weights.values()))
        ours, theirs = (r.metrics.drop(columns="seconds") for r in (whole, other))
        assert ours.equals(theirs)


COUNTED = {
    "dense": ("20-12-4", 5, RatePenalty(), "symmetric"),
    "penalised": ("20-12-8-4", 5, RatePenalty(0.5, 0.1), "symmetric"),
    "convolution": ("4x5-3c2-4", 4, RatePenalty(), "symmetric"),
    "random": ("4x5-3c2-6-4", 4, RatePenalty(), "random"),
    "direct": ("5x4-3c2-1a-6-4", 3, RatePenalty(), "direct"),
}


OPTIMISERS = {
    "sgd": SGD(),
    "sgd_decay": SGD(0.01),
    "adam": Adam(weight_decay=0.1),
    "quantised": QuantisedAdam(),
}


@pytest.fixture(scope="module", params=COUNTED.values(), ids=COUNTED)
def counted(request):
    """An engine of a network that is read by counts, and its rule."""
    notation, n_steps, penalty, feedback = request.param
    model = Network(notation, counting(notation, n_steps), initialiser=FanInNormal(0.7)).frozen()
    engine = ResidentEngine(model, N_STEPS)
    rule = Count(open_output=notation.startswith("20"), feedback=feedback)
    rule = rule.bind(model, RateDecoder(), N_STEPS)
    return engine, replace(rule, penalty=penalty)


@pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS)
@pytest.mark.parametrize(("batch", "clip"), [(1, None), (7, 0.02)])
def test_counts_are_learned_in_compiled_blocks_too(counted, optimiser, batch, clip):
    engine, rule = counted
    (updater, ours), (_, theirs) = (
        train(make, engine, rule, copy.deepcopy(optimiser), batch, False, clip)
        for make in (make_updater, StepByStep)
    )
    assert isinstance(updater, CompiledBlocks)
    assert same(ours, theirs)


def test_counts_in_sequential_order_are_learned_step_by_step(counted):
    assert isinstance(make_updater(*counted, SGD(), 7, True), StepByStep)


COUNT_LOSS = SpikeCountLoss.label_alone(4, 2)
ANTLRS = {
    "latency": AntlrBackprop(),
    "counts": AntlrBackprop(COUNT_LOSS, spike_penalty=0.1, reset_path=True),
    "activation": activation_based(COUNT_LOSS, negligible=0.05),
    "timing": timing_based(SpikeLatencyLoss()),
    "once": AntlrBackprop(once=True, silence_penalty=0.5),
}


CURRENT_BASED = Coefficients().normalised(N_STEPS - 3)


@pytest.fixture(scope="module")
def current_based_engines():
    """One whose neurons spike at most once, and one whose neurons may spike more often."""
    initial = [Uniform(-0.2, 0.6), Uniform(-0.3, 0.7), Uniform(-0.3, 0.7)]
    return {
        once: ResidentEngine(
            Network(SIZES, CURRENT_BASED.layers(3, once), synapse=current, initialiser=initial),
            N_STEPS,
        )
        for once in (True, False)
    }


@pytest.mark.parametrize("rule", ANTLRS.values(), ids=ANTLRS)
@pytest.mark.parametrize(
    ("optimiser", "settings"), [(SGD(0.01), (1, True)), (Adam(), (7, False, 0.02))], ids=["1", "7"]
)
def test_antlr_learns_in_compiled_blocks_too(current_based_engines, rule, optimiser, settings):
    engine, rule = current_based_engines[rule.once], replace(rule, coefficients=CURRENT_BASED)
    (updater, ours), (_, theirs) = (
        train(make, engine, rule, copy.deepcopy(optimiser), *settings, rate=0.05)
        for make in (make_updater, StepByStep)
    )
    assert isinstance(updater, CompiledBlocks)
    assert same(ours, theirs)


class PlainLoss(FirstSpikeLoss):
    """A loss in NumPy only."""

    def value(self, steps, labels, n_steps):
        return RelativeTargets().value(steps, labels, n_steps)

    def error(self, steps, labels, n_steps):
        return RelativeTargets().error(steps, labels, n_steps)


def test_what_is_not_compiled_is_done_step_by_step(engine):
    plain = TemporalBackprop(PlainLoss())
    assert isinstance(make_updater(engine, plain, SGD()), StepByStep)
    several = ResidentEngine(MODEL, N_STEPS, workers=2)
    assert isinstance(make_updater(several, TemporalBackprop(), SGD(), 4), StepByStep)
    jump = Connection("jump", "input", "output")
    model = Model("jump", MODEL.populations, (*MODEL.connections, jump))
    assert isinstance(make_updater(ResidentEngine(model, N_STEPS), plain, SGD()), StepByStep)
    ours = train(make_updater, engine, plain, SGD(0.01))[1]
    assert same(ours, train(make_updater, engine, TemporalBackprop(), SGD(0.01))[1])


def test_labels_and_trials_that_do_not_fit_are_refused(engine):
    updater = make_updater(engine, TemporalBackprop(), SGD())
    wrong = LabelledTrials(TRIALS.inputs, np.where(np.arange(N) == 9, 4, TRIALS.labels))
    with pytest.raises(LearningError, match=r"Labels must be in 0\.\.3"):
        updater.run(wrong, np.arange(N), 0.1, StopRequest())
    with pytest.raises((DataError, IndexError)):
        updater.run(TRIALS, np.array([0, N]), 0.1, StopRequest())
