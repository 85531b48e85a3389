"""What holds of every optimiser in the registry."""

import brian2
import numpy as np
import pytest

from brainsnn.errors import LearningError
from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers import OPTIMISERS
from brainsnn.network.parameters import Parameter
from brainsnn.network.synapses import Uniform

SHAPE = (9, 4)


def gradients(rng, n):
    """Gradients of random rows, now and then of none."""
    for _ in range(n):
        rows = np.sort(rng.choice(SHAPE[0], rng.integers(0, SHAPE[0]), replace=False))
        yield RowGradient(rows.astype(np.int64), rng.normal(size=(rows.size, SHAPE[1])))


def train(optimiser, weights, steps):
    for gradient in steps:
        optimiser.prepare({"c": weights}, {"c": gradient.rows})
        optimiser.step("c", weights, gradient, 0.1)


@pytest.mark.parametrize("name", list(OPTIMISERS))
class TestEveryOptimiser:
    def test_state_goes_on_exactly(self, name):
        config = OPTIMISERS[name](weight_decay=0.01)
        steps = list(gradients(np.random.default_rng(1), 40))
        whole, straight = np.ones(SHAPE), config.build()
        train(straight, whole, steps)
        weights, first, second = np.ones(SHAPE), config.build(), config.build()
        train(first, weights, steps[:20])
        state = first.state()
        train(first, weights.copy(), steps[:5])
        second.restore(state)
        train(second, weights, steps[20:])
        for optimiser, array in ((straight, whole), (second, weights)):
            optimiser.flush({"c": array})
        assert np.array_equal(whole, weights)

    def test_weights_change_in_place_and_downhill(self, name):
        optimiser, weights = OPTIMISERS[name]().build(), np.ones(SHAPE)
        gradient = RowGradient(np.array([2]), np.full((1, SHAPE[1]), 3.0))
        optimiser.step("c", weights, gradient, 0.1)
        assert (weights[2] < 0.95).all()
        others = weights[[0, 1, 3]]
        np.testing.assert_allclose(others[others != 0], 1, atol=0.01)  # as near as bits allow

    def test_signs_and_times_are_kept(self, name):
        united = np.full(SHAPE, 20.0) * brian2.ms
        parts = {
            "up": Parameter("up", "w", SHAPE, Uniform(), sign="excitatory"),
            "down": Parameter("down", "w", SHAPE, Uniform(), sign="inhibitory"),
            "cells.tau": Parameter("cells", "tau", SHAPE, united, shortest=1e-3),
        }
        optimiser = OPTIMISERS[name](weight_decay=0.01).build()
        optimiser.confine(parts)
        kept = {n: part.draw(np.random.default_rng(2)) for n, part in parts.items()}
        for gradient in gradients(np.random.default_rng(3), 40):
            for n, values in kept.items():
                steep = (500 if n == "cells.tau" else 4) * gradient.values
                optimiser.step(n, values, RowGradient(gradient.rows, steep), 0.3)
                low, high = parts[n].bounds
                assert low <= values.min()
                assert values.max() <= high
        assert (kept["up"] == 0).any()
        assert (kept["up"] > 0).any()
        assert (kept["down"] < 0).any()
        assert 1e-3 in kept["cells.tau"]
        assert optimiser.kernels("cells.tau", kept["cells.tau"]) is None

    def test_what_has_a_unit_is_learned_as_a_share(self, name):
        shares, values = np.ones(SHAPE), np.full(SHAPE, 0.02)
        scaled, plain = OPTIMISERS[name]().build(), OPTIMISERS[name]().build()
        tau = Parameter("cells", "tau", SHAPE, np.full(SHAPE, 20.0) * brian2.ms)
        scaled.confine({"cells.tau": tau})
        for gradient in gradients(np.random.default_rng(4), 10):
            by_value = RowGradient(gradient.rows, gradient.values / 0.02)
            plain.step("cells.tau", shares, gradient, 1e-2)
            scaled.step("cells.tau", values, by_value, 1e-2)
        np.testing.assert_allclose(values, 0.02 * shares)

    def test_other_state_is_refused(self, name):
        with pytest.raises(LearningError, match=r"c\.speed.*another optimiser"):
            OPTIMISERS[name]().build().restore({"c.speed": np.zeros(3)})

    def test_config_names_itself(self, name):
        assert OPTIMISERS[name]().name == name
