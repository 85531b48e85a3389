import numpy as np
import pytest

from brainsnn.learning.averaging import AVERAGES, EpochsAverage, ExponentialAverage, NoAverage


def block(value):
    return {"a": np.full((2, 3), float(value)), "b.c": np.full((3, 1), 10.0 * value)}


def test_none_uses_the_weights_themselves():
    average = NoAverage()
    average.update(block(1))
    assert average.weights() is None


def test_exponential_starts_at_the_first_weights():
    average = ExponentialAverage(0.9)
    assert average.weights() is None
    average.update(block(1))
    assert (average.weights()["a"] == 1).all()
    average.update(block(2))
    assert average.weights()["a"] == pytest.approx(1.1)
    assert average.weights()["b.c"] == pytest.approx(11.0)


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
