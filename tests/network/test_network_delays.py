"""Delays of single synapses, and what a connection says of them."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.errors import ModelError
from brainsnn.network.connectivity import Convolution, OneToOne
from brainsnn.network.delays import GivenDelays, UniformDelays
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Uniform
from brainsnn.streams import Streams


def model(**changes: object) -> Model:
    populations = (Population("input", 3), Population("output", 3, integrate_and_fire_once))
    return Model("m", populations, (Connection("c", "input", "output", **changes),))  # type: ignore[arg-type]


def test_drawn_delays_lie_between_their_ends_and_follow_from_the_name() -> None:
    delay = model(delay=UniformDelays(2, 5)).connections[0].delay
    assert isinstance(delay, UniformDelays)
    steps = delay.of(1000)
    assert set(steps.tolist()) == {2, 3, 4, 5}
    np.testing.assert_array_equal(steps, delay.of(1000))
    assert delay == UniformDelays(2, 5).seeded("c")
    assert delay != UniformDelays(2, 5).seeded("d")
    assert UniformDelays(2, 5, seed=3).seeded("c").seed == 3


def test_given_delays_are_values_that_nobody_changes() -> None:
    mine = np.array([0, 2, 1])
    delays = GivenDelays(mine)
    mine[0] = 9
    assert delays == GivenDelays([0, 2, 1])  # type: ignore[arg-type]
    assert hash(delays) == hash(GivenDelays([0, 2, 1]))  # type: ignore[arg-type]
    assert delays != GivenDelays([0, 2, 2])  # type: ignore[arg-type]
    assert str(delays) == "0 to 2 steps, given for each synapse"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"delay": -1}, "delay must be a whole number"),
        ({"delay": 1.5}, "delay must be a whole number"),
        ({"delay": 10**7}, "at most 1000000 steps"),
        ({"delay": GivenDelays([1, 2])}, "'c': 9 synapses need as many delays, got 2"),
        ({"delay": GivenDelays([1, 2]), "connectivity": OneToOne()}, "3 synapses need as many"),
        (
            {"delay": UniformDelays(0, 1), "connectivity": Convolution(3, 1, 1, 1, 1)},
            "share one delay too",
        ),
        ({"sign": "negative"}, "sign is one of excitatory, inhibitory, got 'negative'"),
    ],
)
def test_what_does_not_fit_a_connection_is_refused(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        model(**changes)


@pytest.mark.parametrize(
    "make",
    [
        lambda: GivenDelays([-1]),
        lambda: GivenDelays([0.5]),
        lambda: GivenDelays([10**8]),
        lambda: UniformDelays(3, 2),
        lambda: UniformDelays(-1, 2),
        lambda: UniformDelays(0, 10**8),
        lambda: UniformDelays(0, 1, seed=-4),
    ],
)
def test_impossible_delays_are_refused(make: object) -> None:
    with pytest.raises(ModelError, match="elays"):
        make()  # type: ignore[operator]


def test_first_weights_have_the_sign_of_their_connection() -> None:
    plain = model(initialiser=Uniform(-1, 1)).draw_weights(Streams(1))["c"]
    for sign, factor in (("excitatory", 1), ("inhibitory", -1)):
        drawn = model(initialiser=Uniform(-1, 1), sign=sign).draw_weights(Streams(1))["c"]
        np.testing.assert_array_equal(drawn, factor * np.abs(plain))
