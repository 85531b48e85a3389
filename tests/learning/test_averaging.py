import numpy as np
import pytest

from brainsnn.errors import LearningError
from brainsnn.learning.averaging import AVERAGES, EpochsAverage, ExponentialAverage, NoAverage


def block(value):
    return {"a": np.full((2, 3), float(value)), "b.c": np.full((3, 1), 10.0 * value)}


def test_none_uses_the_weights_themselves():
    average = NoAverage()
    average.update(block(1))
    assert average.weights() is None


def test_exponential_starts_at_the_first_weights():
    average = ExponentialAverage(0.1)
    assert average.weights() is None
    average.update(block(1))
    assert (average.weights()["a"] == 1).all()
    average.update(block(2))
    assert average.weights()["a"] == pytest.approx(1.9)
    assert average.weights()["b.c"] == pytest.approx(19.0)


def test_exponential_forgets_the_first_weights_however_few_updates_there_are():
    average = ExponentialAverage(0.99)
    shares = []
    for n in range(1, 41):
        average.update(block(n == 1))
        shares.append(average.weights()["a"][0, 0])
    assert shares[:3] == pytest.approx([1.0, 3 / 12, 3 / 12 * 4 / 13])
    assert shares[-1] < 1e-6


def test_exponential_forgets_by_its_decay_at_last():
    average = ExponentialAverage(0.5)
    for n in range(1, 20):
        average.update(block(n))
        before = average.weights()["a"][0, 0]
    average.update(block(100))
    assert average.weights()["a"] == pytest.approx(0.5 * before + 50)


def test_exponential_keeps_no_reference():
    average, weights = ExponentialAverage(0.5), block(1)
    average.update(weights)
    weights["a"][:] = 7
    assert (average.weights()["a"] == 1).all()


def test_epochs_means_the_last_epochs():
    average = EpochsAverage(last=2)
    for epoch in ([100], [1, 3], [4, 6]):
        assert average.weights() is None or epoch != [100]
        for value in epoch:
            average.update(block(value))
        average.end_epoch()
    assert average.weights()["a"] == pytest.approx((2 + 5) / 2)


def test_epoch_without_a_block_counts_for_nothing():
    average = EpochsAverage()
    average.end_epoch()
    assert average.weights() is None


@pytest.mark.parametrize("name", list(AVERAGES))
def test_state_goes_on_exactly(name):
    config = AVERAGES[name]()
    whole, first, second = config.build(), config.build(), config.build()
    values = np.random.default_rng(0).random(12)
    for k, value in enumerate(values):
        if k == 7:
            second.restore(first.state())
        for average in (whole, first if k < 7 else second):
            average.update(block(value))
            if k % 3 == 2:
                average.end_epoch()
    ours, theirs = second.weights(), whole.weights()
    if theirs is None:
        assert ours is None
    else:
        assert list(ours) == list(theirs)
        assert all(np.array_equal(ours[key], theirs[key]) for key in theirs)


SHAPES = {"a": (2, 3), "b.c": (3, 1)}


def test_an_epoch_is_the_plain_mean_of_its_blocks_from_the_first_on():
    average = EpochsAverage(last=3)
    for epoch in ([4.0], [1.0, 2.0, 6.0], [2.0]):
        for value in epoch:
            average.update(block(value))
        average.end_epoch()
    assert average.weights()["a"] == pytest.approx((4 + 3 + 2) / 3)
    average.update(block(5))
    average.end_epoch()
    assert average.weights()["a"] == pytest.approx((3 + 2 + 5) / 3)
    assert average.weights()["b.c"].shape == (3, 1)


def test_defaults_of_averages():
    average = ExponentialAverage()
    average.update(block(0))
    average.update(block(1))
    assert average.weights()["a"] == pytest.approx(0.75)
    for _ in range(1000):
        average.update(block(0))
    average.update(block(1))
    assert average.weights()["a"] == pytest.approx(0.01)
    epochs = EpochsAverage()
    for value in (9, 1, 2, 3):
        epochs.update(block(value))
        epochs.end_epoch()
    assert epochs.weights()["a"] == pytest.approx(2)


def test_whole_states_are_taken():
    for name, average in (("off", NoAverage()), ("epochs", EpochsAverage())):
        assert AVERAGES[name]().build().check_state(average.state(), SHAPES) is None
    average, forgetting = EpochsAverage(), ExponentialAverage()
    for k in range(4):
        average.check_state(average.state(), SHAPES)
        forgetting.check_state(forgetting.state(), SHAPES)
        forgetting.update(block(k))
        average.update(block(k))
        average.check_state(average.state(), SHAPES)
        if k % 2:
            average.end_epoch()


@pytest.mark.parametrize(
    "change",
    [
        {"blocks": np.array(0)},
        {"blocks": np.array(-1)},
        {"blocks": np.array(1.0)},
        {"blocks": np.array([1])},
        {"blocks": None},
        {"0.a": None},
        {"0.a": np.zeros((2, 2))},
        {"0.a": np.zeros((2, 3), np.float32)},
        {"0.a": np.full((2, 3), np.nan)},
        {"0.d": np.zeros((2, 3))},
        {"2.a": np.zeros((2, 3)), "2.b.c": np.zeros((3, 1))},
        {"running.a": None, "running.b.c": None},
    ],
)
def test_broken_states_are_refused(change):
    average = EpochsAverage()
    average.update(block(1))
    average.end_epoch()
    average.update(block(2))
    state = average.state() | change
    with pytest.raises(LearningError):
        average.check_state({k: v for k, v in state.items() if v is not None}, SHAPES)


@pytest.mark.parametrize(
    "change",
    [
        {"updates": np.array(0)},
        {"updates": np.array(-1)},
        {"updates": np.array(1.0)},
        {"updates": None},
        {"of.a": None},
        {"of.a": np.zeros((2, 2))},
        {"of.d": np.zeros((2, 3))},
    ],
)
def test_broken_states_of_a_forgetting_average_are_refused(change):
    average = ExponentialAverage()
    average.update(block(1))
    state = average.state() | change
    with pytest.raises(LearningError):
        average.check_state({k: v for k, v in state.items() if v is not None}, SHAPES)


def test_weights_that_are_no_tables_are_refused():
    for average in (ExponentialAverage(), EpochsAverage()):
        for wrong in (np.zeros(3), np.zeros((2, 3), np.float32)):
            with pytest.raises(LearningError, match="must be float64"):
                average.update({"a": wrong})
        average.update(block(1))
        for other in ({"a": np.zeros((2, 3))}, {"a": np.zeros((2, 2)), "b.c": np.zeros((3, 1))}):
            with pytest.raises(LearningError, match="other names or shapes"):
                average.update(other)
    with pytest.raises(LearningError, match="No average is kept"):
        NoAverage().check_state({"a": np.zeros((2, 3))}, SHAPES)
