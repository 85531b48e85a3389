"""Settings of optimisers: where they end."""

import pytest
from limits import assert_ends
from pydantic import ValidationError

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError
from brainsnn.learning.optimisers import OPTIMISERS, SGD
from brainsnn.learning.optimisers.quantised import MOST_BITS
from brainsnn.training import TrainingConfig

MOMENTS = {"beta1": "decay", "beta2": "decay", "epsilon": "positive"}
ENDS = {
    "sgd": {"weight_decay": "not negative"},
    "adam": {**MOMENTS, "weight_decay": "not negative"},
    "quantised_adam": {**MOMENTS, "weight_decay": "not negative", "bits": "from 1"},
    "deep_r": {
        **dict.fromkeys(("l1", "temperature", "weight_decay"), "not negative"),
        "connectivity": "positive share",
    },
}


def test_every_optimiser_is_here():
    assert set(OPTIMISERS) == set(ENDS)


@pytest.mark.parametrize("name", ENDS)
def test_settings_end_where_they_should(name):
    assert_ends(OPTIMISERS[name], ENDS[name])


def test_decay_is_put_off_unless_it_must_not_be():
    for decay, lazy, puts_off in ((0.1, True, True), (0.1, False, False), (0.0, True, False)):
        optimiser = SGD(decay, lazy=lazy)
        assert optimiser.postpones == puts_off
        assert bool(optimiser.layout("a", (2, 2))) == puts_off


def test_weights_have_16_bits_at_most():
    kind = OPTIMISERS["quantised_adam"]
    assert kind(bits=16).bits == MOST_BITS == 16
    with pytest.raises(ValidationError, match="bits"):
        kind(bits=17)


@pytest.mark.parametrize(
    ("name", "why"), [("quantised_adam", "has more bits"), ("deep_r", "has the connections of all")]
)
def test_an_average_that_undoes_what_an_optimiser_keeps_is_refused(name, why):
    with pytest.raises(ConfigError, match=f"{why}.*average.name must be 'off'.*{name}"):
        apply_overrides(TrainingConfig(), [f"optimiser.name={name}", "average.name=exponential"])
