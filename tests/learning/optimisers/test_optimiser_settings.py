"""Settings of optimisers: where they end."""

import pytest
from limits import assert_ends
from pydantic import ValidationError

from brainsnn.learning.optimisers import OPTIMISERS
from brainsnn.learning.optimisers.quantised import MOST_BITS

MOMENTS = {"beta1": "decay", "beta2": "decay", "epsilon": "positive"}
ENDS = {
    "sgd": {"weight_decay": "not negative"},
    "adam": {**MOMENTS, "weight_decay": "not negative"},
    "quantised_adam": {**MOMENTS, "weight_decay": "not negative", "bits": "from 1"},
}


def test_every_optimiser_is_here():
    assert set(OPTIMISERS) == set(ENDS)


@pytest.mark.parametrize("name", ENDS)
def test_settings_end_where_they_should(name):
    assert_ends(OPTIMISERS[name], ENDS[name])


def test_weights_have_16_bits_at_most():
    kind = OPTIMISERS["quantised_adam"]
    assert kind(bits=16).bits == MOST_BITS == 16
    with pytest.raises(ValidationError, match="bits"):
        kind(bits=17)
