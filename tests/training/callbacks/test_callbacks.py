import pandas as pd
from fakes import make_trainer, make_trials

from brainsnn.records import RunDirectory
from brainsnn.training import Callback, MetricsWriter, Progress, TrainingConfig


def test_base_does_nothing():
    progress, callback = Progress(1, 2, 0, 10), Callback()
    for event in ("on_start", "on_block", "on_epoch_end", "on_end"):
        assert getattr(callback, event)(progress, []) is None


def test_metrics_are_on_disk_after_every_epoch(tmp_path):
    lengths = []

    class Look(Callback):
        def on_epoch_end(self, progress, metrics):
            lengths.append(len(run.metrics()))

    with RunDirectory.create(tmp_path / "fake" / "one", TrainingConfig(), []) as run:
        trainer = make_trainer(extra={"callbacks": [MetricsWriter(run), Look()]}, epochs=3)
        result = trainer.fit(make_trials(60), make_trials(30, 1))
        assert lengths == [1, 2, 3]
        pd.testing.assert_frame_equal(run.metrics(), result.metrics)
