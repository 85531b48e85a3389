"""Settings of training: where they end."""

from limits import assert_ends

from brainsnn.training import TrainingConfig

WHOLE = ("epochs", "batch_size", "patience", "checkpoint_every")


def test_settings_end_where_they_should():
    assert_ends(TrainingConfig, {**dict.fromkeys(WHOLE, "from 1"), "clip": "positive"})
