"""Settings that protocols share: where they end."""

import pytest
from limits import assert_ends
from pydantic import ValidationError

from protocols.glm import DigitsConfig, TrainingConfig
from protocols.mnist import MnistConfig


def test_settings_end_where_they_should():
    whole = {"epochs": "from 1", "folds": "from 2", "workers": "from 1", "gap": "from 0"}
    kinds = {**whole, "initial": "not negative", "learning_rates": "not empty"}
    assert_ends(TrainingConfig, kinds)
    assert_ends(DigitsConfig, {"train": "from 2", "test": "from 1"})
    assert_ends(MnistConfig, {"n_train": "from 2", "n_test": "from 1", "n_validation": "from 1"})
    assert MnistConfig(n_validation=59_999).n_validation == 59_999
    with pytest.raises(ValidationError, match="n_validation"):
        MnistConfig(n_validation=60_000)
