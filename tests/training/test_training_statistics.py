import numpy as np
import pytest
from fakes import SIZES, FakeEngine, make_trials
from hypothesis import given
from hypothesis import strategies as st

from brainsnn.codes import FirstSpikeDecoder
from brainsnn.codes.decisions import Decisions
from brainsnn.spikes import Recording
from brainsnn.training.statistics import EpochStatistics

N = 20
ENGINE, TRIALS = FakeEngine(), make_trials(N)
WHOLE = ENGINE.run(TRIALS.inputs)
LOSS = np.random.default_rng(0).random(N)


def fill(statistics, cuts):
    """Take in the trials in pieces."""
    for a, b in zip([0, *cuts], [*cuts, N], strict=True):
        recording = ENGINE.run(TRIALS.inputs, np.arange(a, b))
        decisions = FirstSpikeDecoder().decode(recording)
        statistics.add(recording, TRIALS.labels[a:b], decisions, LOSS[a:b])
    return statistics


def new():
    return EpochStatistics(N, SIZES, ["a", "b"], 3)


@given(st.lists(st.integers(1, N - 1), unique=True).map(sorted))
def test_pieces_do_not_matter(cuts):
    ours, whole = fill(new(), cuts), fill(new(), [])
    assert ours.metrics() == whole.metrics()
    for key, value in whole.state().items():
        assert np.array_equal(ours.state()[key], value), key


@given(st.lists(st.integers(1, N - 1), unique=True, min_size=1).map(sorted))
def test_concatenation_is_the_whole_run(cuts):
    pieces = [
        ENGINE.run(TRIALS.inputs, np.arange(a, b))
        for a, b in zip([0, *cuts], [*cuts, N], strict=True)
    ]
    ours = Recording.concatenate(pieces)
    for column in ("offsets", "population", "neuron", "step", "potential"):
        np.testing.assert_array_equal(getattr(ours, column), getattr(WHOLE, column))
    for name, final in WHOLE.final.items():
        np.testing.assert_array_equal(ours.final[name], final)


def test_numbers_by_hand():
    statistics, decisions = fill(new(), []), FirstSpikeDecoder().decode(WHOLE)
    metrics = statistics.metrics()
    right = decisions.decision == TRIALS.labels
    assert metrics["loss"] == pytest.approx(LOSS.mean())
    assert metrics["train_accuracy"] == right.mean()
    assert metrics["train_accuracy_ties_wrong"] == (right & ~decisions.tie).mean()
    for name in SIZES:
        steps = WHOLE.first_steps(name).astype(float)
        fired = steps < WHOLE.n_steps
        assert np.array_equal(statistics.fired_fraction()[name], fired.mean(axis=0))
        assert metrics[f"silent_neurons_{name}"] == (~fired.any(axis=0)).sum()
        mean = np.where(fired, steps, 0).sum(axis=0) / np.where(fired.any(0), fired.sum(0), np.nan)
        np.testing.assert_allclose(statistics.mean_first_step()[name], mean)


def test_a_tie_is_not_a_right_decision_where_ties_are_wrong():
    """Four decisions, two of them right, one of these a tie."""
    decisions = Decisions(
        decision=np.array([1, 1, 0, 2]),
        step=np.array([3, 3, 3, 3]),
        tie=np.array([False, True, True, False]),
        silent=np.zeros(4, bool),
        candidates=np.ones((4, 3), bool),
    )
    statistics = EpochStatistics(4, SIZES, [], 1)
    recording = ENGINE.run(TRIALS.inputs, np.arange(4))
    statistics.add(recording, np.array([1, 1, 2, 0]), decisions, np.zeros(4))
    metrics = statistics.metrics()
    assert metrics["train_accuracy"] == 0.5
    assert metrics["train_accuracy_ties_wrong"] == 0.25


def test_several_spikes_in_a_trial_count_once():
    recording = Recording(
        {"a": 2},
        9,
        1e-3,
        np.array([0, 3, 4]),
        np.zeros(4, np.int32),
        np.array([0, 0, 0, 0], np.int32),
        np.array([1, 3, 5, 4], np.int32),
        np.full(4, np.nan),
        {"a": np.zeros((2, 2))},
    )
    statistics = EpochStatistics(2, {"a": 2}, [], 1)
    decisions = FirstSpikeDecoder().decode(recording, "a")
    statistics.add(recording, np.zeros(2, int), decisions, np.zeros(2))
    assert np.array_equal(statistics.fired_fraction()["a"], [1.0, 0.0])
    np.testing.assert_array_equal(statistics.mean_first_step()["a"], [2.5, np.nan])


def test_restore_goes_on():
    first, second = new(), new()
    recording = ENGINE.run(TRIALS.inputs, np.arange(5))
    decisions = FirstSpikeDecoder().decode(recording)
    first.add(recording, TRIALS.labels[:5], decisions, LOSS[:5])
    first.norms["a"][0] = 3.0
    second.restore(first.state())
    assert second.done == 5
    assert second.metrics() == first.metrics()


def test_nothing_yet():
    statistics = new()
    assert np.isnan(statistics.accuracy())
    assert statistics.silent_neurons() == SIZES
