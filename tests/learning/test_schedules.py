import math

import pytest

from brainsnn.errors import ConfigError
from brainsnn.learning.schedules import SCHEDULES, Constant, Cosine, Exponential, Schedule, Step


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_every_schedule_stays_between_zero_and_the_initial_rate(name):
    schedule = SCHEDULES[name]()
    rates = [schedule(0.5, 0.1 * k, 20) for k in range(200)]
    assert all(0 < rate <= 0.5 for rate in rates)
    assert rates == sorted(rates, reverse=True)


def test_constant():
    assert Constant()(0.2, 7.5, 10) == 0.2


def test_step_falls_at_intervals():
    schedule = Step(every=2, decay=0.1)
    assert [schedule(1.0, e, 10) for e in (0, 1.99, 2, 3.5, 4)] == pytest.approx(
        [1, 1, 0.1, 0.1, 0.01]
    )


def test_exponential_falls_within_an_epoch():
    assert Exponential(decay=0.81)(1.0, 0.5, 10) == pytest.approx(0.9)


def test_cosine_warms_up_falls_and_ends_at_the_floor():
    schedule = Cosine(warm_up=2.0, floor=0.1)
    assert schedule(1.0, 0.0, 12) == pytest.approx(0.005)
    assert schedule(1.0, 1.0, 12) == pytest.approx(0.5)
    assert schedule(1.0, 2.0, 12) == pytest.approx(1.0)
    assert schedule(1.0, 7.0, 12) == pytest.approx(0.55)
    assert schedule(1.0, 4.5, 12) == pytest.approx(0.1 + 0.45 * (1 + math.cos(math.pi / 4)))
    assert schedule(1.0, 12.0, 12) == pytest.approx(0.1)


def test_cosine_with_nothing_but_warm_up():
    assert Cosine(warm_up=5.0)(1.0, 5.0, 5) == 0.0


def test_unknown_schedule_lists_the_known():
    with pytest.raises(ConfigError, match="Did you mean 'cosine'"):
        Schedule.model_validate({"name": "cosin"})
