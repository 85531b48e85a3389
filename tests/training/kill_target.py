"""Trains until told to hang, so that a test can kill it: DIRECTORY HANG_EPOCH HANG_TRIAL EVERY."""

from __future__ import annotations

import sys
from pathlib import Path

from fakes import FakeEngine, make_trainer, make_trials

from brainsnn.records import RunDirectory
from brainsnn.training import Callback, MetricsWriter

SETTINGS = {
    "epochs": 4,
    "batch_size": 2,
    "optimiser": {"name": "sgd", "weight_decay": 1e-2},
    "average": {"name": "exponential", "decay": 0.5},
    "schedule": {"name": "cosine", "warm_up": 1.0},
}
N_TRAIN = 600


class HangAt(Callback):
    """Say where training is; at the given place, wait for a line that never comes."""

    def __init__(self, epoch, index):
        self.place = (epoch, index)

    def on_block(self, progress, metrics):
        if (progress.epoch, progress.index) == self.place:
            sys.stdout.write("here\n")
            sys.stdout.flush()
            sys.stdin.readline()


def trainer(directory, every, *callbacks):
    """The same trainer, before and after the kill."""
    extra = {
        "checkpoint": directory.checkpoint,
        "callbacks": [MetricsWriter(directory), *callbacks],
    }
    return make_trainer(FakeEngine(3), extra=extra, checkpoint_every=every, **SETTINGS)


def main():
    path, epoch, index, every = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    with RunDirectory.open(path) as directory:
        trials = make_trials(N_TRAIN), make_trials(50, 1)
        trainer(directory, every or None, HangAt(epoch, index)).fit(*trials)


if __name__ == "__main__":
    main()
