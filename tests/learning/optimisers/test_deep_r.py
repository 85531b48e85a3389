"""DEEP R: how many are connected, which signs they have, one budget, where draws come from."""

import numpy as np
import pytest

from brainsnn.errors import LearningError
from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers import SGD, Adam, DeepR, DeepRConfig
from brainsnn.network.parameters import Parameter
from brainsnn.network.synapses import Uniform
from brainsnn.streams import Streams

SHAPES = {"a": (8, 5), "b": (6, 10)}
NOISY = {"l1": 0.01, "temperature": 0.01}


def learned(optimiser, n=60, seed=0, names=SHAPES):
    """Weights after so many updates with random gradients, and the numbers connected after each."""
    rng = np.random.default_rng(seed)
    weights = {name: rng.normal(size=SHAPES[name]) for name in names}
    first, connected = {name: w.copy() for name, w in weights.items()}, []
    for _ in range(n):
        for name, w in weights.items():
            values = rng.normal(size=w.shape)
            optimiser.step(name, w, RowGradient(np.arange(len(w)), values), 0.1)
        connected.append({name: np.count_nonzero(w) for name, w in weights.items()})
    return first, weights, connected


@pytest.mark.parametrize("inner", [SGD, Adam])
def test_the_number_of_connections_stays_and_they_move(inner):
    optimiser = DeepR(inner(), 0.3, **NOISY)
    optimiser.draw_from(Streams(1))
    first, weights, connected = learned(optimiser)
    assert all(row == {"a": 12, "b": 18} for row in connected)
    for name in SHAPES:
        signs = np.sign(weights[name])
        assert (signs[signs != 0] == np.sign(first[name])[signs != 0]).all()
    begun, later = learned(DeepR(inner(), 0.3, **NOISY), 1)[1], weights
    assert (later["b"] != 0).sum() - ((later["b"] != 0) & (begun["b"] != 0)).sum() > 3


def test_one_budget_moves_between_connections():
    optimiser = DeepR(SGD(), 0.3, 0.0, 0.01, one_budget=True)
    optimiser.confine({n: Parameter(n, "w", shape, Uniform()) for n, shape in SHAPES.items()})
    _, _, connected = learned(optimiser)
    assert {row["a"] + row["b"] for row in connected} == {30}
    assert len({row["a"] for row in connected}) > 3


def test_a_seed_repeats_everything():
    ends = []
    for seed in (1, 1, 2):
        optimiser = DeepR(SGD(), 0.3, **NOISY)
        optimiser.draw_from(Streams(seed))
        ends.append(learned(optimiser)[1]["a"])
    np.testing.assert_array_equal(ends[0], ends[1])
    assert not np.array_equal(ends[0], ends[2])


def test_a_sparse_beginning_is_filled_up_and_signs_of_parameters_hold():
    optimiser = DeepR(SGD(), 0.5)
    part = Parameter("a", "w", SHAPES["a"], Uniform(), sign="inhibitory")
    optimiser.confine({"a": part})
    weights = np.zeros(SHAPES["a"])
    optimiser.step("a", weights, RowGradient(np.arange(8), np.zeros(SHAPES["a"])), 0.1)
    assert np.count_nonzero(weights) == 20
    assert set(np.unique(weights)) == {-1e-12, 0.0}


def test_neurons_parameters_are_not_rewired():
    optimiser, values = DeepR(SGD()), np.ones((1, 4))
    optimiser.step("cells.tau", values, RowGradient(np.array([0]), np.full((1, 4), 2.0)), 0.1)
    np.testing.assert_allclose(values, 0.8)


def test_it_goes_on_in_the_middle_of_noise():
    config = DeepRConfig(inner="adam", connectivity=0.4, one_budget=True, **NOISY)
    parts = {n: Parameter(n, "w", shape, Uniform()) for n, shape in SHAPES.items()}

    def built():
        optimiser = config.build()
        optimiser.confine(parts)
        return optimiser

    whole = learned(built(), 40)[1]
    rng = np.random.default_rng(0)
    weights = {name: rng.normal(size=shape) for name, shape in SHAPES.items()}
    optimiser = built()
    for k in range(40):
        if k == 25:
            state, optimiser = optimiser.state(), built()
            optimiser.check_state(state, SHAPES)
            optimiser.restore(state)
        for name, w in weights.items():
            values = rng.normal(size=w.shape)
            optimiser.step(name, w, RowGradient(np.arange(len(w)), values), 0.1)
    for name, values in whole.items():
        np.testing.assert_array_equal(values, weights[name])


@pytest.mark.parametrize(
    "wrong", [{"connectivity": 0.0}, {"connectivity": 1.1}, {"l1": -1.0}, {"temperature": -1.0}]
)
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(LearningError, match="DEEP R"):
        DeepR(SGD(), **wrong)


def test_one_budget_needs_to_know_all_connections():
    optimiser = DeepR(SGD(), one_budget=True)
    with pytest.raises(LearningError, match="'a' shares a budget"):
        learned(optimiser, 1)


def test_signs_of_a_state_are_signs():
    with pytest.raises(LearningError, match="must hold 1 and -1"):
        DeepR(SGD()).restore({"a.sign": np.zeros((2, 2)), "a.draws": np.zeros(1)})
