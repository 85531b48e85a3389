import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fakes import FakeEngine, make_trainer, make_trials
from kill_target import N_TRAIN, SETTINGS, trainer

from brainsnn.errors import RunDirectoryError
from brainsnn.learning.averaging import AVERAGES
from brainsnn.learning.optimisers import OPTIMISERS
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Callback, Interrupted, TrainingConfig

TESTS = Path(__file__).parents[1]


def assert_same(ours, theirs):
    """Results equal to the last bit, time spent aside."""
    drop = ["seconds"]
    pd.testing.assert_frame_equal(
        ours.metrics.drop(columns=drop), theirs.metrics.drop(columns=drop), check_exact=True
    )
    assert ours.best_epoch == theirs.best_epoch
    for mine, other in ((ours.weights, theirs.weights), (ours.last_weights, theirs.last_weights)):
        assert list(mine) == list(other)
        for name in mine:
            assert np.array_equal(mine[name], other[name]), name


class StopAt(Callback):
    """Send ourselves a signal, as Ctrl-C does."""

    def __init__(self, epoch, block=None, number=signal.SIGINT):
        self.epoch, self.block, self.number = epoch, block, number
        self.blocks = 0

    def on_block(self, progress, metrics):
        if progress.epoch == self.epoch and self.block is not None:
            self.blocks += 1
            if self.blocks == self.block:
                os.kill(os.getpid(), self.number)

    def on_epoch_end(self, progress, metrics):
        if self.block is None and progress.epoch == self.epoch:
            os.kill(os.getpid(), self.number)


@pytest.mark.parametrize(
    ("hang_epoch", "hang_trial", "every"), [(3, 256, 0), (3, 512, 256)], ids=["epoch", "middle"]
)
def test_killed_run_resumes_exactly(tmp_path, hang_epoch, hang_trial, every):
    RunDirectory.create(tmp_path / "fake" / "killed", TrainingConfig(), ["test"]).close()
    path = tmp_path / "fake" / "killed"
    command = [sys.executable, str(TESTS / "training" / "kill_target.py"), str(path)]
    child = subprocess.Popen(
        [*command, str(hang_epoch), str(hang_trial), str(every)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])},
    )
    try:
        assert child.stdout.readline() == b"here\n"
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdin.close()
        child.stdout.close()
    trials = make_trials(N_TRAIN), make_trials(50, 1)
    whole = make_trainer(FakeEngine(3), **SETTINGS).fit(*trials)
    with RunDirectory.open(path) as directory:
        assert len(directory.metrics()) == 2
        again = trainer(directory, every or None)
        resumed = again.fit(*trials, resume=True)
        assert_same(resumed, whole)
        pd.testing.assert_frame_equal(directory.metrics(), resumed.metrics)


# Averages that are no weights of the optimiser are refused.
PAIRS = [(o, a) for o in OPTIMISERS for a in AVERAGES if a == "off" or not OPTIMISERS[o].no_average]


@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize(("optimiser", "average"), PAIRS)
def test_interrupted_run_resumes_exactly(tmp_path, optimiser, average, batch_size):
    settings = {
        "epochs": 3,
        "batch_size": batch_size,
        "optimiser": {"name": optimiser, "weight_decay": 1e-2},
        "average": {"name": average},
        "schedule": {"name": "exponential"},
    }
    trials = make_trials(600), make_trials(50, 1)
    straight = make_trainer(**settings)
    whole = straight.fit(*trials)
    path = tmp_path / "latest.npz"
    stopped = make_trainer(extra={"checkpoint": path, "callbacks": [StopAt(2, 2)]}, **settings)
    with pytest.raises(Interrupted, match="resume") as caught:
        stopped.fit(*trials)
    assert caught.value.checkpoint == path
    assert caught.value.exit_code == 130
    resumed = make_trainer(FakeEngine(8), extra={"checkpoint": path}, **settings)
    assert_same(resumed.fit(*trials, resume=True), whole)
    assert resumed.state.streams.state() == straight.state.streams.state()


class StopAfterTrials(FakeEngine):
    """Asks the trainer to stop in the middle of a block."""

    trainer, countdown = None, 0

    def run(self, inputs, trials=None):
        self.countdown -= 1
        if self.countdown == 0:
            self.trainer.stop.request()
        return super().run(inputs, trials)


@pytest.mark.parametrize("n", [1, 300, 512, 600])
def test_stop_within_a_block_loses_nothing(tmp_path, n):
    settings = {"epochs": 2, "optimiser": {"name": "sgd", "weight_decay": 1e-2}}
    trials = make_trials(600), make_trials(50, 1)
    whole = make_trainer(**settings).fit(*trials)
    engine, path = StopAfterTrials(), tmp_path / "c.npz"
    engine.countdown = n
    engine.trainer = make_trainer(engine, extra={"checkpoint": path}, **settings)
    with pytest.raises(Interrupted):
        engine.trainer.fit(*trials)
    assert engine.trainer.state.statistics.done == n
    resumed = make_trainer(FakeEngine(1), extra={"checkpoint": path}, **settings)
    assert_same(resumed.fit(*trials, resume=True), whole)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_at_the_end_of_an_epoch(tmp_path, number):
    path, trials = tmp_path / "c.npz", (make_trials(60), make_trials(30, 1))
    extra = {"checkpoint": path, "callbacks": [StopAt(1, number=number)]}
    before = signal.getsignal(number)
    with pytest.raises(Interrupted):
        make_trainer(extra=extra, epochs=3).fit(*trials)
    assert signal.getsignal(number) is before
    resumed = make_trainer(extra={"checkpoint": path}, epochs=3).fit(*trials, resume=True)
    assert_same(resumed, make_trainer(epochs=3).fit(*trials))


def test_more_epochs_after_the_last(tmp_path):
    path, trials = tmp_path / "c.npz", (make_trials(60), make_trials(30, 1))
    make_trainer(extra={"checkpoint": path}, epochs=2).fit(*trials)
    resumed = make_trainer(extra={"checkpoint": path}, epochs=4).fit(*trials, resume=True)
    assert_same(resumed, make_trainer(epochs=4).fit(*trials))


def test_other_training_set_is_refused(tmp_path):
    path = tmp_path / "c.npz"
    extra = {"checkpoint": path, "callbacks": [StopAt(1, 1)]}
    with pytest.raises(Interrupted):
        make_trainer(extra=extra).fit(make_trials(600), make_trials(30, 1))
    other = make_trainer(extra={"checkpoint": path})
    with pytest.raises(RunDirectoryError, match=r"c\.npz.*600 trials.*now 500"):
        other.fit(make_trials(500), make_trials(30, 1), resume=True)


def test_other_seed_is_refused(tmp_path):
    path, trials = tmp_path / "c.npz", (make_trials(60), make_trials(30, 1))
    make_trainer(extra={"checkpoint": path}, epochs=1).fit(*trials)
    other = make_trainer(streams=Streams(6), extra={"checkpoint": path})
    with pytest.raises(RunDirectoryError, match=r"c\.npz.*seed 5.*seed 6"):
        other.fit(*trials, resume=True)


@pytest.fixture(scope="module")
def half_done(tmp_path_factory):
    """A checkpoint after one epoch."""
    path = tmp_path_factory.mktemp("half") / "latest.npz"
    make_trainer(extra={"checkpoint": path}, epochs=1).fit(make_trials(60), make_trials(30, 1))
    return path


def goes_on(path, train=None, validation=None, **settings):
    trainer = make_trainer(extra={"checkpoint": path}, **{"epochs": 2, **settings})
    trials = train or make_trials(60), validation or make_trials(30, 1)
    return trainer.fit(*trials, resume=True)


def other_labels(trials):
    return LabelledTrials(trials.inputs, (trials.labels + 1) % 3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"train": other_labels(make_trials(60))}, "other training targets:"),
        ({"train": make_trials(60, 5)}, "other training targets, training inputs"),
        ({"validation": other_labels(make_trials(30, 1))}, "other validation targets:"),
        ({"clip": 0.1}, "other settings"),
        ({"monitor": "loss"}, "other settings"),
        ({"learning_rate": 0.1}, "epoch 1 had a learning rate of 0.05"),
        ({"schedule": {"name": "step", "every": 1}}, "other settings"),
    ],
)
def test_other_data_or_settings_are_not_gone_on_with(half_done, changed, message):
    with pytest.raises(RunDirectoryError, match=message):
        goes_on(half_done, **changed)


def test_a_training_may_be_made_longer_and_more_patient(half_done, tmp_path):
    path = tmp_path / "latest.npz"
    shutil.copy(half_done, path)
    assert len(goes_on(path, epochs=3, patience=2, checkpoint_every=30).metrics) == 3
