import numpy as np
import pytest
from fakes import make_trials

from brainsnn.errors import DataError
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials, VariedTrials

INPUTS = SpikeTrains.from_first_steps(np.zeros((3, 2), int), 4)


def test_good_trials_pass():
    trials = make_trials(10)
    assert len(trials) == 10
    assert trials.labels.dtype == np.int64
    trials.check_trainable(3, 4)


@pytest.mark.parametrize(
    ("labels", "message"),
    [([0, 1], "3 trials need as many labels, got 2"), ([0, -1, 2], "0 or more, got -1")],
)
def test_bad_labels(labels, message):
    with pytest.raises(DataError, match=message):
        LabelledTrials(INPUTS, np.array(labels))


def test_label_without_output_neuron():
    trials = LabelledTrials(INPUTS, np.array([0, 1, 7]))
    with pytest.raises(DataError, match=r"Label 7.*0\.\.2"):
        trials.check(3, 4)


def test_empty_set():
    empty = LabelledTrials(INPUTS.take(np.zeros(0, int)), np.zeros(0))
    with pytest.raises(DataError, match="empty"):
        empty.check(3, 4)


def test_one_class_only():
    trials = LabelledTrials(INPUTS, np.array([1, 1, 1]))
    trials.check(3, 4)
    with pytest.raises(DataError, match=r"class 1.*two classes"):
        trials.check_trainable(3, 4)


def test_fixed_trials_are_the_same_in_every_epoch():
    trials = make_trials(10)
    assert trials.epoch(0) is trials.epoch(7) is trials.plain() is trials


def test_fixed_trials_are_their_own_blocks():
    trials, index = make_trials(10), np.array([3, 1])
    assert trials.block(index)[0] is trials
    assert trials.block(index)[1] is index


def test_varied_trials_are_encoded_block_by_block():
    asked = []

    def encode(epoch, trials):
        asked.append((epoch, trials.tolist()))
        return INPUTS.take(trials)

    trials = VariedTrials(np.array([0, 1, 1]), encode)
    trials.check_trainable(2, 4)
    assert len(trials) == 3
    epoch = trials.epoch(4)
    assert asked == []
    block, index = epoch.block(np.array([2, 0]))
    assert block.labels.tolist() == [1, 0]
    assert index.tolist() == [0, 1]
    trials.plain()
    assert asked == [(4, [2, 0]), (None, [0, 1, 2])]


def test_varied_trials_must_keep_their_number():
    trials = VariedTrials(np.array([0, 1]), lambda epoch, trials: INPUTS)
    with pytest.raises(DataError, match="3 trials need as many labels"):
        trials.epoch(0).block(np.array([0, 1]))
