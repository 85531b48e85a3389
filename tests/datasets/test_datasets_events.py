"""Events of cameras: what is on the sensor, in time, and of a polarity that exists."""

import numpy as np
import pytest

from brainsnn.datasets.events import EventSet
from brainsnn.datasets.formats.event_addresses import addresses
from brainsnn.errors import ConfigError, DataError, DataWarning

RNG = np.random.default_rng(0)


def events(address, time, offsets=None, labels=None, field=(4, 4)):
    offsets = [0, len(time)] if offsets is None else offsets
    labels = [0] * (len(offsets) - 1) if labels is None else labels
    return EventSet("mine", *field, offsets, address, time, labels, ("a", "b"))


@pytest.mark.parametrize("polarity", [[0, 1], [-1, 1], [False, True], [0.0, 1.0]])
def test_polarities_of_every_kind(polarity):
    found = addresses(np.array([0, 3]), np.array([0, 2]), np.array(polarity), (4, 4))
    assert found.tolist() == [0, (2 * 4 + 3) * 2 + 1]


@pytest.mark.parametrize(
    ("x", "y", "polarity", "message"),
    [
        (4, 0, 1, r"outside the field of 4 x 3"),
        (0, 3, 1, r"outside the field of 4 x 3"),
        (-1, 0, 1, r"outside the field"),
        (0.5, 0, 1, r"x: whole numbers"),
        (0, 0, 2, r"polarities must be"),
        (0, 0, np.nan, r"polarity: whole numbers"),
    ],
)
def test_events_that_no_camera_sent_are_refused(x, y, polarity, message):
    with pytest.raises(DataError, match=message):
        addresses(np.array([0, x]), np.array([0, y]), np.array([0, polarity]), (3, 4))
    with pytest.raises(DataError, match="an x, a y and a polarity each"):
        addresses(np.array([0]), np.array([0, 1]), np.array([0, 1]), (3, 4))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"address": [-1, 3]}, r"address .* polarity 0\.\.1\) must be in 0\.\.31"),
        ({"address": [0, 32]}, r"must be in 0\.\.31"),
        ({"address": [0.5, 1]}, "address .*whole numbers"),
        ({"time": [-50_000, 10]}, "time .*must be in 0"),
        ({"time": [0.01, 0.2]}, "time .*whole numbers"),
        ({"time": [2**40, 2**41]}, "time .*whole numbers of int32"),
        ({"time": [20, 10]}, "event 1 is at 10 us, the one before it at 20 us"),
        ({"time": [10]}, "2 addresses for 1 times"),
        ({"offsets": [0, 3]}, "offsets must rise"),
        ({"labels": [2]}, r"labels must be in 0\.\.1"),
        ({"labels": [0.5]}, "labels: whole numbers"),
        ({"labels": [0, 1]}, "2 labels for 1 recordings"),
    ],
)
def test_impossible_sets_are_refused(changed, message):
    columns = {"address": [0, 31], "time": [10_000, 20_000]}
    with pytest.raises(DataError, match=message):
        events(**{**columns, **changed})


def test_time_begins_anew_in_every_recording():
    trains = events([0, 2, 4, 6], [10_000, 290_000, 0, 20_000], [0, 2, 2, 4]).trials(30, 0.3).inputs
    assert trains.offsets.tolist() == [0, 2, 2, 4]
    assert trains.step.tolist() == [1, 29, 0, 2]
    assert trains.neuron.tolist() == [0, 2, 4, 6]


def test_signed_polarities_are_noticed():
    """Every address of polarities -1 and 1 is odd, and of another pixel."""
    pixel, sign = RNG.integers(1, 16, 40), RNG.choice([-1, 1], 40)
    with pytest.warns(DataWarning, match="all 40 addresses are odd"):
        events(pixel * 2 + sign, np.arange(40) * 1000, field=(5, 5))


def test_times_since_the_camera_was_switched_on_are_refused():
    time = np.concatenate([12_400_000 + np.arange(40) * 1000 + 10**6 * k for k in range(2)])
    switched = events(RNG.integers(0, 32, 80), time, [0, 40, 80])
    with pytest.raises(DataError, match=r"2 of 2 recordings have no event .* begins at 12\.4 s"):
        switched.trials(30, 0.3)
    one_axis = events(RNG.integers(0, 32, 80), np.arange(80) * 10_000, [0, 40, 80])
    with pytest.raises(DataError, match=r"1 of 2 recordings .* recording 1 begins at 0\.4 s"):
        one_axis.trials(30, 0.3)


def test_times_in_milliseconds_are_refused():
    with pytest.raises(DataError, match="do they look like milliseconds"):
        events(RNG.integers(0, 32, 40), np.sort(RNG.integers(0, 290, 40))).trials(30, 0.3)


@pytest.mark.parametrize(
    ("n", "last", "refused"), [(10, 299, True), (10, 300, False), (9, 3, False)]
)
def test_which_times_look_like_milliseconds(n, last, refused):
    some = events(np.arange(n), np.append(np.zeros(n - 1, int), last))
    if refused:
        with pytest.raises(DataError, match="look like milliseconds"):
            some.trials(30, 0.3)
    else:
        assert len(some.trials(30, 0.3)) == 1


@pytest.mark.parametrize("length", [0.0, -1.0, np.nan, np.inf])
def test_lengths_that_cannot_be_are_refused(length):
    with pytest.raises(ConfigError, match="length"):
        events([0, 2], [10, 20]).trials(30, length)
