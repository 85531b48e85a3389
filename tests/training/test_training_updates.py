import numpy as np
import pytest
from fakes import FakeEngine, FakeRule, make_trainer, make_trials

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError
from brainsnn.learning.optimisers import SGD
from brainsnn.training import StopRequest, TrainingConfig
from brainsnn.training.loop.updates import StepByStep

TRIALS = make_trials(12)
RATE = 0.03


def by_hand(batch_size, sequential, decay):
    """The same updates, written out."""
    engine, rule = FakeEngine(), FakeRule()
    for start in range(0, 12, batch_size):
        index = np.arange(start, min(start + batch_size, 12))
        recording = engine.run(TRIALS.inputs, index)
        gradients = rule.backward(recording, engine.weights, TRIALS.labels[index])
        for name, gradient in gradients if sequential else list(gradients):
            weights = engine.weights[name]
            weights[gradient.rows] -= RATE * gradient.values / index.size
            weights -= RATE * decay * weights
    return engine.weights


def run(batch_size=1, sequential=True, decay=0.0, order=None):
    engine, optimiser = FakeEngine(), SGD(decay)
    updater = StepByStep(engine, FakeRule(), optimiser, batch_size, sequential)
    order = np.arange(12) if order is None else order
    recording, norms = updater.run(TRIALS, order, RATE, StopRequest())
    optimiser.flush(engine.weights)
    return engine.weights, recording, norms


@pytest.mark.parametrize("decay", [0.0, 0.3])
@pytest.mark.parametrize("sequential", [True, False])
@pytest.mark.parametrize("batch_size", [1, 5, 12])
def test_equals_updates_by_hand(batch_size, sequential, decay):
    ours, _, _ = run(batch_size, sequential, decay)
    theirs = by_hand(batch_size, sequential, decay)
    for name, array in theirs.items():
        np.testing.assert_allclose(ours[name], array, rtol=1e-11, atol=1e-14)


def test_sequential_and_simultaneous_differ_below_the_output_only():
    sequential, simultaneous = run(12, True)[0], run(12, False)[0]
    assert np.array_equal(sequential["hidden_output"], simultaneous["hidden_output"])
    assert not np.array_equal(sequential["input_hidden"], simultaneous["input_hidden"])


def test_recording_holds_the_trials_in_order():
    order = np.array([3, 0, 7])
    _, recording, _ = run(order=order)
    assert recording.n_trials == 3
    inputs = TRIALS.inputs.take(order)
    assert np.array_equal(recording.first_steps("input"), inputs.first_steps())


def test_norms_are_of_the_first_batch():
    _, _, norms = run(5)
    engine, index = FakeEngine(), np.arange(5)
    recording = engine.run(TRIALS.inputs, index)
    gradients = dict(FakeRule().backward(recording, engine.weights, TRIALS.labels[index]))
    first = np.linalg.norm(gradients["hidden_output"].values) / 5
    assert norms["hidden_output"] == pytest.approx(first)
    assert set(norms) == {"hidden_output", "input_hidden"}


def test_stop_ends_after_the_batch():
    stop = StopRequest()
    stop.request()
    updater = StepByStep(FakeEngine(), FakeRule(), SGD(), 5)
    recording, _ = updater.run(TRIALS, np.arange(12), RATE, stop)
    assert recording.n_trials == 5


def test_a_clipped_gradient_is_no_larger_than_asked():
    engine, limit = FakeEngine(), 0.05
    start = {name: w.copy() for name, w in engine.weights.items()}
    recording = engine.run(TRIALS.inputs)
    gradients = dict(FakeRule().backward(recording, engine.weights, TRIALS.labels))
    updater = StepByStep(engine, FakeRule(), SGD(), 12, False, limit)
    _, norms = updater.run(TRIALS, np.arange(12), RATE, StopRequest())
    for name, gradient in gradients.items():
        wanted = gradient.values / 12
        assert np.abs(wanted).max() > limit
        assert norms[name] == pytest.approx(np.linalg.norm(wanted))
        moved = (start[name] - engine.weights[name])[gradient.rows] / RATE
        np.testing.assert_allclose(moved, wanted.clip(-limit, limit), atol=1e-12)


def test_clipping_is_a_setting_of_training():
    trainer = make_trainer(clip=0.1, batch_size=4)
    assert isinstance(trainer.updater, StepByStep)
    assert trainer.updater.clip == 0.1
    with pytest.raises(ConfigError, match="clip"):
        apply_overrides(TrainingConfig(), ["clip=0"])
