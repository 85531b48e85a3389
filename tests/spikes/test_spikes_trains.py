import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from brainsnn.errors import DataError
from brainsnn.spikes import SpikeTrains

SHAPES = array_shapes(min_dims=2, max_dims=2, max_side=6)
TABLES = arrays(np.int64, SHAPES, elements=st.integers(0, 12))


@given(TABLES, st.integers(1, 12))
def test_first_steps_come_back(steps, n_steps):
    trains = SpikeTrains.from_first_steps(steps, n_steps)
    np.testing.assert_array_equal(trains.first_steps(), np.minimum(steps, n_steps))


@given(TABLES, st.integers(1, 12))
def test_spikes_are_sorted_by_trial_step_and_neuron(steps, n_steps):
    trains = SpikeTrains.from_first_steps(steps, n_steps)
    trial = np.repeat(np.arange(trains.n_trials), np.diff(trains.offsets))
    rows = list(zip(trial, trains.step, trains.neuron, strict=True))
    assert rows == sorted(rows)
    assert len(rows) == (steps < n_steps).sum()


@given(TABLES, st.data())
def test_take_gives_the_trials_asked_for(steps, data):
    wanted = data.draw(st.lists(st.integers(0, len(steps) - 1), max_size=8))
    taken = SpikeTrains.from_first_steps(steps, 12).take(np.array(wanted, int))
    np.testing.assert_array_equal(taken.first_steps(), steps[wanted])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.uint64])
def test_any_integer_type_will_do(dtype):
    trains = SpikeTrains.from_first_steps(np.array([[3, 200, 0]], dtype), 100)
    assert trains.neuron.tolist() == [2, 0]
    assert trains.step.tolist() == [0, 3]


def test_hand_worked_trains():
    trains = SpikeTrains.from_first_steps(np.array([[2, 0, 2], [9, 9, 9], [9, 1, 0]]), 9)
    assert trains.offsets.tolist() == [0, 3, 3, 5]
    assert trains.neuron.tolist() == [1, 0, 2, 2, 1]
    assert trains.step.tolist() == [0, 2, 2, 0, 1]


def test_no_trial_and_no_neuron():
    assert SpikeTrains.from_first_steps(np.zeros((0, 3), int), 5).n_trials == 0
    assert SpikeTrains.from_first_steps(np.zeros((2, 0), int), 5).first_steps().shape == (2, 0)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (np.zeros((1, 2)), r"must be integers .* got float64"),
        (np.zeros(2, int), r"shape \(2,\)"),
        (np.array([[0, -3]]), "must not be negative, got -3"),
    ],
)
def test_bad_first_steps_are_refused(steps, message):
    with pytest.raises(DataError, match=message):
        SpikeTrains.from_first_steps(steps, 5)


@pytest.mark.parametrize(
    ("offsets", "neuron", "step", "message"),
    [
        ([0, 2], [0, 1], [0], "one entry a spike"),
        ([], [], [], "one entry more than there are trials"),
        ([1, 2], [0, 1], [0, 1], "offsets must rise from 0 to the 2 spikes"),
        ([0, 1], [0, 1], [0, 1], "offsets must rise"),
        ([0, 2, 1, 2], [0, 1], [0, 1], "offsets must rise"),
        ([0, 2], [0, 3], [0, 1], r"neurons must be in 0..2"),
        ([0, 2], [-1, 0], [0, 1], r"neurons must be in 0..2"),
        ([0, 2], [0, 1], [0, 8], r"steps must be in 0..7"),
        ([0, 2], [0, 1], [-1, 0], r"steps must be in 0..7"),
        ([0, 2], [0, 1], [3, 2], "must be sorted by step"),
        ([0, 1, 3], [0, 1, 2], [3, 2, 1], "must be sorted by step"),
        ([0, 2], [1, 0], [3, 3], "sorted by step, then neuron"),
        ([0, 2], [1, 1], [3, 3], "only once in a step"),
    ],
)
def test_inconsistent_trains_are_refused(offsets, neuron, step, message):
    with pytest.raises(DataError, match=message):
        SpikeTrains(3, 8, np.array(offsets), np.array(neuron), np.array(step))


def test_steps_may_fall_between_trials():
    trains = SpikeTrains(3, 8, np.array([0, 1, 1, 2]), np.array([0, 1]), np.array([7, 0]))
    assert trains.n_trials == 3


def test_blocks_of_trials_are_joined_in_order():
    steps = np.array([[3, 1], [9, 0], [9, 9], [2, 2]])
    whole = SpikeTrains.from_first_steps(steps, 9)
    joined = SpikeTrains.concatenate(
        SpikeTrains.from_first_steps(s, 9) for s in (steps[:1], steps[1:])
    )
    for column in ("offsets", "neuron", "step"):
        np.testing.assert_array_equal(getattr(joined, column), getattr(whole, column))


def test_blocks_of_different_sizes_are_not_joined():
    parts = [SpikeTrains.from_first_steps(np.zeros((1, n), int), 9) for n in (2, 3)]
    with pytest.raises(DataError, match="2 different sizes"):
        SpikeTrains.concatenate(parts)
    with pytest.raises(DataError, match="0 different sizes"):
        SpikeTrains.concatenate([])


@given(TABLES, st.integers(1, 12), st.integers(1, 12))
def test_trains_beside_each_other_are_those_of_one_population(steps, short, long):
    parts = [SpikeTrains.from_first_steps(steps, n) for n in (short, long)]
    both = SpikeTrains.beside(parts)
    never = 100
    wanted = np.hstack([np.where(steps < n, steps, never) for n in (short, long)])
    found = both.first_steps()
    np.testing.assert_array_equal(np.where(found == both.n_steps, never, found), wanted)
    assert both.n_neurons == 2 * steps.shape[1]
    assert both.n_steps == max(short, long)


def test_trains_of_other_trials_do_not_go_beside():
    one, two = (SpikeTrains.from_first_steps(np.zeros((n, 2), int), 3) for n in (1, 2))
    with pytest.raises(DataError, match="need the same trials, got 1, 2"):
        SpikeTrains.beside([one, two])
    with pytest.raises(DataError, match="got none"):
        SpikeTrains.beside([])
